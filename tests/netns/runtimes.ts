/**
 * Members' programs for the places of a network, in Deno and in Node.
 *
 * @module
 */

import { IN_DENO, type Launch } from "../../scripts/harness/member_process.ts";
import { capture } from "../../scripts/harness/process.ts";
import type { Network } from "./network.ts";

/** Where a member runs. */
export type Runtime = "deno" | "node";

const MEMBER = "scripts/harness/member.ts";
const WORKER = "src/worker/main.ts";

async function mustRun(args: readonly string[], what: string): Promise<void> {
  const { ok, stderr } = await capture(Deno.execPath(), args);
  if (!ok) throw new Error(`Cannot ${what}: ${stderr}`);
}

/** What members are started with. */
export class Runtimes {
  readonly #folder: string;
  readonly #present: readonly Runtime[];

  private constructor(folder: string, present: readonly Runtime[]) {
    this.#folder = folder;
    this.#present = present;
  }

  /** Gets all that members need, because where they run there is no way to a registry; for Node as JavaScript. */
  static async prepare(): Promise<Runtimes> {
    await mustRun(["cache", "--quiet", MEMBER], "cache what members import");
    const folder = await Deno.makeTempDir({ prefix: "democracy_netns_" });
    const node = await capture("node", ["--version"]);
    if (!node.ok) {
      console.log("network namespaces: there is no Node on this machine, all members run in Deno");
      return new Runtimes(folder, ["deno"]);
    }
    await mustRun(
      ["bundle", "--quiet", "--platform", "deno", "--outdir", folder, MEMBER, WORKER],
      "bundle a member for Node",
    );
    // Otherwise Node takes the bundles for CommonJS.
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ type: "module" }));
    return new Runtimes(folder, ["deno", "node"]);
  }

  /** Every other member runs in Node. */
  of(index: number): Runtime {
    return this.#present[index % this.#present.length] ?? "deno";
  }

  /** How to start the member with this index in a place. */
  launch(index: number, network: Network, place: string): Launch {
    const [program = "", ...enter] = network.enter(place);
    if (this.of(index) === "deno") {
      const [run = "", ...flags] = IN_DENO.args;
      return { program, args: [...enter, IN_DENO.program, run, "--cached-only", ...flags] };
    }
    const [member, worker] = [MEMBER, WORKER].map((path) => `${this.#folder}/${path.replace(/\.ts$/, ".js")}`);
    return { program, args: [...enter, "node", `${member}`], workerUrl: `file://${worker}` };
  }

  /** Removes what was built. */
  async remove(): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
