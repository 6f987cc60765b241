/**
 * A stage for the core in virtual time: a few citizens on a network that loses nothing but what is cut.
 *
 * @module
 */

import { takeStep } from "../../scripts/harness/examine/examine.ts";
import { NamedViews } from "../../scripts/harness/named_views.ts";
import { createMember, type MemberState, step, wakeAt } from "../../src/core/citizen.ts";
import type { Effect, Mismatch } from "../../src/core/effect.ts";
import type { InputEvent, MemberConfig } from "../../src/core/input.ts";
import type { Message } from "../../src/core/message/message.ts";
import { bootOf, configOf, EPOCH, keepEvent, leadsAt, type Send } from "./harness.ts";

/** What is remembered of what a member has done. */
const KEPT: readonly Effect["kind"][] = ["view", "readiness", "closed"];

interface Running {
  readonly n: number;
  readonly state: MemberState;
  readonly effects: Effect[];
  readonly named: NamedViews;
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
  /** What all wall clocks are ahead of EPOCH + now. */
  skew = 0;
  /** What single members' wall clocks are ahead of the others', in ms, by number. */
  readonly skews = new Map<number, number>();
  readonly mismatches: ({ readonly at: number; readonly by: string } & Mismatch)[] = [];
  /** Of the members, in the order of their numbers. */
  readonly configs: MemberConfig[];
  readonly #voters: readonly string[] | undefined;
  /** As many voters as there are to be; default: as many as are listed. */
  readonly #clusterSize: number | undefined;
  /** The members that a member is told of, by number, where it is not told of all. */
  readonly #lists = new Map<number, readonly number[]>();
  readonly #running = new Map<number, Running>();
  readonly #cut = new Set<string>();
  /** Members that do not run until then; what was sent to them waits. */
  readonly #paused = new Map<number, number>();
  #mail: { at: number; to: number; event: InputEvent }[] = [];
  #starts = 0;

  /** Of all members the `voters` vote, by number; all do when they are left out. */
  constructor(
    configs: readonly Partial<MemberConfig>[],
    { voters, clusterSize, ...common }: Partial<MemberConfig> & {
      readonly voters?: readonly number[];
      readonly clusterSize?: number;
    } = {},
  ) {
    this.configs = configs.map((config, index) => configOf(index + 1, { ...common, ...config }));
    this.#voters = voters?.map((n) => this.configs[n - 1]!.address);
    this.#clusterSize = clusterSize;
  }

