/**
 * Faults at random times: of machines and of links, several at once, until they end.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import type { Delay, Weather } from "./network.ts";
import { Random } from "./random.ts";
import { later, restart, type Scene, span } from "./scene.ts";
import { rollOut } from "./rollout.ts";
import type { SeedPlan } from "./seed_plan.ts";
import type { World } from "./world.ts";

/** Starts all machines, some of them late, and lets faults happen until `plan.faultsEnd`. */
export function unleash<MemberState>(world: World<MemberState>, plan: SeedPlan, random: Random): void {
  const scene = { world, plan, random };
  const late = random.chance(0.5);
  for (const machine of world.machines) {
    const delay = late && random.chance(0.4) ? random.between(0, 6 * plan.timeout) : random.between(0, plan.interval);
    world.timeline.after(delay, () => world.start(machine));
  }
  repeat(scene, plan.machinePace, () => troubleMachine(scene));
  repeat(scene, plan.linkPace, () => troubleLinks(scene));
  // By chances of its own, so that the rest of a seed stays what it is.
  const named = { world, plan, random: new Random(plan.seed ^ 0xe1ec7) };
  if ((plan.elections ?? []).length > 0) repeat(named, plan.machinePace, () => troubleElection(named));
}

/** Ends all faults: links mend, whoever was stopped goes on, and whoever is down comes back or stays down. */
export function makePeace<MemberState>(world: World<MemberState>, plan: SeedPlan, random: Random): void {
  world.adversary = undefined;
  world.network.heal();
  world.network.setWeather(plan.fair);
  // A datagram that comes late is a fault, too.
  world.era++;
  const stayDown = random.chance(0.3);
  for (const machine of world.machines) {
    if (machine.phase === "paused" || machine.phase === "suspended") world.resume(machine);
    if (machine.closing) world.crash(machine);
    if (machine.alive) world.command(machine, { kind: "stall", stalled: false });
    else if (!stayDown || random.chance(0.3)) world.start(machine);
  }
}

/** Whether enough voters run for a leader, and somebody who may lead. */
export function canElect<MemberState>(world: World<MemberState>): boolean {
  // Plain democracy needs no votes, so that even somebody whom the others were not told of may lead.
  const plain = world.plan.quorum === "none";
  const votes = plain ? 1 : world.voters.filter((machine) => machine.alive).length;
  return votes >= world.quorum &&
    world.machines.some(({ alive, plan }) => alive && plan.eligible && (plain || plan.configured));
}

function repeat<MemberState>(scene: Scene<MemberState>, pace: number, act: () => void): void {
  const { world, plan, random } = scene;
  const next = (): void => {
    const time = world.now + random.exponential(pace);
    if (time >= plan.faultsEnd) return;
    world.timeline.at(time, () => {
      act();
      next();
    });
  };
  next();
}

function troubleElection<MemberState>({ world, plan: { elections = [], timeout }, random }: Scene<MemberState>): void {
  const election = random.pick(elections);
  const machine = random.pick(world.machines);
  const [leader] = world.machines.filter((other) => other.termIn(election, world.now) !== undefined);
  switch (random.pick(["resign", "resign", "withdraw", "raise"])) {
    case "resign":
      return world.command(leader ?? machine, { kind: "resign", election });
    case "raise": {
      const term = leader?.termIn(election, world.now);
      return term === undefined ? undefined : world.command(leader!, { kind: "advance-term", election, term });
    }
    case "withdraw": {
      if (!machine.standsIn(election)) return;
      world.command(machine, { kind: "withdraw", election });
      const { boot } = machine;
      world.timeline.after(random.between(0, 2) * timeout, () => {
        if (machine.boot === boot) {
          world.command(machine, { kind: "enter", election, byWeight: false, rebalances: true });
        }
      });
    }
  }
}

function troubleMachine<MemberState>(scene: Scene<MemberState>): void {
  const { world, plan, random } = scene;
  const machine = random.pick(world.machines);
  const { timeout } = plan;
  switch (
    random.pick(["crash", "crash", "close", "pause", "sleep", "resign", "stall", "rate", "herd", "raise", "roll"])
  ) {
    case "crash":
      return restart(scene, machine, span(random, timeout));
    case "close":
      world.command(machine, { kind: "close", graceful: random.chance(0.5) });
      return later(scene, span(random, timeout), () => world.start(machine));
    case "pause":
      return world.pause(machine, span(random, timeout));
    case "sleep":
      if (plan.sleep === "suspend") return world.suspend(machine, span(random, timeout));
      return world.stepWall(machine, random.pick([-1, 1]) * span(random, random.pick([timeout, 3_600_000])));
    case "resign":
      return world.command(machine, { kind: "resign" });
    case "stall":
      world.command(machine, { kind: "stall", stalled: true });
      return later(scene, span(random, timeout), () => world.command(machine, { kind: "stall", stalled: false }));
    case "rate":
      return world.setRates(machine, rate(scene), rate(scene));
    case "raise": {
      // A token outside has come to the newest, or a little further.
      const newest = Math.max(0, ...world.judge.leaderships.map(({ term }) => term));
      return world.command(machine, { kind: "advance-term", term: newest + random.whole(0, 2) });
    }
    case "roll":
      return rollOut(scene);
    case "herd":
      // A rollout or a power cut: several at once.
      for (const one of world.machines) {
        if (random.chance(0.5)) restart(scene, one, span(random, timeout));
      }
  }
}

