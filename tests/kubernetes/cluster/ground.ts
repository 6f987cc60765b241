/**
 * What a cluster takes of the machine, and gives back whatever becomes of it: namespaces, cgroups, a folder, and values of the kernel.
 *
 * @module
 */

import { capture } from "../../../scripts/harness/process.ts";
import { sleep } from "../../../scripts/harness/waiting.ts";
import { isLeftover, killIn, ownName, removeLeftovers } from "../../../scripts/harness/leftovers.ts";
import { cgroupOf } from "./cluster.ts";
import { ClusterNetwork } from "./network.ts";
import { removeCgroups } from "./node.ts";
import { CGROUPS } from "./programs.ts";
import { restoreSysctls, saveSysctls } from "./sysctls.ts";

const FOLDERS = "/tmp";
const END = "_cluster";
/** ms until processes that were killed must be gone. */
const PATIENCE = 30_000;

/** Ground for one cluster. */
export class Ground {
  /** The beginning of all names. */
  readonly name: string = ownName();
  readonly network: ClusterNetwork;
  readonly #nodes: readonly number[];

  private constructor(nodes: readonly number[]) {
    this.#nodes = nodes;
    this.network = new ClusterNetwork(this.name, nodes);
  }

  /** Takes it, without what an earlier run may have left when it was killed. */
  static async take(nodes: readonly number[]): Promise<Ground> {
    await removeAbandoned();
    const ground = new Ground(nodes);
    await Deno.mkdir(ground.folder);
    await saveSysctls(savedIn(ground.folder));
    try {
      await ground.network.make();
    } catch (error) {
      await ground.giveBack();
      throw error;
    }
    return ground;
  }

  /** Where all files are. */
  get folder(): string {
    return `${FOLDERS}/${this.name}${END}`;
  }

  /** Ends all processes, and removes everything; what is gone already is no error. */
  async giveBack(): Promise<void> {
    for (const namespace of this.network.all) await endAllIn(namespace);
    for (const namespace of this.network.all) await capture("ip", ["netns", "delete", namespace]);
    for (const node of this.#nodes) await removeCgroups(cgroupOf(this.name, node));
    await removeFolder(this.folder);
  }
}

function savedIn(folder: string): string {
  return `${folder}/sysctls.json`;
}

/** All processes there; those of pods have networks of their own, and end with their node's first. */
async function endAllIn(namespace: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (await killIn(namespace) > 0) {
    if (performance.now() > end) {
      throw new Error(`After ${PATIENCE} ms there are processes in ${namespace}, though killed`);
    }
    await sleep(50);
  }
}

async function removeFolder(folder: string): Promise<void> {
  await restoreSysctls(savedIn(folder));
  await Deno.remove(folder, { recursive: true });
}

/** Gives back what belongs to processes that are gone. */
async function removeAbandoned(): Promise<void> {
  await removeLeftovers();
  for await (const { name: hierarchy } of Deno.readDir(CGROUPS)) {
    for await (const { name } of Deno.readDir(`${CGROUPS}/${hierarchy}`)) {
      if (isLeftover(name)) await removeCgroups(name);
    }
  }
  for await (const { name } of Deno.readDir(FOLDERS)) {
    if (isLeftover(name) && name.endsWith(END)) await removeFolder(`${FOLDERS}/${name}`);
  }
}
