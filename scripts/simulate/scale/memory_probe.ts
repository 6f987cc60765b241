/**
 * How many bytes a member remembers in a cluster of a given size: `memory_probe.ts N`, with `--expose-gc`. The members are
 * simulated, so that nothing but their own state is counted, and nothing depends on the machine.
 *
 * @module
 */

import * as core from "../../../src/core/citizen.ts";
import { Stage } from "./stage.ts";

/** Members of as many clusters as it takes: what V8 collects besides is then little for each. */
const ENOUGH = 200;

function heapUsed(): number {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") throw new Error("Cannot measure: run with --v8-flags=--expose-gc");
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

function probe(members: number): number {
  const clusters = Math.ceil(ENOUGH / members);
  const stages = Array.from({ length: clusters }, (_, index) => {
    return new Stage(core, { experiment: "memory", members, loss: 0, lifeguard: true, seed: index + 1, amount: 1 });
  });
  const full = heapUsed();
  // Their state goes, and everything else of the simulation stays.
  for (const { machines } of stages) for (const machine of machines) machine.stop();
  const bytes = (full - heapUsed()) / (clusters * members);
  if (stages.some(({ running }) => running.length > 0)) throw new Error("Cannot measure: a member still runs");
  return bytes;
}

if (import.meta.main) console.log(JSON.stringify({ bytes: probe(Number(Deno.args[0])) }));
