/**
 * A cluster of simulated machines on a simulated network, and everything that may be done to them.
 *
 * @module
 */

import type { InputEvent } from "../../src/core/input.ts";
import type { Effect } from "../../src/core/effect.ts";
import { BrokenInvariant } from "../harness/examine/broken_invariant.ts";
import type { Core } from "./core.ts";
import { Delivery } from "./delivery.ts";
import { Enrolment } from "./enrolment.ts";
import { Failure } from "./failure.ts";
import { quorumOf } from "../../src/core/election/lease.ts";
import { Judge } from "./judge.ts";
import { Machine, type Outgoing, type Packet } from "./machine.ts";
import { Network } from "./network.ts";
import { Random } from "./random.ts";
import type { Carry, Spectator } from "./spectator.ts";
import { Timeline } from "./timeline.ts";
import { describeEffect, describeMessage } from "./trace.ts";
import type { WorldPlan } from "./world_plan.ts";

/** Called after the effects of one step were carried out; may do harm. */
export type Adversary<MemberState> = (machine: Machine<MemberState>, effect: Effect) => void;

/** Slack for rounding when a local time is turned into a true one, in ms. */
const ROUNDING = 1e-6;

/** Timeouts for which a member that starts withholds its vote, by a clock that may be slow; and for which one that resigned does not stand. */
const QUARANTINES = 1.02;
const RETIREMENT = 2.04;

/** Members up to which each is looked at after each step: what that costs grows with their number. */
const LOOKED_AT = 32;

/** How members stand in named elections. */
const CONTEST = { byWeight: false, rebalances: true };

/** The named elections in which a member stands: in two of three, and everybody in the first. */
function contestsOf({ elections = [] }: WorldPlan, index: number): string[] {
  return elections.filter((_, place) => place === 0 || (place + index) % 3 !== 0);
}

/** The simulated cluster. */
export class World<MemberState> {
  readonly timeline = new Timeline();
  readonly network: Network;
  readonly machines: Machine<MemberState>[];
  readonly judge: Judge<MemberState>;
  readonly faults = new Map<string, number>();
  adversary: Adversary<MemberState> | undefined;
  /** Datagrams of an earlier era are lost. */
  era = 0;
  steps = 0;
  #random: Random;
  readonly enrolment: Enrolment;
  #byAddress = new Map<string, Machine<MemberState>>();

  constructor(
    readonly plan: WorldPlan,
    core: Core<MemberState>,
    readonly carry: Carry,
    readonly spectator: Spectator = {},
  ) {
    this.#random = new Random(plan.seed ^ 0x5eed);
    this.network = new Network(plan.machines.length, plan.weather, new Random(plan.seed ^ 0x0e7), () => this.now);
    const pace = plan.pace ?? (plan.machines.length > LOOKED_AT ? plan.machines.length : 1);
    this.machines = plan.machines.map((machine, index) => new Machine(index, machine, core, pace));
    for (const machine of this.machines) this.#byAddress.set(machine.plan.address, machine);
    this.judge = new Judge(plan, this.machines);
    this.enrolment = new Enrolment(plan);
    const nameOf = (index: number): string => this.machines[index]?.plan.name ?? "";
    const { linked } = spectator;
    if (linked) this.network.onLink = (from, to, cut) => linked(nameOf(from), nameOf(to), cut, this.now);
  }

  get now(): number {
    return this.timeline.now;
  }

  /** Those whose votes count, by the latest configuration. */
  get voters(): Machine<MemberState>[] {
    const { voters } = this.enrolment.roll;
    return this.machines.filter(({ plan }) => voters.includes(plan.address));
  }

  /** How many votes make a leader. */
  get quorum(): number {
    return quorumOf(this.plan.quorum, this.enrolment.roll.voters.length);
  }

  /** Counts a fault, and tells of it. */
  fault(kind: string, member: string, text: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.spectator.line?.(this.now, member, `* ${text}`);
  }

