/**
 * How long it takes until a crashed member is removed: somewhere, by half of the others, by all.
 *
 * @module
 */

import { median } from "../../harness/statistics.ts";
import type { Core } from "../core.ts";
import type { Machine } from "../machine.ts";
import { inTimeouts, SETTING_COLUMNS, settingCells, spread, spreadColumns } from "./cells.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting, type Success, type Target } from "./experiment.ts";
import { Stage } from "./stage.ts";

/** Timeouts after which a crash counts as never noticed. */
const LIMIT = 30;
/** Timeouts between a restart and the next crash: enough to be seen by nearly all. */
const PAUSE = 1.5;

/**
 * Nobody else crashes after so many removals: a large cluster with plain SWIM and loss removes its members half a million
 * times a second, which takes hours to simulate. Who has not noticed by then has not noticed yet.
 */
const STORM = 2_000_000;

/** The target: the median crash is noticed by the median observer within this many timeouts, at this size. */
const TARGET = { members: 1000, timeouts: 1.5 };

interface Detection {
  readonly first: number;
  readonly median: number;
  readonly last: number;
  readonly observers: number;
}

interface Victim<MemberState> {
  readonly victim: Machine<MemberState>;
}

function crashOne<MemberState>(
  stage: Stage<MemberState>,
  spared: Machine<MemberState> | undefined,
): Detection & Victim<MemberState> {
  stage.runToAnyMoment();
  const { watch } = stage;
  const victim = stage.random.pick(stage.running.filter((machine) => machine !== spared));
  const waiting = new Set(stage.running.map(({ index }) => index).filter((index) => watch.sees(index, victim.index)));
  const observers = waiting.size;
  const begun = stage.now;
  const times: number[] = [];
  watch.onRemoved = ({ observer, subject, time }) => {
    if (subject === victim.index && waiting.delete(observer)) times.push(time - begun);
  };
  stage.crash(victim);
  stage.runUntil(() => waiting.size === 0 || isStormy(stage), LIMIT * TIMEOUT);
  watch.onRemoved = () => {};
  while (times.length < observers) times.push(Infinity);
  const [first = NaN] = times;
  return { victim, first, median: median(times), last: times.at(-1) ?? NaN, observers };
}

function isStormy<MemberState>(stage: Stage<MemberState>): boolean {
  return stage.world.judge.removals >= STORM;
}

function run<MemberState>(core: Core<MemberState>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const detections: Detection[] = [];
  let spared: Machine<MemberState> | undefined;
  for (let crash = 0; crash === 0 || (crash < setting.amount && !isStormy(stage)); crash++) {
    const { victim, ...detection } = crashOne(stage, spared);
    detections.push(detection);
    stage.revive(victim);
    // Who has just come back may not be known everywhere.
    spared = victim;
    stage.runFor(PAUSE * TIMEOUT);
  }
  return {
    findings: {
      values: {
        first: detections.map(({ first }) => first),
        median: detections.map(({ median }) => median),
        all: detections.map(({ last }) => last),
      },
      counts: {
        observers: detections.reduce((total, { observers }) => total + observers, 0),
        ghosts: stage.watch.ghosts,
        formation: stage.formation,
      },
    },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

function targets(outcomes: readonly Success[]): Target[] {
  const { members, timeouts } = TARGET;
  return outcomes.filter(({ setting }) => setting.lifeguard && setting.members === members && setting.loss === 0)
    .map(({ findings }) => {
      const measured = median(findings.values.median ?? []);
      return {
        what: `median detection of a crash, ${members} members: below ${timeouts} x timeout`,
        measured: `${inTimeouts(measured)} x timeout`,
        met: measured < timeouts * TIMEOUT,
      };
    });
}

/** One member crashes at a time, and comes back. */
export const CRASH: Experiment = {
  name: "crash",
  about:
    "a member crashes; times in multiples of the timeout until the first, the median and the last observer removed it",
  settings: (extent) => grid("crash", extent, [true, false], () => extent.crashes),
  run,
  table: (outcomes) => ({
    columns: [
      ...[...SETTING_COLUMNS, "crashes"],
      ...[...spreadColumns("first"), ...spreadColumns("median"), ...spreadColumns("all")],
    ],
    rows: outcomes.map(({ setting, findings: { values } }) => [
      ...[...settingCells(setting), String(values.first?.length ?? 0)],
      ...["first", "median", "all"].flatMap((name) => spread(values[name] ?? [])),
    ]),
  }),
  targets,
};
