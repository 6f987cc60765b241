/**
 * The object that the application holds.
 *
 * @module
 */

import { onAbort } from "./base/abort.ts";
import type { LeaderInfo, ResignReason } from "./core/effect.ts";
import type { Resignation } from "./core/input.ts";
import { followDiscovery } from "./discovery/follow.ts";
import type { Discovery } from "./discovery/discovery.ts";
import { ClosedError, closedError, describe } from "./errors.ts";
import type { Stats } from "./stats/counters.ts";
import { checkMessageName, CustomMessageEvent, emit, type LifecycleEvents, TypedEvents } from "./leadership/events.ts";
import { type NodeInfo, Roster } from "./leadership/roster.ts";
import { Minting } from "./leadership/minting.ts";
import { Resignations } from "./leadership/resignations.ts";
import { type LeadWork, type WhileLeadingOptions, Work } from "./leadership/work.ts";
import { type Journal, journalOf } from "./logger.ts";
import { type Options, resolveOptions, type Settings } from "./options.ts";
import { adviceOn } from "./options/advice.ts";
import { decodeValue, encodeValue } from "./wire/value.ts";
import { Host, type News } from "./worker/host.ts";
import { type EncodedMessage, transferOf } from "./worker/protocol.ts";

/** A member that is new to a list has as many timeouts to answer before another of its addresses is tried. */
const PATIENCE_TIMEOUTS = 2;

/**
 * One member of a cluster that elects one leader.
 *
 * The election runs in a worker: a main thread that is blocked does not lose the lead, unless it is blocked for
 * `stallTimeout`. The object keeps its process alive until {@linkcode Democracy.close}.
 *
 * The leases are those of PaxosLease (M. Trencseni, A. Gazso, H. Reinhardt, arXiv:1209.4187).
 *
 * @example
 * ```ts
 * import { Democracy } from "@polis/democracy";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * democracy.on("resigned", ({ reason }) => console.log(`Lost the lead: ${reason}`));
 * await democracy.ready;
 * const answer = await democracy.lead(({ token }) => `led with token ${token}`);
 * console.log(answer);
 * ```
 */
export class Democracy extends TypedEvents {
  /**
   * Resolves when the socket is bound. Rejects with an AddressInUseError, BindError, PermissionError or
   * WorkerError when the member cannot start, and with a ClosedError when it is closed before.
   */
  readonly ready: Promise<void>;
  readonly #settings: Settings;
  readonly #discovery: Discovery;
  readonly #minting: Minting | undefined;
  readonly #logger: Journal;
  readonly #host: Host;
  readonly #roster: Roster;
  readonly #work: Work;
  /** Aborts when this member is over; the reason says why. */
  readonly #over = new AbortController();
  readonly #resignations = new Resignations();
  /** The leadership that the application was told of, and not yet told the end of. */
  #office: LifecycleEvents["elected"] | undefined;
  #closing: Promise<void> | undefined;
  #settle: { resolve(): void; reject(error: Error): void } = { resolve: () => {}, reject: () => {} };

