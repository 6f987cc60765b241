/**
 * What the experiments found: tables for people, JSON for programs.
 *
 * @module
 */

import { table } from "../../harness/table.ts";
import { INTERVAL, TIMEOUT } from "./cluster_plan.ts";
import type { Experiment, Outcome, Setting, Success, Target } from "./experiment.ts";

/** The command that runs one setting again. */
export function replayOf({ experiment, members, loss, seed }: Setting): string {
  const percent = Number((loss * 100).toFixed(3));
  return `deno task simulate --scale --only ${experiment} --members ${members} --loss ${percent} --seed ${seed}`;
}

function successes(outcomes: readonly Outcome[], { name }: Experiment): Success[] {
  return outcomes.filter((outcome): outcome is Success =>
    outcome.findings !== undefined && outcome.setting.experiment === name
  );
}

/** The tables of all experiments that were run, and how their settings failed. */
export function tell(experiments: readonly Experiment[], outcomes: readonly Outcome[]): string[] {
  return experiments.flatMap((experiment) => {
    const found = successes(outcomes, experiment);
    const failed = outcomes.filter(({ setting, failure }) =>
      setting.experiment === experiment.name && failure !== undefined
    );
    if (found.length + failed.length === 0) return [];
    const { columns, rows } = experiment.table(found);
    return [
      ...["", `${experiment.name}: ${experiment.about}`],
      ...(rows.length === 0 ? [] : table(columns, rows)),
      ...failed.flatMap(({ setting, failure }) => [`FAILED: ${failure}`, `  ${replayOf(setting)}`]),
    ];
  });
}

/** All targets that were measured. */
export function targetsOf(experiments: readonly Experiment[], outcomes: readonly Outcome[]): Target[] {
  return experiments.flatMap((experiment) => experiment.targets(successes(outcomes, experiment)));
}

/** One target in one line. */
export function tellTarget({ what, measured, met }: Target): string {
  return `${met ? "met   " : "MISSED"}  ${what}: ${measured}`;
}

/** How fast the simulator was. */
export function tellSpeed(outcomes: readonly Outcome[]): string {
  const sum = (read: (outcome: Outcome) => number): number => outcomes.reduce((total, each) => total + read(each), 0);
  const seconds = sum((outcome) => outcome.seconds);
  const intervals = sum(({ setting, simulated }) => setting.members * simulated / INTERVAL);
  return `${(intervals * INTERVAL / 3_600_000).toFixed(1)} simulated member-hours in ${
    seconds.toFixed(0)
  } s of a core: ` +
    `${(intervals / seconds).toFixed(0)} member-intervals and ${
      (sum(({ steps }) => steps) / seconds).toFixed(0)
    } steps a second`;
}

/** Everything, with all samples; a sample that is null never came. */
export function toJson(outcomes: readonly Outcome[], targets: readonly Target[]): string {
  return `${JSON.stringify({ interval: INTERVAL, timeout: TIMEOUT, targets, outcomes }, undefined, 2)}\n`;
}
