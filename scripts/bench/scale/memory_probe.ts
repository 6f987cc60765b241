/**
 * How many bytes a member remembers in a cluster of a given size: `memory_probe.ts N`, with `--expose-gc`. The members are
 * simulated, so that nothing but their own state is counted, and nothing depends on the machine.
 *
 * @module
 */

import * as core from "../../../src/core/citizen.ts";
import { Stage } from "../../simulate/scale/stage.ts";

function heapUsed(): number {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect !== "function") throw new Error("Cannot measure: run with --v8-flags=--expose-gc");
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

function probe(members: number): number {
  const stage = new Stage(core, { experiment: "memory", members, loss: 0, lifeguard: true, seed: 1, amount: 1 });
  const full = heapUsed();
  // Their state goes, and everything else of the simulation stays.
  for (const machine of stage.machines) machine.stop();
  const bytes = (full - heapUsed()) / members;
  if (stage.running.length > 0) throw new Error("Cannot measure: a member still runs");
  return bytes;
}

if (import.meta.main) console.log(JSON.stringify({ bytes: probe(Number(Deno.args[0])) }));
