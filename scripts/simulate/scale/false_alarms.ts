/**
 * Removals of members that are neither crashed nor slow.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { rate, SETTING_COLUMNS, settingCells } from "./cells.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting, type Success, type Table, type Target } from "./experiment.ts";
import { slowDown } from "./slow.ts";
import { Stage } from "./stage.ts";

const HOUR = 3_600_000;

/** Zero events in so many hours: with 95 % confidence there are fewer than this many in as many. */
const RULE_OF_THREE = 3;

/** The share of members that is slow, as in the Lifeguard paper. */
const SLOW_SHARE = 0.1;

/**
 * So many events tell a rate: a setting that has them is not watched any longer than this, in timeouts. A large cluster with
 * plain SWIM and loss removes its members thousands of times a second, which costs hours to simulate and tells no more.
 */
const ENOUGH = { events: 100_000, timeouts: 5 };

/** The target under Lifeguard's conditions. */
const TARGET_RATIO = 50;

/** The long run: its size and its loss. */
const LONG = { members: 100, loss: 0.2 };

function watchFor<MemberState>(core: Core<MemberState>, setting: Setting, slowShare: number): Run {
  const stage = new Stage(core, setting);
  const { random } = stage;
  const slow = new Set(
    random.shuffle(stage.machines).slice(0, Math.round(setting.members * slowShare)).map(({ index }) => index),
  );
  const counts = { any: 0, healthy: 0, slowRemoved: 0, blocks: 0, memberHours: 0 };
  const victims = new Set<number>();
  stage.watch.onRemoved = ({ observer, subject, alive }) => {
    if (!alive) return;
    if (slow.has(subject)) {
      counts.slowRemoved++;
      return;
    }
    victims.add(subject);
    counts.any++;
    if (!slow.has(observer)) counts.healthy++;
  };
  const begun = stage.now;
  const end = begun + setting.amount;
  for (const index of slow) slowDown(stage.world, stage.machines[index]!, setting.seed, end);
  const isEnough = (): boolean => counts.any >= ENOUGH.events && stage.now - begun >= ENOUGH.timeouts * TIMEOUT;
  while (stage.now < end && !isEnough()) stage.runFor(Math.min(TIMEOUT, end - stage.now));
  counts.blocks = stage.world.faults.get("block") ?? 0;
  counts.memberHours = setting.members * (stage.now - begun) / HOUR;
  const { elections } = stage.world.judge;
  return {
    findings: { values: {}, counts: { ...counts, victims: victims.size, slow: slow.size, elections } },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

/** Events for each member-hour; none is told as the bound that zero events leave. */
function hourly(events: number, hours: number): string {
  return events > 0 ? rate(events / hours) : `0 (< ${rate(RULE_OF_THREE / hours)})`;
}

/** Events, and the member-hours in which they were counted. */
export interface Tally {
  readonly events: number;
  readonly hours: number;
}

/** How many times more often the baseline had them; at least, when there were none to compare with. */
export function ratioOf(baseline: Tally, { events, hours }: Tally): { readonly least: number; readonly text: string } {
  const often = baseline.events / baseline.hours;
  if (events > 0) return { least: often / (events / hours), text: `${rate(often / (events / hours))} x` };
  const least = often / (RULE_OF_THREE / hours);
  return { least, text: baseline.events === 0 ? "none in either" : `> ${rate(least)} x` };
}

function tallyOf(outcome: Success, name: string): Tally {
  return { events: counted(outcome, name), hours: counted(outcome, "memberHours") };
}

/** The events of several settings, and as many as their baselines would have had in the same hours. */
function compare(
  outcomes: readonly Success[],
  all: readonly Success[],
  name: string,
): { plain: Tally; careful: Tally } {
  const plain = { events: 0, hours: 0 };
  const careful = { events: 0, hours: 0 };
  for (const outcome of outcomes) {
    const baseline = baselineOf(all, outcome);
    if (baseline === undefined) continue;
    const { events, hours } = tallyOf(outcome, name);
    const other = tallyOf(baseline, name);
    careful.events += events;
    careful.hours += hours;
    plain.events += other.events / other.hours * hours;
    plain.hours += hours;
  }
  return { plain, careful };
}

function counted({ findings: { counts } }: Success, name: string): number {
  return counts[name] ?? 0;
}

function baselineOf(outcomes: readonly Success[], { setting }: Success): Success | undefined {
  if (!setting.lifeguard) return undefined;
  const { members, loss } = setting;
  return outcomes.find(({ setting }) => !setting.lifeguard && setting.members === members && setting.loss === loss);
}

function tableOf(outcomes: readonly Success[], observed: readonly [name: string, title: string][]): Table {
  return {
    columns: [
      ...[...SETTING_COLUMNS, "member-hours"],
      ...observed.flatMap(([, title]) => [title, `${title} per member-hour`, "against plain SWIM"]),
      ...["members hit", "elections"],
    ],
    rows: outcomes.map((outcome) => {
      const hours = counted(outcome, "memberHours");
      const baseline = baselineOf(outcomes, outcome);
      return [
        ...[...settingCells(outcome.setting), hours.toFixed(1)],
        ...observed.flatMap(([name]) => [
          String(counted(outcome, name)),
          hourly(counted(outcome, name), hours),
          baseline === undefined ? "" : ratioOf(tallyOf(baseline, name), tallyOf(outcome, name)).text,
        ]),
        ...[String(counted(outcome, "victims")), String(counted(outcome, "elections"))],
      ];
    }),
  };
}

function duration(memberHours: number): (members: number) => number {
  return (members) => Math.max(memberHours / members * HOUR, 20 * TIMEOUT);
}

/** Nobody is slow. */
export const HEALTHY: Experiment = {
  name: "healthy",
  about: "everybody runs, datagrams are lost: each removal is a false positive",
  settings: (extent) => grid("healthy", extent, [true, false], duration(extent.memberHours)),
  run: (core, setting) => watchFor(core, setting, 0),
  table: (outcomes) => tableOf(outcomes, [["any", "FP"]]),
  targets: () => [],
};

/** Lifeguard's conditions. */
export const SLOW: Experiment = {
  name: "slow",
  about:
    `${SLOW_SHARE * 100} % of the members neither send nor receive at random times; removals of the others, by any ` +
    "observer (FP) and by observers that are not slow (FP-)",
  settings: (extent) => grid("slow", extent, [true, false], duration(extent.memberHours)),
  run: (core, setting) => watchFor(core, setting, SLOW_SHARE),
  table: (outcomes) => tableOf(outcomes, [["any", "FP"], ["healthy", "FP-"]]),
  targets(outcomes) {
    const lossless = outcomes.filter(({ setting }) => setting.loss === 0);
    if (lossless.length === 0) return [];
    return ([["any", "FP"], ["healthy", "FP-"]] as const).map(([name, title]): Target => {
      const { plain, careful } = compare(lossless, outcomes, name);
      const { least, text } = ratioOf(plain, careful);
      return {
        what: `${title} with slow members, all sizes, no loss: at least ${TARGET_RATIO} x fewer than plain SWIM`,
        measured: `${text} (${careful.events} against ${plain.events.toFixed(0)} in ${
          careful.hours.toFixed(1)
        } member-hours)`,
        met: least >= TARGET_RATIO,
      };
    });
  },
};

/** The long run. */
export const HOUR_LONG: Experiment = {
  name: "hour",
  about: `${LONG.members} members at ${LONG.loss * 100} % loss for long: nobody may be removed`,
  settings: ({ hours, seed }) => [
    { ...LONG, experiment: "hour", lifeguard: true, seed, amount: hours * HOUR },
  ],
  run: (core, setting) => watchFor(core, setting, 0),
  table: (outcomes) => tableOf(outcomes, [["any", "FP"]]),
  targets: (outcomes) =>
    outcomes.map((outcome) => ({
      what: `nobody healthy is removed, ${LONG.members} members, ${LONG.loss * 100} % loss, ` +
        `${Number((outcome.setting.amount / HOUR).toFixed(3))} h`,
      measured: `${counted(outcome, "any")} removals`,
      met: counted(outcome, "any") === 0,
    })),
};
