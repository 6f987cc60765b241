/**
 * A stage for the core in virtual time: `Solo` is one citizen among puppets whose every word the test writes.
 *
 * @module
 */

import { keepMessage } from "../../scripts/harness/keep.ts";
import { takeStep } from "../../scripts/harness/examine/examine.ts";
import { createMember, leaderOf, type MemberState, peersOf, step, wakeAt } from "../../src/core/citizen.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { InputEvent, MemberConfig } from "../../src/core/input.ts";
import {
  type Ack,
  type Answer,
  DEFAULT_ELECTION,
  type Message,
  type Ping,
  type Refusal,
  type Request,
  type Rumor,
  type Status,
  type TermId,
} from "../../src/core/message/message.ts";

export const INTERVAL = 100;
export const TIMEOUT = 500;
export const DRIFT = 0.01;
export const LEASE = TIMEOUT * (1 - DRIFT);
/** The wall clock when the monotonic clock reads 0. */
export const EPOCH = 1_750_000_000_000;

export type Send = Extract<Effect, { kind: "send" }>;

export function bootOf(n: number): string {
  return n.toString(16).padStart(16, "0");
}

export function addressOf(n: number): string {
  return `10.0.0.${n}:7000`;
}

export function configOf(n: number, overrides: Partial<MemberConfig> = {}): MemberConfig {
  return {
    id: `m${n}`,
    boot: bootOf(n),
    address: addressOf(n),
    weight: 0,
    eligible: true,
    preemptAfter: undefined,
    interval: INTERVAL,
    timeout: TIMEOUT,
    drift: DRIFT,
    quorum: "majority",
    sealed: false,
    lifeguard: true,
    rumorBytes: 700,
    seed: n,
    // What starts fast; tests of the quarantine, and of whoever restarts, say otherwise.
    quarantine: "until-idle",
    nonceSeed: Array.from({ length: 12 }, (_, word) => Math.imul(n * 12 + word + 1, 0x9e3779b1) >>> 0),
    ...overrides,
  };
}

/** A peer that says what the test makes it say. */
export interface Puppet {
  /** Of the last status it gave. */
  beat: number;
  /** Of its last request, or release. */
  sequence: number;
  incarnation: number;
  id: string;
  boot: string;
  address: string;
  weight: number;
  eligible: boolean;
  idle: boolean;
  voting: boolean;
  highestTerm: number;
  roll: number;
  leading: Status["leading"];
  /** Acks every ping at once. */
  answers: boolean;
  /** Supports whoever asks, and grants every claim that it acks. */
  grants: boolean;
  /** Of its promises. */
  epoch: number;
}

export function puppetOf(n: number, overrides: Partial<Puppet> = {}): Puppet {
  return {
    beat: 0,
    sequence: 0,
    incarnation: 1,
    id: `m${n}`,
    boot: bootOf(n),
    address: addressOf(n),
    weight: 0,
    eligible: true,
    idle: true,
    voting: true,
    highestTerm: 0,
    leading: undefined,
    roll: 0,
    answers: true,
    grants: false,
    epoch: 1,
    ...overrides,
  };
}

/** What the puppet says of itself now. */
export function statusOf(puppet: Puppet): Status {
  const { incarnation, id, address, weight, eligible, idle, voting, highestTerm, leading, roll } = puppet;
  return { beat: ++puppet.beat, incarnation, id, address, weight, eligible, idle, voting, highestTerm, leading, roll };
}

/** A claim in the default election, and how many ms its candidate counts on; `sequence` tells those apart that a member has sent. */
export interface Claimed {
  readonly term: number;
  readonly sequence: number;
  readonly succeeds: TermId | undefined;
  readonly lease: number;
}

export function claimOf(term: number, sequence = 1, succeeds?: TermId): Claimed {
  return { term, sequence, succeeds, lease: TIMEOUT };
}

/** The puppet's next request, with a claim; in office if it says that it leads in that term. */
export function requestOf(puppet: Puppet, { term, succeeds, lease }: Claimed): Request {
  const inOffice = puppet.leading?.term === term;
  const claims = [{ election: DEFAULT_ELECTION, term, succeeds, inOffice }];
  return { sequence: ++puppet.sequence, part: 0, lease, urgent: true, claims };
}

/** The term that a ping claims, or 0 where all is granted, and the number of its request; undefined where it asks for nothing. */
export function claimIn(
  { request }: Ping,
): { term: number; sequence: number; succeeds: TermId | undefined } | undefined {
  if (request === undefined) return undefined;
  const [claim] = request.claims;
  return { term: claim?.term ?? 0, sequence: request.sequence, succeeds: claim?.succeeds };
}

