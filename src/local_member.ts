/**
 * One member of an election as the application's thread has it: what the loop reports is kept, told and acted on here.
 *
 * @module
 */

import { onAbort } from "./base/abort.ts";
import type { LeaderInfo } from "./core/effect.ts";
import { Following } from "./discovery/following.ts";
import { ClosedError, closedError } from "./errors.ts";
import { CustomMessageEvent, emit, type LifecycleEvents } from "./leadership/events.ts";
import { NamedView } from "./leadership/named_view.ts";
import { NO_TALLY, type QuorumInfo, reasonOf } from "./leadership/quorum.ts";
import { Requests } from "./leadership/requests.ts";
import { Roster } from "./leadership/roster.ts";
import { LIMITS } from "./limits.ts";
import { Seat, type SeatOwner } from "./leadership/seat.ts";
import { type Journal, journalOf } from "./logger.ts";
import { type Options, resolveOptions, type Settings } from "./options.ts";
import { adviceOn } from "./options/advice.ts";
import type { ElectionTerms } from "./options/election_options.ts";
import { decodeValue } from "./wire/value.ts";
import { atExit } from "./worker/exit.ts";
import { Host, type News } from "./worker/host.ts";
import { type EncodedMessage, transferOf } from "./worker/protocol.ts";
import { closeOn } from "./worker/signals.ts";

/** What a platform sends that starts another process in the place of this one. */
const REPLACED = "SIGTERM";

/** Whoever hears what happens to the member. */
export interface Listener {
  readonly target: EventTarget;
  /** Whether anybody listens to events of this name. */
  hears(name: string): boolean;
}

/** A seat in a named election. */
export interface NamedSeat {
  readonly seat: Seat;
  /** Gives the lead to the member of that id, in its own time; undefined where the loop does that by itself. */
  relocate: ((to: string) => void) | undefined;
}

/** A member, its loop, and the work that depends on its lead. */
export class LocalMember {
  /** Resolves when the socket is bound. */
  readonly ready: Promise<void>;
  readonly settings: Settings;
  readonly host: Host;
  readonly roster: Roster;
  /** In the default election. */
  readonly seat: Seat;
  readonly #named = new Map<string, NamedSeat>();
  /** Who leads each named election, as was told last. */
  readonly #leaders = new Map<string, LeaderInfo>();
  /** What has to be done before the member leaves. */
  readonly #farewells = new Set<() => Promise<void>>();
  readonly #owner: SeatOwner;
  readonly #listener: Listener;
  readonly #following: Following;
  readonly #logger: Journal;
  /** Aborts when this member is over; the reason says why. */
  readonly #over = new AbortController();
  /** Answered by what keeps the member that was named from leading, if anything does. */
  readonly #resignations = new Requests<string | undefined>();
  /** What the end of the process, and signals to it, would do otherwise. */
  readonly #callOffs: (() => void)[] = [];
  #closing: Promise<void> | undefined;
  #joined = false;
  #tally = NO_TALLY;
  #settle: { resolve(): void; reject(error: Error): void } = { resolve: () => {}, reject: () => {} };

