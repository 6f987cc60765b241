/**
 * How long it takes until all follow a new leader when the old one crashes.
 *
 * @module
 */

import { greatest } from "../../harness/statistics.ts";
import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import { inTimeouts, SETTING_COLUMNS, settingCells, spread, spreadColumns } from "./cells.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting } from "./experiment.ts";
import { Stage } from "./stage.ts";

/** Timeouts after which nobody is expected to lead any more. */
const LIMIT = 30;
const MENDING = 30;

const TARGET = { members: 1000, timeouts: 3 };

function depose<MemberState>(stage: Stage<MemberState>): { readonly elected: number; readonly agreed: number } {
  if (!stage.runUntil(() => stage.agreement() !== undefined, LIMIT * TIMEOUT)) {
    throw new Failure(stage.now, "convergence", "no leader on whom all agree");
  }
  stage.runToAnyMoment();
  const leader = stage.agreement()?.leader;
  if (leader === undefined) throw new Failure(stage.now, "stability", "a healthy leader was replaced");
  const begun = stage.now;
  let elected = Infinity;
  stage.watch.onElected = (_, time) => elected = Math.min(elected, time - begun);
  stage.crash(leader);
  stage.runUntil(() => stage.agreement() !== undefined, LIMIT * TIMEOUT);
  stage.watch.onElected = () => {};
  return { elected, agreed: (stage.agreement()?.since ?? Infinity) - begun };
}

function run<MemberState>(core: Core<MemberState>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const elected: number[] = [];
  const agreed: number[] = [];
  for (let crash = 0; crash < setting.amount; crash++) {
    const times = depose(stage);
    elected.push(times.elected);
    agreed.push(times.agreed);
    stage.mend(MENDING * TIMEOUT);
  }
  return {
    findings: { values: { elected, agreed }, counts: { elections: stage.world.judge.elections } },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

/** The leader crashes, and comes back as a follower. */
export const LEADER: Experiment = {
  name: "leader",
  about: "the leader crashes; times in multiples of the timeout until another is elected, and until all follow it",
  settings: (extent) => grid("leader", { ...extent, losses: [0] }, [true], () => extent.crashes),
  run,
  table: (outcomes) => ({
    columns: [...SETTING_COLUMNS, "crashes", ...spreadColumns("elected"), ...spreadColumns("all agree")],
    rows: outcomes.map(({ setting, findings: { values } }) => [
      ...[...settingCells(setting), String(setting.amount)],
      ...["elected", "agreed"].flatMap((name) => spread(values[name] ?? [])),
    ]),
  }),
  targets: (outcomes) =>
    outcomes.filter(({ setting }) => setting.members === TARGET.members).map(({ findings }) => {
      const slowest = greatest(findings.values.agreed ?? []);
      return {
        what: `all of ${TARGET.members} members agree on a new leader, each time: within ${TARGET.timeouts} x timeout`,
        measured: `${inTimeouts(slowest)} x timeout at worst`,
        met: slowest <= TARGET.timeouts * TIMEOUT,
      };
    }),
};
