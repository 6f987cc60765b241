/**
 * What an experiment at scale is: settings to run it in, findings, and a table of them.
 *
 * @module
 */

import type { Core } from "../core.ts";

/** One run of one experiment: everything in it follows from this. */
export interface Setting {
  readonly experiment: string;
  readonly members: number;
  /** The share of the datagrams that is lost. */
  readonly loss: number;
  /** Whether members suspect with care (Lifeguard), or by plain SWIM. */
  readonly lifeguard: boolean;
  readonly seed: number;
  /** How often something is done, or for how many ms something is watched. */
  readonly amount: number;
}

/** What came of it: samples in ms by name, and counts. */
export interface Findings {
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly counts: Readonly<Record<string, number>>;
}

/** A setting with its findings, or how it failed. */
export interface Outcome {
  readonly setting: Setting;
  readonly findings: Findings | undefined;
  readonly failure: string | undefined;
  /** Simulated ms, from the first start on. */
  readonly simulated: number;
  readonly steps: number;
  /** Seconds of a core. */
  readonly seconds: number;
}

/** An outcome with findings. */
export type Success = Outcome & { readonly findings: Findings };

/** How much to do. */
export interface Extent {
  readonly members: readonly number[];
  /** The sizes at which traffic is counted. */
  readonly sizes: readonly number[];
  readonly losses: readonly number[];
  readonly seed: number;
  /** How often members crash in each setting. */
  readonly crashes: number;
  /** How often a third crashes, and the network is cut in halves. */
  readonly disasters: number;
  /** Member-hours for which false positives are counted in each setting. */
  readonly memberHours: number;
  /** Hours for which nobody may be removed at 20 % loss. */
  readonly hours: number;
}

/** Something to reach. */
export interface Target {
  readonly what: string;
  readonly measured: string;
  readonly met: boolean;
}

/** A table, cell by cell. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One experiment. */
export interface Experiment {
  readonly name: string;
  readonly about: string;
  settings(extent: Extent): Setting[];
  /** Runs one setting; throws a Failure when a promise is broken. */
  run<MemberState>(core: Core<MemberState>, setting: Setting): Run;
  table(outcomes: readonly Success[]): Table;
  /** What is to be reached, as far as it was measured. */
  targets(outcomes: readonly Success[]): Target[];
}

/** What a run gives. */
export interface Run {
  readonly findings: Findings;
  readonly simulated: number;
  readonly steps: number;
}

/** Every size with every loss, with Lifeguard and without. */
export function grid(
  experiment: string,
  { members, losses, seed }: Pick<Extent, "members" | "losses" | "seed">,
  modes: readonly boolean[],
  amount: (members: number) => number,
): Setting[] {
  return members.flatMap((members) =>
    losses.flatMap((loss) =>
      modes.map((lifeguard): Setting => ({ experiment, members, loss, lifeguard, seed, amount: amount(members) }))
    )
  );
}