export function kinds(effects: readonly Effect[]): string[] {
  return effects.map(({ kind }) => kind);
}

export function ofKind<K extends Effect["kind"]>(effects: readonly Effect[], kind: K): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}

export function messages<K extends Message["kind"]>(
  effects: readonly Effect[],
  kind: K,
): (Omit<Send, "message"> & { readonly message: Extract<Message, { kind: K }> })[] {
  return ofKind(effects, "send").flatMap(({ message, ...rest }) => {
    return message.kind === kind ? [{ ...rest, message: message as Extract<Message, { kind: K }> }] : [];
  });
}

/** An event of its own: what was told is spoilt after the step. */
export function keepEvent(event: InputEvent): InputEvent {
  return event.kind === "packet" ? { ...event, message: keepMessage(event.message) } : event;
}

/** One citizen, `m1` at 10.0.0.1:7000, and puppets. */
export class Solo {
  readonly state: MemberState;
  readonly config: MemberConfig;
  readonly puppets: Puppet[];
  readonly log: Effect[] = [];
  now = 0;
  /** What the wall clock is ahead of EPOCH + now. */
  skew = 0;
  #nonce = 1_000_000;
  /** What this member has told puppets to show, by their boots and addresses. */
  readonly #shown = new Map<string, string>();

  constructor(
    puppets: readonly Puppet[],
    { clusterSize, voters, ...overrides }: Partial<MemberConfig> & {
      clusterSize?: number;
      voters?: readonly Puppet[];
    } = {},
  ) {
    this.puppets = [...puppets];
    this.config = configOf(1, overrides);
    this.state = createMember(this.config, { now: 0, wall: EPOCH });
    const named = (voters ?? puppets).map(({ address }) => address);
    this.input({ kind: "peers", addresses: named, clusterSize: clusterSize ?? named.length + 1 });
  }

  get wall(): number {
    return EPOCH + this.now + this.skew;
  }

