/**
 * The moves of a walk: which links carry datagrams, who restarts and with what, who resigns, which terms are raised. Each is within what
 * the README calls safe.
 *
 * @module
 */

import type { Machine } from "../machine.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

/** Timeouts after which voters that are gone count no longer. */
const AFTERWARDS = 3;

type Move = <MemberState>(walk: Walk<MemberState>) => void;

/** Every move, and how often it is made in comparison with the others, in a walk that likes it. */
const MOVES: readonly (readonly [Move, number])[] = [
  [changeLinks, 4],
  [changeSides, 3],
  [desert, 2],
  [restartOne, 3],
  [restartNext, 2],
  [shrink, 1],
  [shorten, 1],
  [resign, 3],
  [raise, 2],
  [closeOne, 1],
];

/** How long it may be until the next move, in ms: parts of an interval, and what matters of a lease. */
const PAUSES: readonly ((random: Random, interval: number, timeout: number) => number)[] = [
  (random, interval) => random.between(0, 0.1) * interval,
  (random, interval) => random.between(0, 1) * interval,
  (random, interval) => random.between(0.9, 1.1) * interval,
  (random, interval) => random.between(1, 3) * interval,
  (random, _, timeout) => random.between(0.5, 1) * timeout,
  (random, _, timeout) => random.between(0.95, 1.1) * timeout,
];

/** What a walk makes of its time. One that does without most moves comes further with the others (Groce et al., Swarm Testing, 2012). */
export interface Habits {
  /** Its moves, each as often as it is made. */
  readonly moves: readonly Move[];
  readonly pauses: typeof PAUSES;
}

/** A world, the chance that decides, and the habits of this walk. */
export interface Walk<MemberState> {
  readonly world: World<MemberState>;
  readonly random: Random;
  readonly habits: Habits;
}

/** The habits of one walk. */
export function habitsOf(random: Random): Habits {
  const known = random.shuffle([...MOVES]).slice(0, random.whole(2, 6));
  return {
    moves: known.flatMap(([move, times]) => Array.from({ length: times }, () => move)),
    pauses: random.shuffle([...PAUSES]).slice(0, random.whole(2, 4)),
  };
}

/** Makes one move. */
export function move<MemberState>(walk: Walk<MemberState>): void {
  walk.random.pick(walk.habits.moves)(walk);
}

/** How long it is until the next move, in ms. */
export function pauseAfter<MemberState>({ world: { plan }, random, habits }: Walk<MemberState>): number {
  return random.pick(habits.pauses)(random, plan.interval, plan.timeout);
}

/** A pattern of connectivity takes the place of the one before. */
function changeLinks<MemberState>({ world, random }: Walk<MemberState>): void {
  const { machines, network } = world;
  const carries = patternOf(random, machines.length);
  const cut: string[] = [];
  for (const from of machines) {
    for (const to of machines) {
      if (from === to) continue;
      network.restore(from.index, to.index);
      if (carries(from.index, to.index)) continue;
      network.cut(from.index, to.index);
      cut.push(`${from.plan.name}>${to.plan.name}`);
    }
  }
  world.fault("links", "network", cut.length === 0 ? "all links carry" : `cut are ${cut.join(" ")}`);
}

/** A cluster in two parts stays so, but one member changes sides: it may be a new process there, which remembers nothing. */
function changeSides<MemberState>(walk: Walk<MemberState>): void {
  const { world: { machines, network }, random } = walk;
  const [first, ...others] = machines;
  const beside = others.filter(({ index }) => !network.isCut(0, index) && !network.isCut(index, 0));
  const side = new Set([first!, ...beside]);
  const one = random.pick(others);
  if (!side.delete(one)) side.add(one);
  if (random.chance(0.5)) restart(walk, one);
  cutBetween(walk, side);
}

/**
 * The leader keeps a bare majority on its side. One of these restarts on the other side, which makes a majority there; before the lease
 * that it granted is over, the leader resigns; and soon others are reached.
 */
function desert<MemberState>(walk: Walk<MemberState>): void {
  const { world, random } = walk;
  const { timeline, plan: { interval, timeout }, machines } = world;
  const [leader] = world.judge.believers(world.now);
  if (leader === undefined) return;
  const others = random.shuffle(machines.filter((machine) => machine !== leader));
  const side = new Set([leader, ...others.slice(0, world.quorum - 1)]);
  const [deserter] = others;
  cutBetween(walk, side);
  if (random.chance(0.5)) raise(walk);
  const gone = random.between(0, 3) * interval;
  timeline.after(gone, () => {
    side.delete(deserter!);
    restart(walk, deserter!);
    cutBetween(walk, side);
  });
  const resigned = gone + random.between(0.3, 1) * timeout;
  timeline.after(resigned, () => resign(walk));
  timeline.after(resigned + random.between(0, 0.5) * timeout, () => changeLinks(walk));
}

