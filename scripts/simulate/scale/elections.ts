/**
 * Many elections over one membership: how long it takes until all are led, at first and after a crash of the member that leads most, and
 * how evenly they fall.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import type { Machine } from "../machine.ts";
import { World } from "../world.ts";
import { inTimeouts } from "./cells.ts";
import { clusterPlan, INTERVAL, TIMEOUT } from "./cluster_plan.ts";
import type { Experiment, Run, Setting, Success } from "./experiment.ts";

/** Elections, on so many members. */
const COUNTS = [100, 1000, 10_000];
const MEMBERS = [3, 5];
/** Candidacies of one member that wait for votes at once. */
const AT_ONCE = 200;
/** Timeouts that leads have to settle in, and that are waited for at most. */
const SETTLING = 10;
const LIMIT = 60;
/** Leads that a member gives away in an interval at most. */
const MOVED = 100;
/** An examined step looks at each election. */
const PACE = 10_000;

/** How many each member leads. */
function sharesOf<MemberState>({ machines, now }: World<MemberState>): number[] {
  return machines.map((machine) => machine.ledAt(now).length);
}

function led<MemberState>(world: World<MemberState>): number {
  return sharesOf(world).reduce((sum, share) => sum + share, 0);
}

/** The ms until all are led. */
function untilLed<MemberState>(world: World<MemberState>, elections: number): number {
  const begun = world.now;
  while (led(world) < elections) {
    if (world.now - begun > LIMIT * TIMEOUT) {
      throw new Failure(world.now, "convergence", `${led(world)} of ${elections} elections are led`);
    }
    world.timeline.runUntil(world.now + 10);
  }
  return world.now - begun;
}

function fullest<MemberState>(world: World<MemberState>): Machine<MemberState> {
  const shares = sharesOf(world);
  return world.machines[shares.indexOf(Math.max(...shares))]!;
}

function run<MemberState>(core: Core<MemberState>, { members, seed, amount }: Setting): Run {
  const elections = Array.from({ length: amount }, (_, index) => `shard-${index}`);
  const world = new World({ ...clusterPlan(members, seed, true), pace: PACE }, core, (packet) => packet);
  for (const machine of world.machines) world.start(machine);
  world.timeline.runUntil(3 * TIMEOUT);
  for (const machine of world.machines) {
    for (const election of elections) {
      world.command(machine, { kind: "enter", election, byWeight: false, rebalances: true });
    }
  }
  const first = untilLed(world, amount);
  world.timeline.runUntil(world.now + SETTLING * TIMEOUT + amount / MOVED * INTERVAL);
  const victim = fullest(world);
  const [most, lost] = [Math.max(...sharesOf(world)) * members / amount, victim.ledAt(world.now).length];
  world.crash(victim);
  const again = untilLed(world, amount);
  return {
    findings: { values: { first: [first], again: [again] }, counts: { most: Math.round(most * 1000), lost } },
    simulated: world.now,
    steps: world.steps,
  };
}

/** ms within which all have to be led again: as one, and an interval more for each of so many leads. */
function boundOf({ findings: { counts } }: Success): number {
  return TIMEOUT + 2 * INTERVAL + (counts.lost ?? 0) / AT_ONCE * INTERVAL;
}

/** One membership, and up to ten thousand elections. */
export const ELECTIONS: Experiment = {
  name: "elections",
  about:
    "members stand in many elections, and the one that leads most crashes; times in multiples of the timeout until all are led",
  settings: ({ seed }) =>
    MEMBERS.flatMap((members) =>
      COUNTS.map((amount): Setting => ({ experiment: "elections", members, loss: 0, lifeguard: true, seed, amount }))
    ),
  run,
  table: (outcomes) => ({
    columns: ["members", "elections", "fullest / mean", "all led", "led by the crashed", "all led again"],
    rows: outcomes.map(({ setting, findings: { values, counts } }) => [
      ...[String(setting.members), String(setting.amount), ((counts.most ?? NaN) / 1000).toFixed(2)],
      ...[inTimeouts(values.first?.[0] ?? NaN), String(counts.lost), inTimeouts(values.again?.[0] ?? NaN)],
    ]),
  }),
  targets: (outcomes) =>
    outcomes.flatMap((outcome) => {
      const { setting: { members, amount }, findings: { values, counts } } = outcome;
      const again = values.again?.[0] ?? Infinity;
      const most = (counts.most ?? Infinity) / 1000;
      const scene = `${amount} elections on ${members} members`;
      return [
        {
          what: `${scene}: led again after a crash within ${inTimeouts(boundOf(outcome))} x timeout`,
          measured: `${inTimeouts(again)} x timeout`,
          met: again <= boundOf(outcome),
        },
        // Of a hundred the chance decides.
        ...amount < 1000 ? [] : [{
          what: `${scene}: the fullest member leads at most 1.25 times the mean`,
          measured: most.toFixed(2),
          met: most <= 1.25,
        }],
      ];
    }),
};
