/**
 * All experiments at scale, in the order in which they are told.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import { CORRELATED } from "./correlated.ts";
import { CRASH } from "./crash.ts";
import { ELECTIONS } from "./elections.ts";
import type { Experiment, Outcome, Setting } from "./experiment.ts";
import { HEALTHY, HOUR_LONG, SLOW } from "./false_alarms.ts";
import { LEADER } from "./leader.ts";
import { PARTITION } from "./partition.ts";
import { TRAFFIC } from "./traffic.ts";

/** What can be asked for. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...[TRAFFIC, CRASH, LEADER, CORRELATED, PARTITION, HEALTHY, SLOW, HOUR_LONG, ELECTIONS],
];

/** Runs one setting; a broken promise is an outcome, not an exception. */
export function runSetting<MemberState>(core: Core<MemberState>, setting: Setting): Outcome {
  const experiment = EXPERIMENTS.find(({ name }) => name === setting.experiment);
  if (experiment === undefined) throw new RangeError(`Cannot simulate: no experiment "${setting.experiment}"`);
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  try {
    const { findings, simulated, steps } = experiment.run(core, setting);
    return { setting, findings, failure: undefined, simulated, steps, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return {
      setting,
      findings: undefined,
      failure: error.message,
      simulated: error.time,
      steps: 0,
      seconds: seconds(),
    };
  }
}