  /** One input now; puppets that answer do so at once. */
  input(event: InputEvent): Effect[] {
    const effects = takeStep(step, this.state, { ...keepEvent(event), now: this.now, wall: this.wall });
    this.log.push(...effects);
    const answers = ofKind(effects, "send").flatMap((send) => this.#answer(send));
    return [...effects, ...answers];
  }

  /** Time passes, with a tick whenever one is due. */
  advance(ms: number): Effect[] {
    const until = this.now + ms;
    const effects: Effect[] = [];
    for (let ticks = 0; wakeAt(this.state) <= until; ticks++) {
      if (ticks > 100_000) throw new Error(`ticks without end at ${this.now}`);
      this.now = Math.max(this.now, wakeAt(this.state));
      effects.push(...this.input({ kind: "tick" }));
    }
    this.now = until;
    return effects;
  }

  /** Time passes for all but this citizen, which is not run. */
  pause(ms: number): void {
    this.now += ms;
  }

  /** A puppet shows what it was told to show, or nothing when its datagram comes from elsewhere; or else what is given as `to`. */
  packet(puppet: Puppet, message: Message, where: { to?: string; source?: string } = {}): Effect[] {
    const { source = puppet.address, to = source === puppet.address ? this.config.boot : "" } = where;
    const cookie = to === this.config.boot ? this.#shown.get(puppet.boot + puppet.address) ?? "" : to;
    const effects = this.input({ kind: "packet", source, from: puppet.boot, cookie, message });
    for (const { address, message: { cookie } } of messages(effects, "ack")) {
      if (address === puppet.address && cookie !== "") this.#shown.set(puppet.boot + puppet.address, cookie);
    }
    return effects;
  }

  /** Two pings in a row: whoever asks so fast misses an answer, and gets one. */
  ask(puppet: Puppet, where: { to?: string; source?: string } = {}): Effect[] {
    return [...this.ping(puppet, undefined, where), ...this.ping(puppet, undefined, where)];
  }

  /** A ping; `hears` says whether the puppet hears this member. */
  ping(puppet: Puppet, claim?: Claimed, where: { to?: string; source?: string } = {}, hears = true): Effect[] {
    const [nonce, status] = [++this.#nonce, statusOf(puppet)];
    const request = claim && requestOf(puppet, claim);
    const rest = { request, answer: undefined, gossip: undefined, voters: undefined };
    const message: Ping = { kind: "ping", nonce, hears, status, ...rest };
    return this.packet(puppet, message, where);
  }

  /** An ack. A puppet wants to be shown its boot, and says so where it is not. */
  ack(
    puppet: Puppet,
    nonce: number,
    answer?: Answer,
    { cookie = "", ...where }: { to?: string; source?: string; cookie?: string } = {},
  ): Effect[] {
    const message: Ack = {
      kind: "ack",
      nonce,
      cookie,
      status: statusOf(puppet),
      answer,
      gossip: undefined,
      voters: undefined,
    };
    return this.packet(puppet, message, where);
  }

  /** Says hello and shows what it is told, so that the member takes the puppet as alive. */
  introduce(puppet: Puppet): Effect[] {
    const hello = this.ping(puppet, undefined, { to: "" });
    const isTold = messages(hello, "ack").some(({ message: { cookie } }) => cookie !== "");
    return isTold ? [...hello, ...this.ack(puppet, 0, undefined, { cookie: puppet.boot })] : hello;
  }

  /** What the citizen answers to the puppet's claim: "granted", the refusal, or undefined when it says nothing. */
  claim(puppet: Puppet, claim: Claimed): string | undefined {
    return voteIn(this.ping(puppet, claim), claim);
  }

  /** The puppet says that it does not hear the other either. */
  accuse(puppet: Puppet, { address, boot, incarnation }: Puppet): Effect[] {
    return this.tell(puppet, { kind: "suspect", address, boot, incarnation, by: puppet.boot });
  }

  /** A ping that carries rumors. */
  tell(puppet: Puppet, ...rumors: readonly Rumor[]): Effect[] {
    const gossip = { leaderHint: undefined, rumors };
    return this.packet(puppet, {
      kind: "ping",
      nonce: ++this.#nonce,
      hears: true,
      status: statusOf(puppet),
      request: undefined,
      answer: undefined,
      gossip,
      voters: undefined,
    });
  }

  release(
    puppet: Puppet,
    term: number,
    successor?: string,
    { unanswered = false, ...where }: { source?: string; unanswered?: boolean } = {},
  ): Effect[] {
    return this.packet(puppet, {
      kind: "release",
      nonce: ++this.#nonce,
      sequence: ++puppet.sequence,
      terms: [{ election: DEFAULT_ELECTION, term, successor, unanswered }],
    }, where);
  }

  leave(puppet: Puppet, { idle = false, ...where }: { source?: string; idle?: boolean } = {}): Effect[] {
    return this.packet(puppet, { kind: "leave", nonce: ++this.#nonce, idle }, where);
  }

  get ids(): string[] {
    return peersOf(this.state).map(({ id }) => id).sort();
  }

  get leader(): string | undefined {
    return leaderOf(this.state)?.id;
  }

  /** Whether the last view the citizen gave says that it leads now. */
  get leads(): boolean {
    return leadsAt(this.log, this.now, this.wall);
  }

  #answer(send: Send): Effect[] {
    if (send.message.kind !== "ping") return [];
    const puppet = this.puppets.find(({ address, answers }) => answers && address === send.address);
    if (puppet === undefined) return [];
    const { nonce, request } = send.message;
    const granted = request !== undefined && puppet.grants && send.cookie === puppet.boot;
    return this.ack(puppet, nonce, granted ? grantOf(puppet, request) : undefined, {
      cookie: send.cookie === puppet.boot ? "" : puppet.boot,
    });
  }
}

/** Supports who asks, and grants all that is claimed. */
function grantOf({ epoch }: Puppet, { sequence, claims }: Request): Answer {
  const votes = claims.map(({ election, term }) => ({ election, term, refusal: undefined, limit: 0 }));
  return { sequence, epoch, votes };
}

/** The answer of a voter that grants the claim with that number, or refuses it. */
export function voteFor({ term, sequence }: { term: number; sequence: number }, refusal?: Refusal, limit = 0): Answer {
  return { sequence, epoch: 1, votes: [{ election: DEFAULT_ELECTION, term, refusal, limit }] };
}

/** The answer to `claim` among the effects. */
export function voteIn(effects: readonly Effect[], claim: Claimed): string | undefined {
  const votes = messages(effects, "ack").flatMap(({ message: { answer } }) => answer?.votes ?? []);
  const vote = votes.find(({ term }) => term === claim.term);
  return vote === undefined ? undefined : vote.refusal ?? "granted";
}

/** Whether the last view among the effects says that its member leads at that time. */
export function leadsAt(effects: readonly Effect[], now: number, wall: number): boolean {
  const view = ofKind(effects, "view").at(-1);
  return view !== undefined && view.leading && now < view.deadline && wall < view.wallDeadline;
}
