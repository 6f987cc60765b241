/**
 * A cluster of three processes under a flood of forged datagrams, and another one beside it that is left in peace: what happens
 * to that, too, was the machine's fault.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Flood } from "./flood.ts";
import { type MemberProcess, withProcesses } from "./processes.ts";

const FLOOD = fileURLToPath(new URL("./flood.ts", import.meta.url));
const IMPORT_MAP = fileURLToPath(new URL("../npm_only.import_map.json", import.meta.url));
const TIMES = { interval: 400, timeout: 2000 } as const;
const RATE = 20_000;

/** How a cluster is flooded. */
export interface Case {
  readonly secrets: number;
  readonly ports: number;
  readonly ms: number;
  readonly targets: readonly ("leader" | "voter")[];
}

async function run(flood: Flood): Promise<{ readonly sent: number; readonly ms: number }> {
  const args = ["run", "-A", "--quiet", "--no-check", "--import-map", IMPORT_MAP, FLOOD, JSON.stringify(flood)];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function changes(members: readonly MemberProcess[]): string[] {
  return members.flatMap((member) =>
    member.lines.filter(({ type }) => type === "elected" || type === "resigned" || type === "removed")
      .map(({ type }) => `${member.id} ${type}`)
  );
}

/** Floods each of the targets for `ms`; asserts that no leader changes and nobody is removed. */
export async function withstand({ secrets, ports, ms, targets }: Case): Promise<void> {
  const cluster = `flood ${crypto.randomUUID()}`;
  const secret = Array.from({ length: secrets }, (_, index) => `secret number ${index} of all`);
  const options = { ...TIMES, cluster, broadcast: false, ...(secrets > 0 ? { secret } : {}) } as const;
  await withProcesses(options, async (flooded) => {
    await withProcesses({ ...options, cluster: `${cluster} at peace` }, async (peaceful) => {
      const leader = flooded.find((member) => member.id === flooded[0].leader())!;
      const voter = flooded.find((member) => member !== leader)!;
      const before = [changes(flooded), changes(peaceful)].map((each) => each.length);
      for (const name of targets) {
        const target = name === "leader" ? leader : voter;
        const { sent, ms: took } = await run({
          ...{ cluster, target: target.source, sealed: secrets > 0, ports, rate: RATE, ms },
        });
        console.log(`${secrets} secrets, ${ports} ports, at the ${name}: ${Math.round(sent / took * 1000)} a second`);
        assertGreater(sent, 0);
      }
      const [ours = [], theirs = []] = [changes(flooded).slice(before[0]), changes(peaceful).slice(before[1])];
      if (theirs.length > 0) return console.log(`Inconclusive: a cluster at peace changed, too: ${theirs.join(", ")}`);
      assertEquals(ours, [], "the flood was to change nothing");
    });
  });
}