  /** Starts members, all when none is named; each start is a new boot. */
  start(...names: readonly number[]): void {
    for (const n of names.length > 0 ? names : this.configs.map((_, index) => index + 1)) {
      const config = { ...this.configs[n - 1]!, boot: bootOf(n + 0x100 * ++this.#starts) };
      const state = createMember(config, { now: this.now, wall: this.#wallOf(n) });
      this.#running.set(n, { n, state, effects: [], named: new NamedViews() });
      this.tell(n);
    }
  }

  /** Tells a member that runs who is in its list. */
  tell(n: number): void {
    const listed = this.#lists.get(n)?.map((other) => this.configs[other - 1]!) ?? this.configs;
    const addresses = listed.map(({ address }) => address);
    const voters = this.#voters;
    this.command(n, {
      kind: "peers",
      addresses,
      voters,
      clusterSize: this.#clusterSize ?? (voters ?? addresses).length,
    });
  }

  /** From its next start on a member has another configuration, and is told of those members only that are listed. */
  reconfigure(n: number, config: Partial<MemberConfig>, list?: readonly number[]): void {
    this.configs[n - 1] = { ...this.configs[n - 1]!, ...config };
    if (list !== undefined) this.#lists.set(n, list);
  }

  /** Whether a message that is sent now arrives; by the numbers of its sender and its receiver. */
  passes: (from: number, to: number) => boolean = () => true;

  /** Called for each message that is sent, with the numbers of who sends it and who is to receive it. */
  onSend: (from: number, to: number, message: Message) => void = () => {};

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

  command(n: number, event: InputEvent): void {
    this.#step(this.#running.get(n)!, event);
  }

  state(n: number): MemberState {
    return this.#running.get(n)!.state;
  }

  /** What a member that runs has said of itself since its start. */
  effectsOf(n: number): readonly Effect[] {
    return this.#running.get(n)!.effects;
  }

  /** Members whose view says that they lead now. */
  get leaders(): string[] {
    return [...this.#running.values()].filter(({ n, effects }) => leadsAt(effects, this.now, this.#wallOf(n)))
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
      if (this.leaders.length > most) throw new Error(this.#inVain(`at most ${most} leads`));
    }
    throw new Error(`steps without end at ${this.now}`);
  }

  /** Runs until `condition` holds, for `ms` at most; the ms it took. */
  runUntil(condition: () => boolean, ms: number, most = 1): number {
    const from = this.now;
    while (!condition()) {
      if (this.now - from >= ms) throw new Error(this.#inVain(`within ${ms} ms: ${condition}`));
      this.run(1, most);
    }
    return this.now - from;
  }

  /** The members that lead a named election now, by their own views. */
  leadersOf(election: string): number[] {
    return [...this.#running.values()].filter(({ n, named }) =>
      named.termAt(election, this.now, this.#wallOf(n)) !== undefined
    ).map(({ n }) => n);
  }

  /** How many named elections each member leads now, by its number. */
  get shares(): Map<number, number> {
    return new Map(
      [...this.#running.values()].map(({ n, named }) => [n, named.ledAt(this.now, this.#wallOf(n)).length]),
    );
  }

  /** One that begins to lead is the only one. */
  #expectAlone({ n }: Running, election: string): void {
    const leaders = this.leadersOf(election);
    if (leaders.some((other) => other !== n)) {
      throw new Error(this.#inVain(`m${n} to lead "${election}" alone, and not m${leaders.join(" and m")}`));
    }
  }

  #inVain(expected: string): string {
    return `Expected ${expected}\nAt ${this.now} ms ${
      this.leaders.join(" and ") || "nobody"
    } leads, after\n${this.story()}`;
  }

  since(at: number, member?: string): string[] {
    return this.happenings.filter((happening) =>
      happening.at >= at && (member === undefined || happening.member === member)
    ).map(({ what }) => what);
  }

  story(): string {
    return this.happenings.map(({ at, member, what }) => `${at} ${member} ${what}`).join("\n");
  }

  #wallOf(n: number): number {
    return EPOCH + this.now + this.skew + (this.skews.get(n) ?? 0);
  }

  #next(): { at: number; run: () => void } | undefined {
    let next: { at: number; run: () => void } | undefined;
    let first: { at: number; run: () => void } | undefined;
    for (const running of this.#running.values()) {
      const at = Math.max(wakeAt(running.state), this.#paused.get(running.n) ?? 0);
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

  #deliver(mail: { readonly to: number; readonly event: InputEvent }): void {
    this.#mail = this.#mail.filter((other) => other !== mail);
    const running = this.#running.get(mail.to);
    if (running !== undefined) this.#step(running, mail.event);
  }

  #step(running: Running, event: InputEvent): void {
    const { state, n } = running;
    const effects = takeStep(step, state, { ...keepEvent(event), now: this.now, wall: this.#wallOf(n) });
    running.effects.push(...effects.filter(({ kind }) => KEPT.includes(kind)));
    for (const effect of effects) {
      running.named.take(effect);
      if (effect.kind === "lead" && effect.leading) this.#expectAlone(running, effect.election);
      if (effect.kind === "send") this.#send(n, state.ground.config, effect);
      else this.#note(n, effect);
    }
  }

  #send(n: number, { address: source, boot: from }: MemberConfig, { address, cookie, message }: Send): void {
    const receiver = this.configs.findIndex((config) => config.address === address) + 1;
    this.onSend(n, receiver, message);
    if (receiver === 0 || this.#cut.has(`${n}>${receiver}`) || !this.passes(n, receiver)) return;
    const event: InputEvent = { kind: "packet", source, from, cookie, message };
    this.#mail.push({ at: this.now + this.delay, to: receiver, event });
  }

  #note(n: number, effect: Effect): void {
    const note = (what: string): void => void this.happenings.push({ at: this.now, member: `m${n}`, what });
    if (effect.kind === "added" || effect.kind === "removed") note(`${effect.kind} ${effect.member.id}`);
    const election = "election" in effect && effect.election !== undefined ? ` ${effect.election}` : "";
    if (effect.kind === "leader") note(`leader ${effect.leader?.id ?? "none"}${election}`);
    if (effect.kind === "resigned") note(`resigned ${effect.reason}${election}`);
    if (effect.kind === "closed") note("closed");
    if (effect.kind === "mismatch") this.mismatches.push({ at: this.now, by: `m${n}`, ...effect });
    if (effect.kind !== "elected") return;
    note(`elected${election}`);
    if (election === "") this.tokens.push(effect.token);
  }
}
