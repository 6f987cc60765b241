/**
 * A simulated machine with one member on it: it runs, is stopped, is suspended, crashes and starts again.
 *
 * @module
 */

import type { Input, InputEvent, MemberConfig } from "../../src/core/input.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Core } from "./core.ts";
import { keepMessage } from "../harness/keep.ts";
import { NamedViews } from "../harness/named_views.ts";
import { takeStep } from "../harness/examine/examine.ts";
import { MachineClock } from "./machine_clock.ts";
import type { Roll } from "./roll.ts";

/** What stays the same over all starts of a member. */
export interface MachinePlan {
  readonly name: string;
  readonly address: string;
  readonly weight: number;
  readonly eligible: boolean;
  /** Whether the others count its vote. */
  readonly voter: boolean;
  /** Whether the others are told its address. */
  readonly configured: boolean;
  /** How fast its monotonic clock runs, in local ms by true ms. */
  readonly rate: number;
  readonly wallRate: number;
  /** ms that its wall clock is ahead of the true one. */
  readonly skew: number;
  readonly origin: number;
}

/** The `view` effect: what `isLeader()` reads. */
export type View = Extract<Effect, { kind: "view" }>;

/** A datagram on its way; `cookie` is what the sender shows. */
export type Packet = Extract<InputEvent, { kind: "packet" }>;

/** A datagram that waits to be sent. */
export type Outgoing = Extract<Effect, { kind: "send" }>;

const NO_VIEW: View = { kind: "view", leading: false, term: 0, deadline: 0, wallDeadline: 0 };

/** 2026-01-01T00:00:00Z: the wall clock when a simulation starts. */
export const EPOCH = 1_767_225_600_000;

/** Stopped machines neither read nor tick, and answer nothing; the clocks of a paused one run on. */
export type Phase = "down" | "running" | "paused" | "suspended";

/** The state of one machine, driven by the world. */
export class Machine<MemberState> {
  readonly clock: MachineClock;
  phase: Phase = "down";
  boot = "";
  /** Whether `close` was asked for and is not done. */
  closing = false;
  /** The true time of the tick that is planned; Infinity when none is. */
  tickAt = Infinity;
  /** Grows with each stop and go, so that a resumption planned for an earlier stop does nothing. */
  spell = 0;
  /** When it was suspended last. */
  asleepSince = 0;
  /** Whether it can neither send nor receive, though it runs: what it sends waits, and what comes for it. */
  blocked = false;
  /** The configuration that its member has. */
  roll: Roll | undefined;
  /** Whether its application's thread hangs. */
  stalled = false;
  /** Until then it may have no vote, or leave the lead to others, because of what was done to it. */
  settlesAt = 0;
  readonly inbox: InputEvent[] = [];
  readonly outbox: Outgoing[] = [];
  /** The named elections in which its member stands. */
  readonly #contests = new Set<string>();
  #named = new NamedViews();
  #state: MemberState | undefined;
  #view: View = NO_VIEW;
  #steps = 0;

  /** One step of so many as `pace` says is looked at thoroughly. */
  constructor(
    readonly index: number,
    readonly plan: MachinePlan,
    readonly core: Core<MemberState>,
    readonly pace = 1,
  ) {
    this.clock = new MachineClock({
      origin: plan.origin,
      wall: EPOCH + plan.skew,
      rate: plan.rate,
      wallRate: plan.wallRate,
    });
  }

  get view(): View {
    return this.#view;
  }

  get alive(): boolean {
    return this.phase !== "down";
  }

  /** Starts a member with empty memory. */
  start(time: number, config: MemberConfig): void {
    this.boot = config.boot;
    this.phase = "running";
    this.closing = false;
    this.stalled = false;
    this.tickAt = Infinity;
    this.#empty();
    this.#view = NO_VIEW;
    this.#named = new NamedViews();
    this.#contests.clear();
    this.#state = this.core.createMember(config, this.#instant(time));
  }

  /** The member is gone: crashed or closed. */
  stop(): void {
    this.phase = "down";
    this.closing = false;
    this.tickAt = Infinity;
    this.spell++;
    this.#empty();
    this.#view = NO_VIEW;
    this.#named = new NamedViews();
    this.#contests.clear();
    this.#state = undefined;
  }

  /** Tells the core of an event, and returns what it wants done. */
  step(time: number, event: InputEvent): Effect[] {
    if (event.kind === "enter") this.#contests.add(event.election);
    if (event.kind === "withdraw") this.#contests.delete(event.election);
    const thoroughly = this.#steps++ % this.pace === 0;
    return takeStep(this.core.step, this.#member(), this.#inputOf(event, time), thoroughly);
  }

  /** It does not have all of its abilities before. */
  settle(time: number): void {
    this.settlesAt = Math.max(this.settlesAt, time);
  }

  /** Since when it has all of its abilities; Infinity where it has not. */
  get settledSince(): number {
    const isWell = this.phase === "running" && !this.blocked && !this.stalled && !this.closing;
    return isWell ? this.settlesAt : Infinity;
  }

  /** The monotonic time at which the member wants to tick. */
  wakeAt(): number {
    return this.core.wakeAt(this.#member());
  }

  /** Name and token of the leader this member knows. */
  leader(): { id: string; token: number } | undefined {
    return this.core.leaderOf(this.#member());
  }

  show(effect: Effect): void {
    if (effect.kind === "view") this.#view = effect;
    else this.#named.take(effect);
  }

  /** The term in which it believes that it leads a named election; a suspended machine cannot be asked. */
  termIn(election: string, time: number): number | undefined {
    if (!this.alive || this.phase === "suspended") return undefined;
    return this.#named.termAt(election, this.clock.monotonicAt(time), this.clock.wallAt(time));
  }

  /** The named elections that it believes to lead, and the terms. */
  ledAt(time: number): [election: string, term: number][] {
    if (!this.alive || this.phase === "suspended") return [];
    return this.#named.ledAt(this.clock.monotonicAt(time), this.clock.wallAt(time));
  }

  /** Whether its member stands in that election. */
  standsIn(election: string): boolean {
    return this.#contests.has(election);
  }

  /** Name and token of the leader of a named election that this member knows. */
  leaderIn(election: string): { id: string; token: number } | undefined {
    return this.core.namedLeaderOf(this.#member(), election);
  }

  /** What `isLeader()` answers at an instant; a suspended machine cannot be asked. */
  believes(time: number): boolean {
    const view = this.#view;
    return view.leading && this.alive && this.phase !== "suspended" &&
      this.clock.monotonicAt(time) < view.deadline && this.clock.wallAt(time) < view.wallDeadline;
  }

  /** Nearly all events are of two kinds, and what happens millions of times must not copy objects by their keys. */
  #inputOf(event: InputEvent, time: number): Input {
    const now = this.clock.monotonicAt(time);
    const wall = this.clock.wallAt(time);
    if (event.kind === "tick") return { kind: "tick", now, wall };
    if (event.kind !== "packet") return { ...event, now, wall };
    const { source, from, cookie, message } = event;
    // Where nobody may change it, nobody gets a copy.
    const own = Object.isFrozen(message) ? message : keepMessage(message);
    return { kind: "packet", source, from, cookie, message: own, now, wall };
  }

  #empty(): void {
    this.blocked = false;
    this.inbox.length = 0;
    this.outbox.length = 0;
  }

  #instant(time: number): { now: number; wall: number } {
    return { now: this.clock.monotonicAt(time), wall: this.clock.wallAt(time) };
  }

  #member(): MemberState {
    if (this.#state === undefined) throw new Error(`${this.plan.name} is down`);
    return this.#state;
  }
}