  /** Starts the member of a machine that is down, if it is still named. */
  start(machine: Machine<MemberState>): void {
    const { plan } = machine;
    if (machine.alive || this.enrolment.isRemoved(plan)) return;
    machine.start(this.now, this.enrolment.configOf(plan, this.#random));
    machine.settlesAt = this.now + QUARANTINES * this.plan.timeout;
    machine.roll = this.enrolment.roll;
    this.spectator.line?.(this.now, plan.name, "starts");
    this.judge.started(machine, this.now);
    this.#handle(machine, this.enrolment.peersOf(plan));
    const { base } = this.plan;
    if (base !== undefined && machine.phase === "running") this.#handle(machine, { kind: "advance-term", term: base });
    for (const election of contestsOf(this.plan, machine.index)) {
      if (machine.phase === "running") this.#handle(machine, { kind: "enter", election, ...CONTEST });
    }
  }

  /** A member that runs is told of the latest lists. */
  tell(machine: Machine<MemberState>): void {
    this.command(machine, this.enrolment.peersOf(machine.plan));
    machine.roll = this.enrolment.roll;
  }

  /** The process dies without a word. */
  crash(machine: Machine<MemberState>): void {
    if (!machine.alive) return;
    this.fault("crash", machine.plan.name, "crashes");
    if (machine.phase === "suspended") machine.clock.resume(this.now);
    machine.stop();
    this.judge.stopped(machine);
    this.#notice(machine);
  }

  /** The application closes the member, or tells it something else. */
  command(machine: Machine<MemberState>, event: InputEvent): void {
    if (!machine.alive || machine.closing) return;
    if (event.kind === "close") machine.closing = true;
    if (event.kind === "stall") machine.stalled = event.stalled;
    if (event.kind === "advance-term") this.judge.raised(event.term, this.now);
    machine.settle(this.now + (event.kind === "resign" ? RETIREMENT : 0) * this.plan.timeout);
    if (event.kind === "stall" && !event.stalled) {
      this.spectator.line?.(this.now, machine.plan.name, "application: moves again");
    } else this.fault(event.kind, machine.plan.name, `application: ${event.kind}`);
    this.#receive(machine, event);
  }

  /** SIGSTOP: clocks run on, datagrams wait in the socket. */
  pause(machine: Machine<MemberState>, duration: number): void {
    if (machine.phase !== "running") return;
    this.fault("pause", machine.plan.name, `is paused for ${duration.toFixed(0)} ms`);
    machine.phase = "paused";
    this.#notice(machine);
    this.#resumeAfter(machine, duration);
  }

  /** The machine sleeps: its monotonic clock stands still, its wall clock does not. */
  suspend(machine: Machine<MemberState>, duration: number): void {
    if (machine.phase !== "running") return;
    this.fault("suspend", machine.plan.name, `is suspended for ${duration.toFixed(0)} ms`);
    machine.phase = "suspended";
    machine.clock.suspend(this.now);
    machine.asleepSince = this.now;
    this.#notice(machine);
    this.#resumeAfter(machine, duration);
  }

  /** Ends a pause or suspension. */
  resume(machine: Machine<MemberState>): void {
    if (machine.phase !== "paused" && machine.phase !== "suspended") return;
    const { phase } = machine;
    if (phase === "suspended") machine.clock.resume(this.now);
    machine.phase = "running";
    machine.settle(this.now + (phase === "suspended" ? QUARANTINES : 0) * this.plan.timeout);
    if (machine.inbox.some(({ kind }) => kind === "resign")) machine.settle(this.now + RETIREMENT * this.plan.timeout);
    machine.spell++;
    this.spectator.line?.(this.now, machine.plan.name, "resumes");
    if (phase === "suspended") this.judge.woke(machine, this.now, this.now - machine.asleepSince);
    this.judge.changed(machine, this.now);
    this.#notice(machine);
    const waiting = machine.inbox.splice(0);
    // A runtime may run its timers or read its socket first.
    if (this.#random.chance(0.5)) waiting.unshift({ kind: "tick" });
    this.#catchUp(machine, waiting);
    if (machine.phase === "running") this.#planTick(machine);
  }

  /**
   * Sending and receiving block, while timers go on: what Lifeguard calls an anomaly. Datagrams wait at both ends, as
   * many as sockets hold.
   */
  block(machine: Machine<MemberState>, duration: number): void {
    if (machine.phase !== "running" || machine.blocked) return;
    this.fault("block", machine.plan.name, `neither sends nor receives for ${duration.toFixed(0)} ms`);
    machine.blocked = true;
    const { boot } = machine;
    this.timeline.after(duration, () => {
      if (machine.blocked && machine.boot === boot) this.#unblock(machine);
    });
  }

  #unblock(machine: Machine<MemberState>): void {
    machine.blocked = false;
    machine.settle(this.now);
    this.spectator.line?.(this.now, machine.plan.name, "sends and receives again");
    for (const effect of machine.outbox.splice(0)) this.#send(machine, effect);
    this.#catchUp(machine, machine.inbox.splice(0));
  }

  /** Handles what has waited for a machine, unless something on the way stops it again. */
  #catchUp(machine: Machine<MemberState>, waiting: InputEvent[]): void {
    const { boot, spell } = machine;
    let next = 0;
    while (next < waiting.length && machine.boot === boot && machine.spell === spell && !machine.blocked) {
      this.#handle(machine, waiting[next++]!);
    }
    if (machine.alive && machine.boot === boot) machine.inbox.unshift(...waiting.slice(next));
  }

  /** Sets the wall clock forward, or back. */
  stepWall(machine: Machine<MemberState>, by: number): void {
    this.fault("wall-step", machine.plan.name, `wall clock steps by ${by.toFixed(0)} ms`);
    machine.clock.stepWall(this.now, by);
    machine.settle(this.now + QUARANTINES * this.plan.timeout);
    this.judge.changed(machine, this.now);
    this.#notice(machine);
  }

  /** Changes how fast a machine's clocks run. */
  setRates(machine: Machine<MemberState>, rate: number, wallRate: number): void {
    this.fault("clock-rate", machine.plan.name, `clock runs at ${rate.toFixed(5)}`);
    machine.clock.setRates(this.now, rate, wallRate);
    this.judge.changed(machine, this.now);
    this.#notice(machine);
    this.#replanTick(machine);
  }

  #notice(machine: Machine<MemberState>): void {
    this.spectator.noticed?.(machine, this.now);
  }

