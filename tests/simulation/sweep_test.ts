import { assert, assertEquals } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import { carryOf } from "../../scripts/simulate/carry.ts";
import { runSeed } from "../../scripts/simulate/run_seed.ts";
import { planOf } from "../../scripts/simulate/seed_plan.ts";
import { seedsFrom } from "../../scripts/simulate/sweep.ts";
import { FIRST, SEEDS, testParts } from "./sweep_parts.ts";

// The other eight hundred are in long_sweep_test.ts.
testParts(FIRST, 2);

Deno.test("the seeds vary in size, quorum and treatment", () => {
  const plans = [...seedsFrom(FIRST, SEEDS)].map(planOf);
  const sizes = new Set(plans.map(({ machines }) => machines.filter(({ voter }) => voter).length));
  assertEquals([...sizes].sort(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(new Set(plans.map(({ treatment }) => treatment)).size, 3);
  const crowds = plans.filter(({ machines }) => machines.some(({ voter, configured }) => configured && !voter));
  const votersOf = ({ machines }: typeof plans[number]): number => machines.filter(({ voter }) => voter).length;
  assertEquals([...new Set(crowds.map(votersOf))].sort(), [1, 3, 5, 7]);
  assert(crowds.every((plan) => plan.machines.length > (votersOf(plan) >= 5 ? 10 : 3)));
  assertEquals(new Set(crowds.map(({ treatment }) => treatment)), new Set(["chaos", "lossy"]));
  assert(crowds.some(({ machines }) => machines.length >= 20));
  assert(plans.some(({ quorum }) => quorum === "none"));
  assert(plans.some(({ quorum }) => typeof quorum === "number"));
  assert(plans.some(({ preemptAfter }) => preemptAfter !== undefined));
  assert(plans.some(({ quarantine }) => quarantine === "until-idle"));
  assert(plans.some(({ quarantine, timeout }) => quarantine === timeout));
});

Deno.test("a seed is the same whenever it is run", () => {
  const trace = (): string => {
    const lines: string[] = [];
    const line = (time: number, member: string, text: string): void => void lines.push(`${time} ${member} ${text}`);
    runSeed(core, 7, carryOf(7), { line, verbose: true });
    return lines.join("\n");
  };
  assertEquals(trace(), trace());
});
