/**
 * Faults at the worst moment: right after a grant, an election, a claim round or a release.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import { cut } from "./chaos.ts";
import type { Machine, Outgoing } from "./machine.ts";
import { later, restart, type Scene, span } from "./scene.ts";
import type { Adversary } from "./world.ts";

/** Makes the adversary of a seed: it strikes about `plan.spite` times each timeout, and at many elections. */
export function adversaryOf<MemberState>(scene: Scene<MemberState>): Adversary<MemberState> {
  const { world, plan, random } = scene;
  return (machine: Machine<MemberState>, effect: Effect): void => {
    if (!machine.alive || world.now >= plan.faultsEnd) return;
    if (effect.kind === "send") return onSend(scene, machine, effect);
    if (effect.kind !== "elected") return;
    const delay = random.between(0, plan.interval);
    if (random.chance(0.4 * plan.spite)) later(scene, delay, () => onElected(scene, machine));
  };
}

function onSend<MemberState>(
  scene: Scene<MemberState>,
  machine: Machine<MemberState>,
  { address, cookie, message }: Outgoing,
): void {
  const { world, plan, random } = scene;
  const { timeout } = plan;
  const rarely = 0.5 * plan.spite / ((timeout / plan.interval) * plan.machines.length);
  const target = world.machines.find(({ plan }) => plan.address === address);
  if (target === undefined) return;
  if (message.kind === "ack" && message.answer !== undefined && message.answer.epoch > 0) {
    if (random.chance(rarely)) onGrant(scene, machine, target);
    return;
  }
  if (message.kind !== "release" && !(message.kind === "ping" && message.request !== undefined)) return;
  // A second copy that comes late, perhaps when the member at that address is another.
  if (random.chance(message.kind === "release" ? 0.5 * plan.spite : 4 * rarely)) {
    const copy = { kind: "packet", source: machine.plan.address, from: machine.boot, cookie, message } as const;
    world.faults.set("late copy", (world.faults.get("late copy") ?? 0) + 1);
    world.deliver(target, copy, world.now + span(random, timeout));
  }
  if (message.kind === "ping" && !machine.view.leading && random.chance(0.02 * plan.spite)) {
    // A candidate that wakes up when its own vote is free again.
    return world.pause(machine, random.between(0.9, 1.4) * timeout);
  }
  // A claim round of a leader with whom nobody will speak again: the most that a lease can be worth.
  if (random.chance(rarely / 2)) {
    const parting = (): void => cut(scene, [machine], world.machines, 1.5 * timeout, false);
    later(scene, plan.fair.delay.high * 2, parting);
  }
}

function onGrant<MemberState>(
  scene: Scene<MemberState>,
  voter: Machine<MemberState>,
  leader: Machine<MemberState>,
): void {
  const { world, plan, random } = scene;
  const { timeout } = plan;
  switch (random.pick(["forget", "forget-apart", "forget-apart", "part", "isolate"])) {
    case "forget":
      return restart(scene, voter, random.between(0, 0.2) * timeout);
    case "forget-apart":
      // The voter forgets, and will not hear of the leader in time.
      restart(scene, voter, random.between(0, 0.1) * timeout);
      return cut(scene, [leader], random.chance(0.5) ? [voter] : world.machines, span(random, timeout) * 2, false);
    case "part":
      return cut(scene, [leader], [voter], span(random, timeout) * 3, random.chance(0.5));
    case "isolate":
      return cut(scene, [leader], world.machines, span(random, timeout) * 2, false);
  }
}

function onElected<MemberState>(scene: Scene<MemberState>, leader: Machine<MemberState>): void {
  const { world, plan, random } = scene;
  const { timeout } = plan;
  switch (random.pick(["isolate", "isolate", "part", "pause", "sleep", "crash", "resign", "stall"])) {
    case "isolate":
      return cut(scene, [leader], world.machines, span(random, timeout) * 2, random.chance(0.3));
    case "part":
      // It goes on with the votes of the others, while this one looks for a leader.
      return cut(scene, [leader], [random.pick(world.machines)], 6 * timeout, false);
    case "pause":
      return world.pause(leader, span(random, timeout));
    case "sleep":
      if (plan.sleep === "suspend") return world.suspend(leader, span(random, timeout));
      return world.stepWall(leader, random.pick([-1, 1]) * span(random, timeout));
    case "crash":
      return restart(scene, leader, span(random, timeout));
    case "resign":
      return world.command(leader, { kind: "resign" });
    case "stall":
      return world.command(leader, { kind: "stall", stalled: true });
  }
}