  #resumeAfter(machine: Machine<MemberState>, duration: number): void {
    machine.tickAt = Infinity;
    const spell = ++machine.spell;
    this.timeline.after(duration, () => {
      if (machine.spell === spell) this.resume(machine);
    });
  }

  /** An event reaches a machine: it is handled, waits, or is lost. */
  #receive(machine: Machine<MemberState>, event: InputEvent): void {
    const waits = machine.blocked && event.kind === "packet";
    if (machine.phase === "running" && !waits) this.#handle(machine, event);
    else if (machine.alive && (event.kind !== "packet" || machine.inbox.length < this.plan.socketBuffer)) {
      machine.inbox.push(event);
    }
  }

  #handle(machine: Machine<MemberState>, event: InputEvent): void {
    this.steps++;
    const lapsed = machine.view.leading && !machine.believes(this.now);
    let effects: Effect[];
    try {
      effects = machine.step(this.now, event);
    } catch (error) {
      if (error instanceof BrokenInvariant) throw new Failure(this.now, "invariant", error.message);
      const detail = error instanceof Error ? error.stack ?? error.message : String(error);
      throw new Failure(this.now, "throws", `${machine.plan.name}: step threw on ${event.kind}: ${detail}`);
    }
    if (lapsed) this.judge.demotes(machine, effects, this.now);
    const { boot } = machine;
    for (const effect of effects) this.#carryOut(machine, effect);
    this.#notice(machine);
    if (!machine.alive || machine.boot !== boot) return;
    if (this.adversary !== undefined) {
      for (const effect of effects) this.adversary(machine, effect);
    }
    if (machine.phase === "running" && machine.boot === boot) this.#planTick(machine);
  }

  #carryOut(machine: Machine<MemberState>, effect: Effect): void {
    this.spectator.told?.(machine, effect, this.now);
    if (effect.kind === "send") {
      this.judge.sent(machine, effect.address, effect.message, this.now);
      if (!machine.blocked) this.#send(machine, effect);
      else if (machine.outbox.length < this.plan.socketBuffer) machine.outbox.push(effect);
      return;
    }
    if (this.spectator.line !== undefined) {
      const text = describeEffect(effect, machine, this.now, this.spectator.verbose === true);
      if (text !== undefined) this.spectator.line(this.now, machine.plan.name, text);
    }
    machine.show(effect);
    this.judge.effect(machine, effect, this.now);
    if (effect.kind === "closed") {
      machine.stop();
      this.judge.stopped(machine);
    }
  }

  #send(machine: Machine<MemberState>, { address, cookie, message }: Outgoing): void {
    const receiver = this.#byAddress.get(address);
    if (receiver === undefined) return;
    const sent: Packet = { kind: "packet", source: machine.plan.address, from: machine.boot, cookie, message };
    const packet = this.carry(sent);
    if (packet === undefined) throw new Failure(this.now, "wire", `cannot be sent: ${JSON.stringify(sent)}`);
    const { network } = this;
    const copies = network.route(machine.index, receiver.index);
    if (this.spectator.verbose === true) {
      const delays = [...network.delays.subarray(0, copies)];
      const fate = copies === 0 ? "lost" : delays.map((delay) => `${delay.toFixed(1)} ms`).join(" and ");
      const text = `-> ${receiver.plan.name}: ${describeMessage(message)} (${fate})`;
      this.spectator.line?.(this.now, machine.plan.name, text);
    }
    for (let copy = 0; copy < copies; copy++) this.deliver(receiver, packet, this.now + network.delays[copy]!);
  }

  /** Plans the arrival of a datagram. */
  deliver(receiver: Machine<MemberState>, packet: Packet, time: number): void {
    this.timeline.plan(time, new Delivery(this, receiver, packet, this.era));
  }

  /** A datagram arrives. */
  arrive(receiver: Machine<MemberState>, packet: Packet, era: number): void {
    if (receiver.alive && era === this.era) this.#receive(receiver, packet);
  }

  #replanTick(machine: Machine<MemberState>): void {
    machine.tickAt = Infinity;
    if (machine.phase === "running") this.#planTick(machine);
  }

  /** A planned tick that turns out to be early is planned again when it comes, which keeps the queue short. */
  #planTick(machine: Machine<MemberState>): void {
    const due = Math.max(this.now, machine.clock.whenMonotonic(machine.wakeAt()) + ROUNDING);
    if (due >= machine.tickAt || due === Infinity) return;
    const late = this.plan.lateness > 0 ? this.#random.unit() ** 4 * this.plan.lateness : 0;
    const time = due + late;
    if (time >= machine.tickAt) return;
    machine.tickAt = time;
    this.timeline.at(time, () => {
      if (machine.tickAt !== time || machine.phase !== "running") return;
      machine.tickAt = Infinity;
      const local = machine.clock.monotonicAt(this.now);
      if (machine.wakeAt() > local) this.#planTick(machine);
      else this.#tick(machine, local);
    });
  }

  #tick(machine: Machine<MemberState>, local: number): void {
    const { boot } = machine;
    this.judge.ticks(machine, this.now);
    this.#handle(machine, { kind: "tick" });
    if (machine.phase === "running" && machine.boot === boot && machine.wakeAt() <= local) {
      throw new Failure(this.now, "busy", `${machine.plan.name}: wakeAt is not in the future after a tick`);
    }
  }
}