  /**
   * Joins the cluster. The options are checked at once; what needs the network is told by `ready`.
   *
   * Throws a TypeError or a RangeError that says which option is wrong, why, and what was given.
   */
  constructor(options: Options) {
    super();
    const { settings, discovery, fencing, logger: given, signal, workerUrl } = resolveOptions(options);
    const logger = journalOf(given);
    this.#settings = settings;
    this.#discovery = discovery;
    this.#minting = fencing && new Minting(fencing, settings.id, {
      onToken: (term, token) => this.#host.post({ type: "minted", term, token }),
      onFailure: (term, error) => {
        logger.warn(`No token could be minted for term ${term}; another member may lead`, error);
        void this.resign();
      },
    });
    this.#logger = logger;
    this.#work = new Work({
      token: () => this.token,
      giveAway: (reason, aside) => this.#giveAway({ reason, aside }),
    }, {
      over: this.#over.signal,
      period: settings.interval,
      warn: (message, error) => logger.warn(message, error),
    });
    for (const advice of adviceOn(settings)) logger.warn(advice);
    const { id, advertise: source, weight, eligible } = settings;
    this.#roster = new Roster({ id, source, weight, eligible, voter: true });
    this.ready = new Promise((resolve, reject) => this.#settle = { resolve, reject });
    // Whoever does not wait for it hears of the same trouble by the event `error`, or reads it in the log.
    this.ready.catch(() => {});
    this.#host = new Host(settings, { workerUrl, fenced: fencing !== undefined }, {
      onReport: (news) => this.#hear(news),
      onDeath: (error) => this.#die(error),
    });
    if (signal !== undefined) onAbort(this.#over.signal, onAbort(signal, () => this.#closing ??= this.#close(signal)));
  }

  /** The name of this member. */
  get id(): string {
    return this.#settings.id;
  }

  /** The address that others know this member by, `ip:port`; where port 0 was asked for, complete once it is ready. */
  get source(): string {
    return this.#roster.self.source;
  }

  /**
   * The fencing token while this member leads, else `null`. It grows with every leadership in the cluster: a resource that
   * remembers the greatest one can refuse a leader of old.
   */
  get token(): number | null {
    return this.#host.view.term() ?? null;
  }

  /**
   * Whether this member leads at this instant. Synchronous, costs well under a microsecond, and is true to the
   * clock: after a pause of any length the first call already knows that the lease has run out.
   */
  isLeader(): boolean {
    return this.#host.view.isLeader();
  }

  /**
   * ms for which this member leads for certain, unless the lease is renewed in the meantime; 0 when it does not lead.
   * For work that cannot be stopped half-way: begin it only when it ends sooner.
   */
  remaining(): number {
    return this.#host.view.remaining();
  }

  /** Who leads, as this member knows, or `null`. */
  leader(): LeaderInfo | null {
    const { token } = this;
    if (token !== null) return { id: this.id, source: this.source, token };
    const { leader } = this.#roster;
    return leader?.id === this.id ? null : leader;
  }

  /** The members that are alive, self included, by id. The record has no prototype. */
  nodes(): Record<string, NodeInfo> {
    return this.#roster.nodes(this.isLeader());
  }

  /** What went over the network, and what of it was ignored and why. */
  stats(): Stats {
    return this.#host.counters.read();
  }

  /**
   * Waits until this member leads, and then runs `work` once. The lead is kept afterwards; where `work` throws it is given away
   * (`failed`) before the promise rejects, so that no leader is idle.
   *
   * @param work Is given the fencing token, and a signal that aborts when the lead is lost; its reason is an Error that says why.
   * @param options `signal` ends the waiting, and aborts the signal of `work`.
   * @returns What `work` returns.
   * @throws ClosedError When the member is closed before it leads; the signal's reason when that aborts before; what `work` throws.
   *
   * @example
   * ```ts
   * import { Democracy } from "@polis/democracy";
   *
   * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
   * await democracy.lead(async ({ token, signal }) => {
   *   for (let job = 0; job < 3 && !signal.aborted; job++) await Promise.resolve(`job ${job} under token ${token}`);
   * });
   * ```
   */
  lead<Result>(work: LeadWork<Result>, options?: { readonly signal?: AbortSignal }): Promise<Result> {
    return this.#work.lead(work, options);
  }

  /**
   * Runs `work` at every new lead, for as long as the member is not closed. After a failure, which is logged, the member gives the
   * lead away (`failed`) and stands aside for a while, longer after each failure in a row, so that another tries.
   *
   * @param work As {@linkcode Democracy.lead} has it. When it returns while the member still leads, it runs again at the next lead.
   * @param options `signal` ends it as closing does, and gives a lead away that is held then.
   * @returns Resolves when the member is closed or `signal` aborts, once `work` has ended.
   * @throws TypeError or RangeError Where the back-off is none; WorkerError when the election on this machine fails for good.
   *
   * @example
   * ```ts
   * import { Democracy } from "@polis/democracy";
   *
   * const democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
   * const service = democracy.whileLeading(async ({ token, signal }) => {
   *   while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100, token));
   * });
   * await democracy.close();
   * await service;
   * ```
   */
  whileLeading(work: LeadWork<unknown>, options?: WhileLeadingOptions): Promise<void> {
    return this.#work.whileLeading(work, options);
  }

  /**
   * Gives the lead away, to the heaviest of the others or to the one that is named. `isLeader()` is false when the call returns, or,
   * where a member is named, when the promise resolves; that happens when the others have been told. The member leaves the lead to
   * others for two timeouts. Does nothing on a member that does not lead.
   *
   * @param options `to` is the id of the next leader.
   * @throws HandOverError Where that member cannot lead now; this one goes on then.
   */
  resign({ to }: { readonly to?: string } = {}): Promise<void> {
    if (to === undefined || typeof to === "string") return this.#giveAway({ to });
    return Promise.reject(new TypeError(`Cannot resign: "to" must be the id of a member, got ${describe(to)}`));
  }

  /**
   * Sends a custom event to every member that is alive now; there it arrives as `on(name, (data, from) => {})`. Best
   * effort: a message that loses a datagram is lost whole. `data` is any JSON value, and most of what structured
   * clone takes, up to 64 KiB when encoded.
   *
   * Throws a TypeError when the name is reserved or the data cannot be cloned, a RangeError when one of them is too
   * long, and a ClosedError after {@linkcode Democracy.close}.
   */
  send(name: string, data?: unknown): void {
    checkMessageName("Cannot send", name);
    this.#spread({ name, channel: false, body: encodeValue(data) });
  }

  /** Like {@linkcode Democracy.send}, but to those members only that have subscribed to the channel. */
  publish(channel: string, data?: unknown): void {
    checkMessageName("Cannot publish", channel);
    this.#spread({ name: channel, channel: true, body: encodeValue(data) });
  }

  /**
   * From now on `on(channel, (data, from) => {})` hears what others publish there.
   *
   * Throws a TypeError when the name is reserved, and a RangeError when it is too long.
   */
  subscribe(channel: string): void {
    checkMessageName("Cannot subscribe", channel);
    this.#host.post({ type: "subscribe", channel });
  }

  /** Ends {@linkcode Democracy.subscribe}. */
  unsubscribe(channel: string): void {
    checkMessageName("Cannot unsubscribe", channel);
    this.#host.post({ type: "unsubscribe", channel });
  }

  /**
   * Leaves the cluster: `isLeader()` is false when the call returns, the lead is handed over, the others
   * are told, and the socket, the worker, timers and channels are gone when the promise resolves. More calls do no harm.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** {@linkcode Democracy.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** `signal` is the one that closes it by having aborted. */
  async #close(signal?: AbortSignal): Promise<void> {
    this.#host.view.silence(true);
    this.#work.end("closed");
    this.#settle.reject(closedError("join", this.id, signal));
    this.#over.abort(closedError("lead", this.id, signal));
    void this.#minting?.request(null);
    await this.#host.close();
    this.#endOffice("closed");
    this.#roster.clear();
    this.#resignations.end();
  }

  /** Says it to the logger. */
  protected override advise(text: string): void {
    this.#logger.warn(text);
  }

  #giveAway(resignation: Resignation): Promise<void> {
    if (this.#over.signal.aborted || this.#closing !== undefined) return Promise.resolve();
    const { reason = "requested", to } = resignation;
    // Whether the one that is named can lead is found out first: until then nothing changes.
    if (to === undefined) {
      this.#host.view.silence(true);
      this.#work.end(reason);
    }
    return this.#resignations.open(to, (request) => this.#host.post({ type: "resign", request, ...resignation }));
  }

  #spread(message: EncodedMessage): void {
    const { signal } = this.#over;
    if (signal.reason instanceof ClosedError) throw closedError(message.channel ? "publish" : "send", this.id);
    signal.throwIfAborted();
    this.#host.post({ type: "send", ...message }, transferOf(message));
  }

  #hear(news: News): void {
    switch (news.type) {
      case "ready":
        return this.#begin(news.address);
      case "added":
        this.#roster.set(news.member);
        return this.#emit("added", news.member);
      case "updated":
        return this.#roster.set(news.member);
      case "removed":
        this.#roster.delete(news.member);
        return this.#emit("removed", news.member);
      case "leader":
        this.#roster.leader = news.leader;
        return this.#emit("leader", news.leader);
      case "elected":
        this.#office = { id: news.id, token: news.token };
        this.#emit("elected", this.#office);
        return this.#work.begin();
      case "resigned":
        return this.#endOffice(news.reason);
      case "mint":
        return void this.#minting?.request(news.term);
      case "message":
        return this.#deliver(news);
      case "warning":
        return this.#logger.warn(news.text);
      default:
        // It is `done`: any other report has no request, and does not compile.
        this.#resignations.answer(news.request, news.obstacle);
        if (this.#resignations.size === 0 && this.#closing === undefined) this.#host.view.silence(false);
    }
  }

  #begin(address: string): void {
    this.#roster.self.source = address;
    this.#logger.info(`Joined ${this.#settings.cluster} as ${this.id} at ${address}`);
    this.#settle.resolve();
    const { signal } = this.#over;
    if (signal.aborted) return;
    void followDiscovery(this.#discovery, {
      signal,
      source: address,
      logger: this.#logger,
      clusterSize: this.#settings.clusterSize,
      isAlive: (peer) => this.#roster.isAt(peer),
      patience: PATIENCE_TIMEOUTS * this.#settings.timeout,
      onVoters: (found) => {
        this.#roster.self.voter = found.voters?.includes(address) ?? true;
        this.#host.post({ type: "peers", ...found });
      },
    });
  }

  #deliver({ name, body, from }: Extract<News, { type: "message" }>): void {
    // What it costs to read is for its sender to choose: nothing, where nobody wants to know.
    if (!this.hears(name)) return this.#host.counters.dropped("no-listener");
    const value = decodeValue(body);
    if (value === undefined) this.#host.counters.dropped("bad-value");
    else this.dispatchEvent(new CustomMessageEvent(name, value.value, from));
  }

  #emit<Name extends keyof LifecycleEvents>(name: Name, detail: LifecycleEvents[Name]): void {
    if (name !== "error") this.#logger.info(name, detail);
    // The console is for trouble that nobody hears of otherwise.
    else if (!this.#logger.isFallback() || !this.hears(name)) {
      this.#logger.error("The election failed on this machine", detail);
    }
    emit(this, name, detail);
  }

  #endOffice(reason: ResignReason): void {
    const office = this.#office;
    if (office === undefined) return;
    this.#office = undefined;
    this.#work.end(reason);
    this.#emit("resigned", { ...office, reason });
  }

  /** The loop is gone, and with it all that this member knew. */
  #die(error: Error): void {
    this.#settle.reject(error);
    this.#over.abort(error);
    void this.#minting?.request(null);
    this.#endOffice("worker-died");
    const { leader } = this.#roster;
    const peers = this.#roster.clear();
    if (leader !== null) this.#emit("leader", null);
    for (const peer of peers) this.#emit("removed", peer);
    this.#resignations.end();
    this.#emit("error", error);
  }
}
