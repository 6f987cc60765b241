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

/** Timeouts that the halves are apart: enough to remove one another. */
const APART = 15;
/** Timeouts after which they count as never reunited. */
const LIMIT = 120;

interface Reunion {
  readonly reunited: number;
  readonly agreed: number;
  /** Whether nobody saw anybody of the other half when the network healed. */
  readonly parted: boolean;
}

function part<Citizen>(stage: Stage<Citizen>): Reunion {
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
  stage.runFor(APART * TIMEOUT);
  const parted = half.every((one) => rest.every((other) => !watch.sees(one, other) && !watch.sees(other, one)));
  network.heal();
  const begun = stage.now;
  const complete = stage.runUntil(() => watch.isComplete(), LIMIT * TIMEOUT);
  const reunited = complete ? watch.lastAdded - begun : Infinity;
  stage.runUntil(() => stage.agreement() !== undefined, LIMIT * TIMEOUT);
  const since = stage.agreement()?.since ?? Infinity;
  return { reunited, agreed: Math.max(0, since - begun), parted };
}

function run<Citizen>(core: Core<Citizen>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const reunions: Reunion[] = [];
  for (let time = 0; time < setting.amount; time++) {
    reunions.push(part(stage));
    stage.runFor(5 * TIMEOUT);
  }
  return {
    findings: {
      values: {
        reunited: reunions.map(({ reunited }) => reunited),
        agreed: reunions.map(({ agreed }) => agreed),
      },
      counts: { parted: reunions.filter(({ parted }) => parted).length, elections: stage.world.judge.elections },
    },
    simulated: stage.now,
    steps: stage.world.steps,
  };
}

/** Two halves. */
export const PARTITION: Experiment = {
  name: "partition",
  about:
    `halves that do not hear each other for ${APART} x timeout; times in multiples of the timeout from the healing ` +
    "until all see all, and until all follow one leader",
  settings: (extent) => grid("partition", { ...extent, losses: [0] }, [true], () => extent.disasters),
  run,
  table: (outcomes) => ({
    columns: [...SETTING_COLUMNS, "times", "parted", ...spreadColumns("all see all"), ...spreadColumns("one leader")],
    rows: outcomes.map(({ setting, findings: { values, counts } }) => [
      ...[...settingCells(setting), String(setting.amount), String(counts.parted ?? 0)],
      ...["reunited", "agreed"].flatMap((name) => spread(values[name] ?? [])),
    ]),
  }),
  targets: () => [],
};
