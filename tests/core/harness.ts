/**
 * Two stages for the core, both in virtual time: `Solo` is one citizen among puppets whose every word the test writes,
 * `Cluster` is a few citizens on a network that loses nothing but what is cut.
 *
 * @module
 */

import { type Citizen, createCitizen, leaderOf, members, step, wakeAt } from "../../src/core/citizen.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { CitizenConfig, Event } from "../../src/core/input.ts";
import type { Ack, Claim, Message, Ping, Status, Vote } from "../../src/core/message.ts";

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

export function configOf(n: number, overrides: Partial<CitizenConfig> = {}): CitizenConfig {
  return {
    id: `m${n}`,
    boot: bootOf(n),
    address: addressOf(n),
    weight: 0,
    eligible: true,
    preempt: false,
    interval: INTERVAL,
    timeout: TIMEOUT,
    drift: DRIFT,
    quorum: "majority",
    sealed: false,
    seed: n,
    nonceSeed: [n, 2, 3, 4, n, 6, 7, 8],
    ...overrides,
  };
}

/** A peer that says what the test makes it say. */
export interface Puppet {
  /** Of the last status it gave. */
  beat: number;
  id: string;
  boot: string;
  address: string;
  weight: number;
  eligible: boolean;
  idle: boolean;
  highestTerm: number;
  leading: Status["leading"];
  /** Acks every ping at once. */
  answers: boolean;
  /** Grants every claim that it acks. */
  grants: boolean;
}

export function puppetOf(n: number, overrides: Partial<Puppet> = {}): Puppet {
  return {
    beat: 0,
    id: `m${n}`,
    boot: bootOf(n),
    address: addressOf(n),
    weight: 0,
    eligible: true,
    idle: true,
    highestTerm: 0,
    leading: undefined,
    answers: true,
    grants: false,
    ...overrides,
  };
}

/** What the puppet says of itself now. */
export function statusOf(puppet: Puppet): Status {
  const { id, address, weight, eligible, idle, highestTerm, leading } = puppet;
  return { beat: ++puppet.beat, id, address, weight, eligible, idle, highestTerm, leading };
}

