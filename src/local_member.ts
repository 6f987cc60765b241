/**
 * One member of an election as the application's thread has it: what the loop reports is kept, told and acted on here.
 *
 * @module
 */

import { onAbort } from "./base/abort.ts";
import type { LeaderInfo, ResignReason } from "./core/effect.ts";
import type { Resignation } from "./core/input.ts";
import { Following } from "./discovery/following.ts";
import { ClosedError, closedError, describe, HandOverError } from "./errors.ts";
import { CustomMessageEvent, emit, type LifecycleEvents } from "./leadership/events.ts";
import { Minting } from "./leadership/minting.ts";
import { Requests } from "./leadership/requests.ts";
import { Roster } from "./leadership/roster.ts";
import { Work } from "./leadership/work.ts";
import { type Journal, journalOf } from "./logger.ts";
import { type Options, resolveOptions, type Settings } from "./options.ts";
import { adviceOn } from "./options/advice.ts";
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

/** A member, its loop, and the work that depends on its lead. */
export class LocalMember {
  /** Resolves when the socket is bound. */
  readonly ready: Promise<void>;
  readonly settings: Settings;
  readonly host: Host;
  readonly roster: Roster;
  readonly work: Work;
  readonly #listener: Listener;
  readonly #following: Following;
  readonly #minting: Minting | undefined;
  readonly #logger: Journal;
  /** Aborts when this member is over; the reason says why. */
  readonly #over = new AbortController();
  /** Answered by what keeps the member that was named from leading, if anything does. */
  readonly #resignations = new Requests<string | undefined>();
  /** What the end of the process, and signals to it, would do otherwise. */
  readonly #callOffs: (() => void)[] = [];
  /** The leadership that the application was told of, and not yet told the end of. */
  #office: LifecycleEvents["elected"] | undefined;
  #closing: Promise<void> | undefined;
  #settle: { resolve(): void; reject(error: Error): void } = { resolve: () => {}, reject: () => {} };

  /** Joins. Throws where an option is wrong. */
  constructor(options: Options, listener: Listener) {
    const { settings, discovery, fencing, logger: given, signal, workerUrl, handOverOnExit, signals } = resolveOptions(
      options,
    );
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
    });
    this.#minting = fencing && new Minting(fencing, settings.id, {
      onToken: (term, token) => this.host.post({ type: "minted", term, token }),
      onFailure: (term, error) => {
        logger.warn(`No token could be minted for term ${term}; another member may lead`, error);
        void this.giveAway({});
      },
    });
    this.#logger = logger;
    this.work = new Work({
      token: () => this.token,
      giveAway: (reason, aside) => this.giveAway({ reason, aside }),
    }, {
      over: this.#over.signal,
      period: settings.interval,
      warn: (message, error) => logger.warn(message, error),
    });
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
    if (handOverOnExit) this.#callOffs.push(this.#departAtExit());
    if (signals.length > 0) {
      onAbort(
        this.#over.signal,
        closeOn(signals, (name) => this.close({ graceful: name === REPLACED })),
      );
    }
    if (signal !== undefined) onAbort(this.#over.signal, onAbort(signal, () => this.#end({ graceful: false, signal })));
  }

  /** The fencing token while this member leads, else `null`. */
  get token(): number | null {
    return this.host.view.term() ?? null;
  }

  /** Who leads, as this member knows, or `null`. */
  leader(): LeaderInfo | null {
    const { token } = this;
    const { self, leader } = this.roster;
    if (token !== null) return { id: self.id, source: self.source, token };
    return leader?.id === self.id ? null : leader;
  }

  /** Whether it has joined, may vote if it is a voter, and has not begun to close. */
  isReady(): boolean {
    return this.roster.ready && this.#closing === undefined;
  }

  /** Gives the lead away, if it is held. */
  async giveAway(resignation: Resignation): Promise<void> {
    if (this.#over.signal.aborted || this.#closing !== undefined) return;
    const { reason = "requested", to } = resignation;
    // Whether the one that is named can lead is found out first: until then nothing changes.
    if (to === undefined) {
      this.host.view.silence(true);
      this.work.end(reason);
    }
    const obstacle = await this.#resignations.open((request) =>
      this.host.post({ type: "resign", request, ...resignation })
    );
    if (obstacle === undefined) return;
    throw new HandOverError(`Cannot hand the lead to ${describe(to)}: ${obstacle}`);
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
    if (signal.reason instanceof ClosedError) throw closedError(action, this.settings.id);
    signal.throwIfAborted();
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
    this.work.end("closed");
    this.#settle.reject(closedError("join", this.settings.id, signal));
    this.#over.abort(closedError("lead", this.settings.id, signal));
    void this.#minting?.request(null);
    await this.host.close(graceful);
    this.#following.stop();
    this.#endOffice("closed");
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
      handOver: () => void this.giveAway({ reason: "failed" }),
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
        this.roster.leader = news.leader;
        return this.#emit("leader", news.leader);
      case "elected":
        this.#office = { id: news.id, token: news.token };
        this.#emit("elected", this.#office);
        return this.work.begin();
      case "resigned":
        return this.#endOffice(news.reason);
      case "mint":
        return void this.#minting?.request(news.term);
      case "message":
        return this.#deliver(news);
      case "warning":
        return this.#logger.warn(news.text);
      default:
        // It is `done`: any other report has no request with an obstacle, and does not compile.
        this.#resignations.answer(news.request, news.obstacle);
        if (this.#resignations.size === 0 && this.#closing === undefined) this.host.view.silence(false);
    }
  }

  #begin(address: string): void {
    this.roster.self.source = address;
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

  #endOffice(reason: ResignReason): void {
    const office = this.#office;
    if (office === undefined) return;
    this.#office = undefined;
    this.work.end(reason);
    this.#emit("resigned", { ...office, reason });
  }

  /** The loop is gone, and with it all that this member knew. */
  #die(error: Error): void {
    this.#following.stop();
    this.#settle.reject(error);
    this.#over.abort(error);
    void this.#minting?.request(null);
    this.#endOffice("worker-died");
    const { leader } = this.roster;
    const peers = this.roster.clear();
    if (leader !== null) this.#emit("leader", null);
    for (const peer of peers) this.#emit("removed", peer);
    this.#endRequests();
    this.#emit("error", error);
  }
}