/** Those of one side reach each other, and the others each other. */
function cutBetween<MemberState>({ world }: Walk<MemberState>, side: ReadonlySet<Machine<MemberState>>): void {
  const { machines, network } = world;
  for (const from of machines) {
    for (const to of machines) {
      if (from === to) continue;
      network.restore(from.index, to.index);
      if (side.has(from) !== side.has(to)) network.cut(from.index, to.index);
    }
  }
  const names = (beside: boolean): string =>
    machines.filter((machine) => side.has(machine) === beside).map(({ plan }) => plan.name).join(" ");
  world.fault("sides", "network", `${names(true)} | ${names(false)}`);
}

/** Which directed links carry datagrams. */
function patternOf(random: Random, size: number): (from: number, to: number) => boolean {
  const one = random.whole(0, size - 1);
  const other = random.whole(0, size - 1);
  const side = Array.from({ length: size }, () => random.chance(0.5));
  const links = Array.from({ length: size * size }, () => random.chance(0.7));
  return random.pick<(from: number, to: number) => boolean>([
    () => true,
    () => true,
    // One hears nobody, is heard by nobody, or both.
    (_, to) => to !== one,
    (from) => from !== one,
    (from, to) => from !== one && to !== one,
    // One direction of one link, or both.
    (from, to) => from !== one || to !== other,
    (from, to) => !(from === one && to === other || from === other && to === one),
    // Two sides, a star, or anything.
    (from, to) => side[from] === side[to],
    (from, to) => from === one || to === one,
    (from, to) => links[from * size + to]!,
  ]);
}

function restartOne<MemberState>(walk: Walk<MemberState>): void {
  restart(walk, walk.random.pick(walk.world.machines));
}

function restart<MemberState>({ world, random }: Walk<MemberState>, machine: Machine<MemberState>): void {
  world.crash(machine);
  const delay = random.pick([0, random.between(0, 1) * world.plan.interval, random.between(0, 1) * world.plan.timeout]);
  world.timeline.after(delay, () => world.start(machine));
}

/** One of those that have an older configuration gets the latest: it restarts, or is gone. */
function restartNext<MemberState>(walk: Walk<MemberState>): void {
  const { world, random } = walk;
  const behind = world.machines.filter(({ alive, roll }) => alive && roll !== world.enrolment.roll);
  if (behind.length === 0) return;
  const machine = random.pick(behind);
  if (world.enrolment.isRemoved(machine.plan)) world.crash(machine);
  else restart(walk, machine);
  if (behind.length === 1) world.enrolment.settlesAt = world.now + AFTERWARDS * world.plan.timeout;
}

/** Whether a configuration is complete everywhere, so that the next may come. */
function isSettled<MemberState>({ world: { machines, enrolment, now } }: Walk<MemberState>): boolean {
  return enrolment.settlesAt <= now && machines.every(({ alive, roll }) => !alive || roll === enrolment.roll);
}

/** From now on the list is shorter by one; the others restart with it one by one. */
function shrink<MemberState>(walk: Walk<MemberState>): void {
  const { world, random } = walk;
  const { voters } = world.enrolment.roll;
  if (!isSettled(walk) || voters.length < 2) return;
  const gone = random.pick(voters);
  const next = voters.filter((address) => address !== gone);
  world.enrolment.change({ named: next, voters: next });
  world.enrolment.settlesAt = Infinity;
  world.fault("shorter list", "rollout", `from now on without ${gone}`);
}

/** From now on the timeout is shorter; whoever starts withholds its vote for the longest that any member had. */
function shorten<MemberState>(walk: Walk<MemberState>): void {
  const { world, random } = walk;
  const { timeout } = world.enrolment.roll;
  const next = Math.max(3 * world.plan.interval, timeout * random.pick([0.3, 0.5]));
  if (!isSettled(walk) || next >= timeout) return;
  world.enrolment.change({ timeout: next });
  world.enrolment.settlesAt = Infinity;
  world.fault("shorter timeout", "rollout", `from now on ${next} ms instead of ${timeout} ms`);
}

function resign<MemberState>({ world, random }: Walk<MemberState>): void {
  const leaders = world.judge.believers(world.now);
  if (leaders.length > 0) world.command(random.pick(leaders), { kind: "resign" });
}

/** A token outside has come to the newest, or a little further: terms follow one another from there. */
function raise<MemberState>({ world, random }: Walk<MemberState>): void {
  if (world.plan.base === undefined) return;
  const newest = Math.max(world.plan.base, ...world.judge.leaderships.map(({ term }) => term));
  const leaders = world.judge.believers(world.now);
  const machine = random.pick(leaders.length > 0 && random.chance(0.5) ? leaders : world.machines);
  world.command(machine, { kind: "advance-term", term: newest + random.whole(0, 2) });
}

/** A member ends in good order, and another process takes its place. */
function closeOne<MemberState>({ world, random }: Walk<MemberState>): void {
  const machine = random.pick(world.machines);
  world.command(machine, { kind: "close", graceful: random.chance(0.5) });
  world.timeline.after(random.between(0, 1) * world.plan.timeout, () => {
    if (machine.closing) world.crash(machine);
    world.start(machine);
  });
}
