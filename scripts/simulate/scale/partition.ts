/**
 * The network falls into halves for a while, and heals.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { SETTING_COLUMNS, settingCells, spread, spreadColumns } from "./cells.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting } from "./experiment.ts";
import { Stage } from "./stage.ts";

/** Timeouts that the halves are apart at least; they are until nobody sees anybody of the other half. */
const APART = 15;
/** Timeouts after which they count as never parted, or never reunited. */
const LIMIT = 120;

interface Reunion {
  readonly parted: number;
  readonly reunited: number;
  readonly agreed: number;
}

function part<MemberState>(stage: Stage<MemberState>): Reunion {
  stage.runToAnyMoment();
  const { watch, world: { network } } = stage;
  const mixed = stage.random.shuffle(stage.machines).map(({ index }) => index);
  const half = mixed.slice(0, Math.floor(mixed.length / 2));
  const rest = mixed.slice(half.length);
  for (const one of half) {
    for (const other of rest) {
      network.cut(one, other);
      network.cut(other, one);
    }
  }
  const parted = removeEachOther(stage, half, rest);
  network.heal();
  const begun = stage.now;
  const complete = stage.runUntil(() => watch.isComplete(), LIMIT * TIMEOUT);
  const reunited = complete ? Math.max(0, watch.lastAdded - begun) : Infinity;
  stage.runUntil(() => stage.agreement() !== undefined, LIMIT * TIMEOUT);
  const since = stage.agreement()?.since ?? Infinity;
  return { parted, reunited, agreed: Math.max(0, since - begun) };
}

/** ms until nobody sees anybody of the other half. */
function removeEachOther<MemberState>(
  stage: Stage<MemberState>,
  half: readonly number[],
  rest: readonly number[],
): number {
  const { watch } = stage;
  const begun = stage.now;
  let last = begun;
  watch.onRemoved = ({ time }) => last = time;
  const isParted = (): boolean =>
    half.every((one) => rest.every((other) => !watch.sees(one, other) && !watch.sees(other, one)));
  const parted = stage.runUntil(isParted, LIMIT * TIMEOUT);
  watch.onRemoved = () => {};
  stage.runFor(Math.max(0, begun + APART * TIMEOUT - stage.now));
  return parted ? last - begun : Infinity;
}

function run<MemberState>(core: Core<MemberState>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const reunions: Reunion[] = [];
  for (let time = 0; time < setting.amount; time++) {
    reunions.push(part(stage));
    stage.runFor(5 * TIMEOUT);
  }
  return {
    findings: {
      values: {
        parted: reunions.map(({ parted }) => parted),
        reunited: reunions.map(({ reunited }) => reunited),
        agreed: reunions.map(({ agreed }) => agreed),
      },
      counts: { elections: stage.world.judge.elections },
    },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

/** Two halves. */
export const PARTITION: Experiment = {
  name: "partition",
  about:
    "halves that do not hear each other, until they have removed each other; times in multiples of the timeout: until " +
    "then, and from the healing until all see all, and until all follow one leader",
  settings: (extent) => grid("partition", { ...extent, losses: [0] }, [true], () => extent.disasters),
  run,
  table: (outcomes) => ({
    columns: [
      ...[...SETTING_COLUMNS, "times"],
      ...[...spreadColumns("parted"), ...spreadColumns("all see all"), ...spreadColumns("one leader")],
    ],
    rows: outcomes.map(({ setting, findings: { values } }) => [
      ...[...settingCells(setting), String(setting.amount)],
      ...["parted", "reunited", "agreed"].flatMap((name) => spread(values[name] ?? [])),
    ]),
  }),
  targets: () => [],
};