  /** Joins. Throws where an option is wrong. */
  constructor(options: Options, listener: Listener) {
    const { settings, discovery, fencing, logger: given, signal, workerUrl, handOverOnExit, signals, settle } =
      resolveOptions(options);
    const logger = journalOf(given);
    this.settings = settings;
    this.#listener = listener;
    this.#following = new Following(discovery, {
      logger,
      settings,
      isAlive: (peer) => this.roster.isAt(peer),
      onVoters: (found) => {
        this.roster.self.voter = found.voters?.includes(this.roster.self.source) ?? true;
        this.host.post({ type: "peers", ...found });
      },
      onStale: (isStale) => this.host.post({ type: "stale", isStale }),
    });
    this.#logger = logger;
    for (const advice of adviceOn(settings)) logger.warn(advice);
    const { id, advertise: source, weight, eligible } = settings;
    this.roster = new Roster({ id, source, weight, eligible, voter: true });
    this.ready = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    // Whoever does not wait for it hears of the same trouble by the event `error`, or reads it in the log.
    this.ready.catch(() => {});
    this.host = new Host(settings, { workerUrl, fenced: fencing !== undefined }, {
      onReport: (news) => this.#hear(news),
      onDeath: (error) => this.#die(error),
    });
    this.#owner = {
      self: this.roster.self,
      over: this.#over.signal,
      requests: this.#resignations,
      fencing,
      period: settings.interval,
      isLeaving: () => this.#over.signal.aborted || this.#closing !== undefined,
      post: (command) => this.host.post(command),
      warn: (message, error) => logger.warn(message, error),
      info: (message, detail) => logger.info(message, detail),
    };
    this.seat = new Seat({ election: undefined, settle }, this.host.view, listener.target, this.#owner);
    if (handOverOnExit) this.#callOffs.push(this.#departAtExit());
    if (signals.length > 0) {
      onAbort(
        this.#over.signal,
        closeOn(signals, (name) => this.close({ graceful: name === REPLACED })),
      );
    }
    if (signal !== undefined) onAbort(this.#over.signal, onAbort(signal, () => this.#end({ graceful: false, signal })));
  }

  /** Stands in a named election; `target` hears what happens there. */
  enter(election: string, { settle, ...terms }: ElectionTerms, target: EventTarget): NamedSeat {
    this.#wantMember("stand for election");
    if (this.#named.size >= LIMITS.elections) {
      throw new RangeError(
        `Cannot stand in "${election}": a member stands in ${LIMITS.elections} named elections at most`,
      );
    }
    const view = new NamedView(this.host.leases);
    const seat = new Seat({ election, settle }, view, target, this.#owner);
    seat.known = this.#leaders.get(election) ?? null;
    const named: NamedSeat = { seat, relocate: undefined };
    this.#named.set(election, named);
    this.host.post({ type: "enter", election, view: view.buffer, ...terms });
    return named;
  }

  /** Hands over in a named election, and stands there no longer. */
  async withdraw(election: string): Promise<void> {
    const named = this.#named.get(election);
    if (named === undefined || this.#owner.isLeaving()) return;
    this.#named.delete(election);
    named.seat.view.silence(true);
    named.seat.work.end("requested");
    await this.#resignations.open((request) => this.host.post({ type: "withdraw", election, request }));
    named.seat.lose("requested");
  }

  /** Whether it has joined, may vote if it is a voter, and has not begun to close. */
  isReady(): boolean {
    return this.roster.ready && this.#closing === undefined;
  }

  /** Who leads the named elections that this member knows of, by name. The record has no prototype. */
  elections(): Record<string, LeaderInfo | null> {
    const elections: Record<string, LeaderInfo | null> = Object.create(null);
    for (const [name, leader] of this.#leaders) elections[name] = leader;
    for (const [name, { seat }] of this.#named) elections[name] = seat.leader();
    return elections;
  }

  /** Who leads that election, as this member knows. */
  leaderOf(election: string): LeaderInfo | null {
    return this.#named.get(election)?.seat.leader() ?? this.#leaders.get(election) ?? null;
  }

  /** Is done, and waited for, before the member leaves; returns what calls it off. */
  beforeLeaving(farewell: () => Promise<void>): () => void {
    this.#farewells.add(farewell);
    return () => void this.#farewells.delete(farewell);
  }

  /** Who of the voters is there, and why nobody leads. */
  quorum(): QuorumInfo {
    const { needed, reachable, voters } = this.#over.signal.aborted ? NO_TALLY : this.#tally;
    return { needed, reachable, voters, why: this.seat.leader() === null ? this.#whyNobody() : null };
  }

  #whyNobody(): string {
    const { signal } = this.#over;
    if (signal.aborted) return signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    if (this.#closing !== undefined) return "This member is closing";
    if (!this.#joined) return "This member has not joined: its socket is not bound yet";
    return this.seat.minting ?? reasonOf(this.#tally, Date.now());
  }

  /** Gives all leads away. */
  #giveAllAway(): void {
    for (const seat of this.#seats()) void seat.giveAway({ reason: "failed" });
  }

  #seats(): Seat[] {
    return [this.seat, ...[...this.#named.values()].map(({ seat }) => seat)];
  }

  /** Sends a message to all others. */
  spread(message: EncodedMessage): void {
    this.#wantMember(message.channel ? "publish" : "send");
    this.host.post({ type: "send", ...message }, transferOf(message));
  }

  /** Hears what others publish on that channel from now on, or no longer. */
  listen(type: "subscribe" | "unsubscribe", channel: string): void {
    this.#wantMember(type);
    this.host.post({ type, channel });
  }

  /** Throws where there is no member any more. */
  #wantMember(action: string): void {
    const { signal } = this.#over;
    if (signal.reason instanceof ClosedError || this.#closing !== undefined) {
      throw closedError(action, this.settings.id);
    }
    signal.throwIfAborted();
  }

  /** Warns people of a failure. */
  warn(message: string, error: unknown): void {
    this.#logger.warn(message, error);
  }

  /** Says it to the logger. */
  advise(text: string): void {
    this.#logger.warn(text);
  }

  /** Leaves, and frees everything; where that is to be graceful, when the others can do without its vote. */
  close({ graceful = false }: { readonly graceful?: boolean } = {}): Promise<void> {
    return this.#end({ graceful });
  }

  /** `signal` is the one that closes it by having aborted. */
  #end(end: { readonly graceful: boolean; readonly signal?: AbortSignal }): Promise<void> {
    if (!end.graceful) this.#following.stop();
    if (this.#closing !== undefined && !end.graceful) void this.host.close(false);
    return this.#closing ??= this.#close(end);
  }

  async #close({ graceful, signal }: { readonly graceful: boolean; readonly signal?: AbortSignal }): Promise<void> {
    this.host.view.silence(true);
    this.seat.work.end("closed");
    this.#settle.reject(closedError("join", this.settings.id, signal));
    if (this.#farewells.size > 0) await Promise.all([...this.#farewells].map((farewell) => farewell()));
    for (const seat of this.#seats()) {
      seat.view.silence(true);
      seat.work.end("closed");
      seat.mint(null);
    }
    this.#over.abort(closedError("lead", this.settings.id, signal));
    await this.host.close(graceful);
    this.#following.stop();
    for (const seat of this.#seats()) seat.lose("closed");
    this.roster.clear();
    this.#endRequests();
  }

  #endRequests(): void {
    this.#resignations.end(undefined);
    for (const callOff of this.#callOffs) callOff();
  }

  #departAtExit(): () => void {
    return atExit({
      leave: () => void this.close(),
      handOver: () => this.#giveAllAway(),
      settle: (ms) => this.host.settle(ms),
    });
  }

  #hear(news: News): void {
    switch (news.type) {
      case "ready":
        return this.#begin(news.address);
      case "added":
        this.roster.set(news.member);
        return this.#emit("added", news.member);
      case "updated":
        return this.roster.set(news.member);
      case "removed":
        this.roster.delete(news.member);
        return this.#emit("removed", news.member);
      case "readiness":
        return void (this.roster.ready = news.ready);
      case "leader":
        return this.#follow(news);
      case "elected":
        return this.#seatOf(news.election)?.take({ id: news.id, token: news.token });
      case "resigned":
        return this.#seatOf(news.election)?.lose(news.reason);
      case "mint":
        return this.#seatOf(news.election)?.mint(news.term);
      case "relocate":
        return this.#named.get(news.election)?.relocate?.(news.to);
      case "message":
        return this.#deliver(news);
      case "tally":
        return void (this.#tally = news.tally);
      case "warning":
        return this.#logger.warn(news.text);
      default:
        // It is `done`: any other report has no request with an obstacle, and does not compile.
        this.#resignations.answer(news.request, news.obstacle);
    }
  }

  #seatOf(election: string | undefined): Seat | undefined {
    return election === undefined ? this.seat : this.#named.get(election)?.seat;
  }

  #follow({ election, leader }: Extract<News, { type: "leader" }>): void {
    if (election === undefined) this.roster.leader = leader;
    else if (leader === null) this.#leaders.delete(election);
    else this.#leaders.set(election, leader);
    this.#seatOf(election)?.follow(leader);
  }

  #begin(address: string): void {
    this.roster.self.source = address;
    this.#joined = true;
    this.#logger.info(`Joined ${this.settings.cluster} as ${this.settings.id} at ${address}`);
    this.#settle.resolve();
    this.#following.begin(address);
  }

  #deliver({ name, body, from }: Extract<News, { type: "message" }>): void {
    // What it costs to read is for its sender to choose: nothing, where nobody wants to know.
    if (!this.#listener.hears(name)) return this.host.counters.dropped("no-listener");
    const value = decodeValue(body);
    if (value === undefined) this.host.counters.dropped("bad-value");
    else this.#listener.target.dispatchEvent(new CustomMessageEvent(name, value.value, from));
  }

  #emit<Name extends keyof LifecycleEvents>(name: Name, detail: LifecycleEvents[Name]): void {
    if (name !== "error") this.#logger.info(name, detail);
    // The console is for trouble that nobody hears of otherwise.
    else if (!this.#logger.isFallback() || !this.#listener.hears(name)) {
      this.#logger.error("The election failed on this machine", detail);
    }
    emit(this.#listener.target, name, detail);
  }

  /** The loop is gone, and with it all that this member knew. */
  #die(error: Error): void {
    this.#following.stop();
    this.#settle.reject(error);
    this.#over.abort(error);
    for (const seat of this.#seats()) {
      seat.view.silence(true);
      seat.mint(null);
      seat.lose("worker-died");
      if (seat.known !== null) seat.follow(null);
    }
    this.#leaders.clear();
    const peers = this.roster.clear();
    for (const peer of peers) this.#emit("removed", peer);
    this.#endRequests();
    this.#emit("error", error);
  }
}
