/**
 * What a cluster takes of the machine, and gives back whatever becomes of it: namespaces, cgroups, a folder, and values of the kernel.
 *
 * @module
 */

import { capture } from "../../../scripts/harness/process.ts";
import { sleep } from "../../../scripts/harness/waiting.ts";
import { isLeftover, ownName, removeLeftovers } from "../../../scripts/harness/leftovers.ts";
import { cgroupOf } from "./cluster.ts";
import { ClusterNetwork } from "./network.ts";
import { removeCgroups } from "./node.ts";
import { CGROUPS } from "./programs.ts";
import { restoreSysctls, saveSysctls } from "./sysctls.ts";

const FOLDERS = "/tmp";
const END = "_cluster";

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
  for (let left = await processesIn(namespace); left.length > 0; left = await processesIn(namespace)) {
    for (const pid of left) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It went a moment ago.
      }
    }
    await sleep(50);
  }
}

async function processesIn(namespace: string): Promise<number[]> {
  const { stdout } = await capture("ip", ["netns", "pids", namespace]);
  return stdout.split("\n").map(Number).filter((pid) => pid > 0);
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