export function claimOf(term: number, sequence = 1, succeeds = 0): Claim {
  return { term, sequence, succeeds, lease: TIMEOUT };
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

/** One citizen, `m1` at 10.0.0.1:7000, and puppets. */
export class Solo {
  readonly citizen: Citizen;
  readonly config: CitizenConfig;
  readonly puppets: Puppet[];
  readonly log: Effect[] = [];
  now = 0;
  /** What the wall clock is ahead of EPOCH + now. */
  skew = 0;
  #nonce = 1_000_000;

  constructor(
    puppets: readonly Puppet[],
    { clusterSize, voters, ...overrides }: Partial<CitizenConfig> & {
      clusterSize?: number;
      voters?: readonly Puppet[];
    } = {},
  ) {
    this.puppets = [...puppets];
    this.config = configOf(1, overrides);
    this.citizen = createCitizen(this.config, { now: 0, wall: EPOCH });
    const named = (voters ?? puppets).map(({ address }) => address);
    this.input({ kind: "peers", addresses: named, clusterSize: clusterSize ?? named.length + 1 });
  }

  get wall(): number {
    return EPOCH + this.now + this.skew;
  }

  /** One input now; puppets that answer do so at once. */
  input(event: Event): Effect[] {
    const effects = step(this.citizen, { ...event, now: this.now, wall: this.wall });
    this.log.push(...effects);
    const answers = ofKind(effects, "send").flatMap((send) => this.#answer(send));
    return [...effects, ...answers];
  }

  /** Time passes, with a tick whenever one is due. */
  advance(ms: number): Effect[] {
    const until = this.now + ms;
    const effects: Effect[] = [];
    for (let ticks = 0; wakeAt(this.citizen) <= until; ticks++) {
      if (ticks > 100_000) throw new Error(`ticks without end at ${this.now}`);
      this.now = Math.max(this.now, wakeAt(this.citizen));
      effects.push(...this.input({ kind: "tick" }));
    }
    this.now = until;
    return effects;
  }

  /** Time passes for all but this citizen, which is not run. */
  pause(ms: number): void {
    this.now += ms;
  }

  packet(puppet: Puppet, message: Message, { to = this.config.boot, source = puppet.address } = {}): Effect[] {
    return this.input({ kind: "packet", source, from: puppet.boot, to, message });
  }

  ping(puppet: Puppet, claim?: Claim, where: { to?: string; source?: string } = {}): Effect[] {
    const message: Ping = { kind: "ping", nonce: ++this.#nonce, status: statusOf(puppet), claim };
    return this.packet(puppet, message, where);
  }

  ack(puppet: Puppet, nonce: number, vote?: Vote, where: { to?: string; source?: string } = {}): Effect[] {
    const message: Ack = { kind: "ack", nonce, challenge: 0, status: statusOf(puppet), vote };
    return this.packet(puppet, message, where);
  }

  /** Says hello and answers the challenge, so that the citizen takes the puppet as alive. */
  introduce(puppet: Puppet): Effect[] {
    const hello = this.ping(puppet, undefined, { to: "" });
    const challenge = messages(hello, "ack").at(-1)?.message.challenge ?? 0;
    return challenge === 0 ? hello : [...hello, ...this.ack(puppet, challenge)];
  }

  /** What the citizen answers to the puppet's claim: "granted", the refusal, or undefined when it says nothing. */
  claim(puppet: Puppet, claim: Claim): string | undefined {
    return voteIn(this.ping(puppet, claim), claim);
  }

  release(puppet: Puppet, term: number, successor?: string, where: { source?: string } = {}): Effect[] {
    return this.packet(puppet, { kind: "release", nonce: ++this.#nonce, term, successor }, where);
  }

  leave(puppet: Puppet, where: { source?: string } = {}): Effect[] {
    return this.packet(puppet, { kind: "leave", nonce: ++this.#nonce }, where);
  }

  get ids(): string[] {
    return members(this.citizen).map(({ id }) => id).sort();
  }

  get leader(): string | undefined {
    return leaderOf(this.citizen)?.id;
  }

  /** Whether the last view the citizen gave says that it leads now. */
  get leads(): boolean {
    return leadsAt(this.log, this.now, this.wall);
  }

  #answer(send: Send): Effect[] {
    if (send.message.kind !== "ping") return [];
    const puppet = this.puppets.find(({ address, answers }) => answers && address === send.address);
    if (puppet === undefined) return [];
    const { nonce, claim } = send.message;
    const granted = claim !== undefined && puppet.grants && send.to === puppet.boot;
    return this.ack(puppet, nonce, granted ? voteFor(claim) : undefined);
  }
}

export function voteFor({ term, sequence }: Claim): Vote {
  return { term, sequence, refusal: undefined };
}

/** The answer to `claim` among the effects. */
export function voteIn(effects: readonly Effect[], claim: Claim): string | undefined {
  const votes = messages(effects, "ack").flatMap(({ message: { vote } }) => vote ?? []);
  const vote = votes.find(({ term, sequence }) => term === claim.term && sequence === claim.sequence);
  return vote === undefined ? undefined : vote.refusal ?? "granted";
}

function leadsAt(effects: readonly Effect[], now: number, wall: number): boolean {
  const view = ofKind(effects, "view").at(-1);
  return view !== undefined && view.leading && now < view.deadline && wall < view.wallDeadline;
}

interface Running {
  readonly n: number;
  readonly citizen: Citizen;
  readonly effects: Effect[];
}

/** What happened to a member of a cluster, in words: `added m2`, `elected`, `resigned closed`, `leader m2`. */
export interface Happening {
  readonly at: number;
  readonly member: string;
  readonly what: string;
}

/** Citizens m1 to mN on a network with 1 ms of delay. */
export class Cluster {
  readonly happenings: Happening[] = [];
  readonly tokens: number[] = [];
  now = 0;
  delay = 1;
  readonly #configs: CitizenConfig[];
  readonly #running = new Map<number, Running>();
  readonly #cut = new Set<string>();
  /** Members that do not run until then; what was sent to them waits. */
  readonly #paused = new Map<number, number>();
  #mail: { at: number; to: number; event: Event }[] = [];
  #starts = 0;

  constructor(configs: readonly Partial<CitizenConfig>[], common: Partial<CitizenConfig> = {}) {
    this.#configs = configs.map((config, index) => configOf(index + 1, { ...common, ...config }));
  }

  /** Starts members, all when none is named; each start is a new boot. */
  start(...names: readonly number[]): void {
    for (const n of names.length > 0 ? names : this.#configs.map((_, index) => index + 1)) {
      const config = { ...this.#configs[n - 1]!, boot: bootOf(n + 0x100 * ++this.#starts) };
      const citizen = createCitizen(config, { now: this.now, wall: this.#wall });
      this.#running.set(n, { n, citizen, effects: [] });
      const addresses = this.#configs.map(({ address }) => address);
      this.command(n, { kind: "peers", addresses, clusterSize: addresses.length });
    }
  }

  crash(n: number): void {
    this.#running.delete(n);
    this.#mail = this.#mail.filter(({ to }) => to !== n);
  }

  /** Both ways between any two of the pairs' members. */
  cut(a: number, b: number): void {
    this.block(a, b);
    this.block(b, a);
  }

  block(from: number, to: number): void {
    this.#cut.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  pause(n: number, ms: number): void {
    this.#paused.set(n, this.now + ms);
  }

  command(n: number, event: Event): void {
    this.#step(this.#running.get(n)!, event);
  }

  citizen(n: number): Citizen {
    return this.#running.get(n)!.citizen;
  }

  /** Members whose view says that they lead now. */
  get leaders(): string[] {
    return [...this.#running.values()].filter(({ effects }) => leadsAt(effects, this.now, this.#wall))
      .map(({ n }) => `m${n}`).sort();
  }

  /** Runs for `ms`; throws when more than `most` members lead at once. */
  run(ms: number, most = 1): void {
    const until = this.now + ms;
    for (let steps = 0; steps < 1_000_000; steps++) {
      const next = this.#next();
      if (next === undefined || next.at > until) {
        this.now = until;
        return;
      }
      this.now = Math.max(this.now, next.at);
      next.run();
      if (this.leaders.length > most) throw new Error(`${this.leaders} lead at ${this.now}`);
    }
    throw new Error(`steps without end at ${this.now}`);
  }

  /** Runs until `condition` holds, for `ms` at most; the ms it took. */
  runUntil(condition: () => boolean, ms: number, most = 1): number {
    const from = this.now;
    while (!condition()) {
      if (this.now - from >= ms) throw new Error(`not within ${ms} ms:\n${this.story()}`);
      this.run(1, most);
    }
    return this.now - from;
  }

  since(at: number, member?: string): string[] {
    return this.happenings.filter((happening) =>
      happening.at >= at && (member === undefined || happening.member === member)
    ).map(({ what }) => what);
  }

  story(): string {
    return this.happenings.map(({ at, member, what }) => `${at} ${member} ${what}`).join("\n");
  }

  get #wall(): number {
    return EPOCH + this.now;
  }

  #next(): { at: number; run: () => void } | undefined {
    let next: { at: number; run: () => void } | undefined;
    let first: { at: number; run: () => void } | undefined;
    for (const running of this.#running.values()) {
      const at = Math.max(wakeAt(running.citizen), this.#paused.get(running.n) ?? 0);
      if (next === undefined || at < next.at) next = { at, run: () => this.#step(running, { kind: "tick" }) };
    }
    for (const mail of this.#mail) {
      const at = Math.max(mail.at, this.#paused.get(mail.to) ?? 0);
      if (first === undefined || at < first.at) first = { at, run: () => this.#deliver(mail) };
    }
    // What waits in a socket is read before a timer fires.
    if (first !== undefined && (next === undefined || first.at <= next.at)) return first;
    return next;
  }

  #deliver(mail: { readonly to: number; readonly event: Event }): void {
    this.#mail = this.#mail.filter((other) => other !== mail);
    const running = this.#running.get(mail.to);
    if (running !== undefined) this.#step(running, mail.event);
  }

  #step(running: Running, event: Event): void {
    const { citizen, n } = running;
    const effects = step(citizen, { ...event, now: this.now, wall: this.#wall });
    running.effects.push(...ofKind(effects, "view"));
    for (const effect of effects) {
      if (effect.kind === "send") this.#send(n, citizen.config, effect);
      else this.#note(n, effect);
    }
  }

  #send(n: number, { address: source, boot: from }: CitizenConfig, { address, to, message }: Send): void {
    const receiver = this.#configs.findIndex((config) => config.address === address) + 1;
    if (receiver === 0 || this.#cut.has(`${n}>${receiver}`)) return;
    const event: Event = { kind: "packet", source, from, to, message };
    this.#mail.push({ at: this.now + this.delay, to: receiver, event });
  }

  #note(n: number, effect: Effect): void {
    const note = (what: string): void => void this.happenings.push({ at: this.now, member: `m${n}`, what });
    if (effect.kind === "added" || effect.kind === "removed") note(`${effect.kind} ${effect.member.id}`);
    if (effect.kind === "leader") note(`leader ${effect.leader?.id ?? "none"}`);
    if (effect.kind === "resigned") note(`resigned ${effect.reason}`);
    if (effect.kind === "closed") note("closed");
    if (effect.kind !== "elected") return;
    note("elected");
    this.tokens.push(effect.token);
  }
}
