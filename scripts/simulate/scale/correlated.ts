/**
 * A third of the cluster crashes at one instant.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import { SETTING_COLUMNS, settingCells, spread, spreadColumns } from "./cells.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting } from "./experiment.ts";
import { Stage } from "./stage.ts";

/** Timeouts after which a crash counts as never noticed, or a leader as never agreed on. */
const LIMIT = 30;
/** Timeouts for which the survivors are watched at least. */
const AFTERMATH = 5;
const MENDING = 60;

interface Tally {
  /** Until half of the survivors had removed all of the dead, until all had, and until all followed one new leader. */
  readonly half: number[];
  readonly all: number[];
  readonly leader: number[];
  falsePositives: number;
  leaderless: number;
  leaderKept: number;
}

function strike<MemberState>(stage: Stage<MemberState>, tally: Tally): void {
  stage.runToAnyMoment();
  const { watch, world } = stage;
  const before = stage.agreement()?.leader;
  const dead = stage.random.shuffle(stage.running).slice(0, Math.floor(stage.machines.length / 3));
  const begun = stage.now;
  for (const machine of dead) stage.crash(machine);
  const survivors = stage.running;
  const left = new Map(
    survivors.map(({ index }) => [index, dead.filter((one) => watch.sees(index, one.index)).length]),
  );
  const done = [...left.values()].filter((count) => count === 0).map(() => 0);
  watch.onRemoved = ({ observer, alive, time }) => {
    if (alive) {
      tally.falsePositives++;
      return;
    }
    const count = (left.get(observer) ?? 0) - 1;
    left.set(observer, count);
    if (count === 0) done.push(time - begun);
  };
  stage.runUntil(() => done.length >= survivors.length, LIMIT * TIMEOUT);
  tally.half.push(done[Math.ceil(survivors.length / 2) - 1] ?? Infinity);
  tally.all.push(done.length >= survivors.length ? done.at(-1)! : Infinity);
  noteLeader(stage, tally, before?.alive === true, begun);
  stage.runFor(Math.max(0, begun + AFTERMATH * TIMEOUT - stage.now));
  watch.onRemoved = () => {};
  if (world.voters.filter(({ alive }) => alive).length < world.quorum) noLeader(stage);
}

function noteLeader<MemberState>(stage: Stage<MemberState>, tally: Tally, kept: boolean, begun: number): void {
  const { world } = stage;
  if (world.voters.filter(({ alive }) => alive).length < world.quorum) {
    tally.leaderless++;
    return;
  }
  stage.runUntil(() => stage.agreement() !== undefined, LIMIT * TIMEOUT);
  const agreement = stage.agreement();
  if (kept && agreement !== undefined && agreement.since <= begun) tally.leaderKept++;
  else tally.leader.push(agreement === undefined ? Infinity : agreement.since - begun);
}

/** Without a quorum nobody may lead any more. */
function noLeader<MemberState>(stage: Stage<MemberState>): void {
  const [leader] = stage.world.judge.believers(stage.now);
  if (leader !== undefined) throw new Failure(stage.now, "minority", `${leader.plan.name} leads without a quorum`);
}

function run<MemberState>(core: Core<MemberState>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const tally: Tally = { half: [], all: [], leader: [], falsePositives: 0, leaderless: 0, leaderKept: 0 };
  let mended = 0;
  for (let time = 0; time < setting.amount; time++) {
    strike(stage, tally);
    if (stage.mend(MENDING * TIMEOUT)) mended++;
  }
  const { half, all, leader, falsePositives, leaderless, leaderKept } = tally;
  return {
    findings: {
      values: { half, all, leader },
      counts: { falsePositives, leaderless, leaderKept, mended, ghosts: stage.watch.ghosts },
    },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

/** A third crashes, and comes back. */
export const CORRELATED: Experiment = {
  name: "correlated",
  about:
    "a third crashes at one instant; times in multiples of the timeout until half of the survivors, and all, have " +
    "removed all the dead, and until all follow a new leader",
  settings: (extent) => grid("correlated", { ...extent, losses: [0] }, [true, false], () => extent.disasters),
  run,
  table: (outcomes) => ({
    columns: [
      ...[...SETTING_COLUMNS, "times"],
      ...[...spreadColumns("half"), ...spreadColumns("all"), ...spreadColumns("new leader")],
      ...["leader kept", "no quorum", "FP"],
    ],
    rows: outcomes.map(({ setting, findings: { values, counts } }) => [
      ...[...settingCells(setting), String(setting.amount)],
      ...["half", "all", "leader"].flatMap((name) => spread(values[name] ?? [])),
      ...["leaderKept", "leaderless", "falsePositives"].map((name) => String(counts[name] ?? 0)),
    ]),
  }),
  targets: () => [],
};
