/**
 * New configurations, rolled out as it is safe: one voter more or less at a time; another timeout, where whoever restarts withholds its
 * vote for the longest that any member had; or anything, while all are stopped.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import type { Roll } from "./roll.ts";
import { later, restart, type Scene } from "./scene.ts";

/** Timeouts after a roll-out until voters that are gone count no longer. */
const AFTERWARDS = 3;

/** Begins a roll-out, unless one is under way or there is no time for it. */
export function rollOut<MemberState>(scene: Scene<MemberState>): void {
  const { world, plan, random } = scene;
  const { enrolment } = world;
  const within = random.between(0, 2) * plan.timeout;
  const end = world.now + within + AFTERWARDS * plan.timeout;
  if (!plan.rollouts || enrolment.settlesAt > world.now || end >= plan.faultsEnd) return;
  switch (random.pick(["voter", "voter", "voter", "timeout", "anew"])) {
    case "voter":
      spread(scene, "voter rollout", oneVoter(scene), within);
      break;
    case "timeout":
      spread(scene, "timeout rollout", { timeout: anyTimeout(scene) }, within);
      break;
    case "anew":
      beginAnew(scene, within);
  }
}

/** All members get the change one by one; those that are not named any more are gone at the end. */
function spread<MemberState>(scene: Scene<MemberState>, kind: string, change: Partial<Roll>, within: number): void {
  const { world, random } = scene;
  const { enrolment } = world;
  enrolment.change(change);
  enrolment.settlesAt = Infinity;
  const { named, voters, timeout } = enrolment.roll;
  const text = `from now on: ${named.length} members, of which ${voters.length} vote, timeout ${timeout}`;
  world.fault(kind, "rollout", text);
  for (const machine of world.machines) {
    later(scene, random.between(0, within), () => convey(scene, machine, change.timeout === undefined));
  }
  later(scene, within, () => {
    for (const machine of world.machines) convey(scene, machine, false);
    enrolment.settlesAt = world.now + AFTERWARDS * scene.plan.timeout;
  });
}

/** A member is told, if it may be told while it runs, or restarts with what is said now. */
function convey<MemberState>(scene: Scene<MemberState>, machine: Machine<MemberState>, mayBeTold: boolean): void {
  const { world, plan, random } = scene;
  if (!machine.alive || machine.roll === world.enrolment.roll) return;
  if (world.enrolment.isRemoved(machine.plan)) {
    // It may go on for a while, with the old list.
    if (!mayBeTold || random.chance(0.5)) world.crash(machine);
  } else if (mayBeTold && machine.phase === "running" && !machine.closing && random.chance(0.5)) world.tell(machine);
  else restart(scene, machine, random.between(0, 0.5) * plan.timeout);
}

/** Everybody stops before anybody starts with what is said now. */
function beginAnew<MemberState>(scene: Scene<MemberState>, within: number): void {
  const { world, plan, random } = scene;
  const { enrolment } = world;
  for (const machine of world.machines) world.crash(machine);
  const configured = world.machines.filter(({ plan }) => plan.configured).map(({ plan }) => plan.address);
  const named = enrolment.isAll ? random.shuffle(configured).slice(0, random.whole(1, configured.length)) : configured;
  const voters = enrolment.isAll ? named : random.shuffle(named).slice(0, random.whole(1, named.length));
  enrolment.change({ named, voters, timeout: anyTimeout(scene) });
  enrolment.settlesAt = world.now + within + AFTERWARDS * plan.timeout;
  world.fault("anew", "rollout", `all stop, and begin anew as ${named.length}, of which ${voters.length} vote`);
  for (const machine of world.machines) later(scene, random.between(0, within), () => world.start(machine));
}

function oneVoter<MemberState>({ world, random }: Scene<MemberState>): Partial<Roll> {
  const { enrolment } = world;
  const { named, voters } = enrolment.roll;
  const configured = world.machines.filter(({ plan }) => plan.configured).map(({ plan }) => plan.address);
  const others = configured.filter((address) => !voters.includes(address));
  const isRemoval = voters.length > 2 && (others.length === 0 || random.chance(0.5));
  const changed = isRemoval ? random.pick(voters) : others.length > 0 ? random.pick(others) : undefined;
  if (changed === undefined) return {};
  const next = isRemoval ? voters.filter((address) => address !== changed) : [...voters, changed];
  return { voters: next, named: enrolment.isAll ? next : named };
}

function anyTimeout<MemberState>({ plan, random }: Scene<MemberState>): number {
  return Math.max(3 * plan.interval, plan.timeout * random.pick([0.3, 0.5, 0.8, 1]));
}