function rate<MemberState>({ plan, random }: Scene<MemberState>): number {
  return 1 + random.pick([-1, 0, 1, random.between(-1, 1)]) * plan.drift / 2;
}

function troubleLinks<MemberState>(scene: Scene<MemberState>): void {
  const { world, plan, random } = scene;
  const { machines, network } = world;
  const duration = span(random, plan.timeout) * random.pick([1, 3]);
  const one = random.pick(machines);
  switch (
    random.pick([
      "link",
      "link",
      "link heal",
      "pair",
      "isolate",
      "partition",
      "flap",
      "weather",
      "link-weather",
      "heal",
    ])
  ) {
    case "link": {
      const other = random.pick(machines);
      if (other === one) return;
      network.cut(one.index, other.index);
      world.fault("link", one.plan.name, `cut to ${other.plan.name} for ${duration.toFixed(0)} ms`);
      return later(scene, duration, () => network.mend(one.index, other.index));
    }
    case "link heal": {
      const other = random.pick(machines.filter(({ index }) => network.isCut(one.index, index)).concat(one));
      if (other === one) return;
      network.restore(one.index, other.index);
      return world.fault("link heal", one.plan.name, `mended to ${other.plan.name}`);
    }
    case "pair":
      return cut(scene, [one], [random.pick(machines)], duration, random.chance(0.4));
    case "isolate":
      return cut(scene, [one], machines, duration, random.chance(0.4));
    case "partition": {
      const mixed = random.shuffle(machines);
      const split = random.whole(1, machines.length);
      return cut(scene, mixed.slice(0, split), mixed.slice(split), duration, random.chance(0.2));
    }
    case "flap":
      return flap(scene, one, random.pick(machines), random.whole(2, 12));
    case "weather": {
      const weather = foulWeather(scene);
      network.setWeather(weather);
      return world.fault("weather", "network", describe(weather));
    }
    case "link-weather": {
      const weather = foulWeather(scene);
      const other = random.pick(machines);
      network.setLink(one.index, other.index, weather);
      return world.fault("link-weather", one.plan.name, `to ${other.plan.name}: ${describe(weather)}`);
    }
    case "heal":
      network.heal();
      network.setWeather(plan.fair);
      return world.fault("heal", "network", "all links are mended");
  }
}

/** Cuts all links from one group to another, and back unless one way only; mends them later. */
export function cut<MemberState>(
  scene: Scene<MemberState>,
  group: readonly Machine<MemberState>[],
  others: readonly Machine<MemberState>[],
  duration: number,
  oneWay: boolean,
): void {
  const { world, random } = scene;
  const { network } = world;
  const pairs: [number, number][] = [];
  const forth = !oneWay || random.chance(0.5);
  for (const a of group) {
    for (const b of others) {
      if (a === b) continue;
      if (forth) pairs.push([a.index, b.index]);
      if (!oneWay || !forth) pairs.push([b.index, a.index]);
    }
  }
  if (pairs.length === 0) return;
  const kind = oneWay ? "one-way partition" : "partition";
  const names = (members: readonly Machine<MemberState>[]): string => members.map(({ plan }) => plan.name).join(" ");
  const arrow = !oneWay ? "|" : forth ? "-/>" : "</-";
  world.fault(kind, "network", `cut for ${duration.toFixed(0)} ms: ${names(group)} ${arrow} ${names(others)}`);
  for (const [from, to] of pairs) network.cut(from, to);
  later(scene, duration, () => {
    for (const [from, to] of pairs) network.mend(from, to);
  });
}

function flap<MemberState>(
  scene: Scene<MemberState>,
  one: Machine<MemberState>,
  other: Machine<MemberState>,
  times: number,
): void {
  if (times === 0) return;
  const { plan, random } = scene;
  const period = random.between(0.1, 1.5) * plan.timeout;
  cut(scene, [one], [other], period * random.between(0.2, 0.9), random.chance(0.3));
  later(scene, period, () => flap(scene, one, other, times - 1));
}

function foulWeather<MemberState>({ plan, random }: Scene<MemberState>): Weather {
  const { interval, timeout } = plan;
  const delay: Delay = random.pick<Delay>([
    { kind: "uniform", low: 0.1, high: 2 },
    { kind: "uniform", low: 1, high: interval },
    { kind: "uniform", low: 0.1, high: timeout },
    { kind: "heavy", low: 0.1, high: 2, share: 0.1, tail: timeout },
    { kind: "heavy", low: 0.5, high: interval / 2, share: 0.3, tail: 4 * timeout },
  ]);
  return { loss: random.pick([0, 0.05, 0.2, 0.4]), duplication: random.pick([0, 0.1, 0.5]), delay };
}

function describe({ loss, duplication, delay }: Weather): string {
  const slow = delay.kind === "heavy" ? `, ${delay.share * 100} % up to ${delay.tail.toFixed(0)}` : "";
  const share = (part: number): string => `${(part * 100).toFixed(0)} %`;
  return `loss ${share(loss)}, duplication ${share(duplication)}, delay ${delay.low}-${
    delay.high.toFixed(1)
  } ms${slow}`;
}
