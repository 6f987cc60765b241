/**
 * Many seeds, and what came of them all.
 *
 * @module
 */

import type { Core } from "./core.ts";
import { type Outcome, runSeed } from "./run_seed.ts";
import { carryOf } from "./carry.ts";

/** The sum of the outcomes of many seeds. */
export interface Totals {
  seeds: number;
  /** Simulated ms. */
  simulated: number;
  steps: number;
  elections: number;
  handovers: number;
  forgotten: number;
  worst: number;
  readonly faults: Record<string, number>;
  readonly failures: { seed: number; text: string }[];
}

export function noTotals(): Totals {
  return {
    seeds: 0,
    simulated: 0,
    steps: 0,
    elections: 0,
    handovers: 0,
    forgotten: 0,
    worst: 0,
    faults: {},
    failures: [],
  };
}

/** Adds one outcome. */
export function include(totals: Totals, outcome: Outcome): void {
  totals.seeds++;
  totals.simulated += outcome.simulated;
  totals.steps += outcome.steps;
  totals.elections += outcome.elections;
  totals.handovers += outcome.handovers;
  totals.forgotten += outcome.forgotten;
  totals.worst = Math.max(totals.worst, outcome.worst);
  for (const [kind, count] of Object.entries(outcome.faults)) totals.faults[kind] = (totals.faults[kind] ?? 0) + count;
  if (outcome.failure !== undefined) totals.failures.push({ seed: outcome.seed, text: outcome.failure.text });
}

/** Runs seeds one after the other; stops early when `enough` says so. */
export function sweep<MemberState>(
  core: Core<MemberState>,
  seeds: Iterable<number>,
  enough: (totals: Totals) => boolean = () => false,
): Totals {
  const totals = noTotals();
  for (const seed of seeds) {
    include(totals, runSeed(core, seed, carryOf(seed)));
    if (enough(totals)) break;
  }
  return totals;
}

/** The whole numbers from `from` on. */
export function* seedsFrom(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed++) yield seed;
}

/** The one command that runs a seed again, and shows it. */
export function replayCommand(seed: number, explore = false): string {
  return `deno task simulate${explore ? " --explore" : ""} --seed ${seed}`;
}
