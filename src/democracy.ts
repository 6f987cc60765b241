/**
 * The object that the application holds.
 *
 * @module
 */

import type { LeaderInfo } from "./core/effect.ts";
import type { Election } from "./election.ts";
import { describe } from "./errors.ts";
import { checkMessageName, TypedEvents } from "./leadership/events.ts";
import type { QuorumInfo } from "./leadership/quorum.ts";
import type { NodeInfo } from "./leadership/roster.ts";
import type { LeadWork, WhileLeadingOptions } from "./leadership/work.ts";
import { BOUNDS } from "./limits.ts";
import { LocalMember } from "./local_member.ts";
import { NamedElection } from "./named_election.ts";
import { checkNumber } from "./options/checks.ts";
import {
  checkElectionName,
  type ElectionOptions,
  readElectionOptions,
  readSettle,
} from "./options/election_options.ts";
import { Spread, type SpreadHandlers, type SpreadOptions } from "./spread.ts";
import type { Options } from "./options.ts";
import type { Stats } from "./stats/counters.ts";
import { encodeValue } from "./wire/value.ts";

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
export class Democracy extends TypedEvents implements Election {
  /**
   * Resolves when the socket is bound. Rejects with an AddressInUseError, BindError, PermissionError or
   * WorkerError when the member cannot start, and with a ClosedError when it is closed before.
   */
  readonly ready: Promise<void>;
  readonly #member: LocalMember;
  readonly #elections = new Map<string, NamedElection>();
  readonly #spread = new Set<string>();

  /**
   * Joins the cluster. The options are checked at once; what needs the network is told by `ready`.
   *
   * Throws a TypeError or a RangeError that says which option is wrong, why, and what was given.
   */
  constructor(options: Options) {
    super();
    this.#member = new LocalMember(options, { target: this, hears: (name) => this.hears(name) });
    this.ready = this.#member.ready;
  }

  /** The name of this member. */
  get id(): string {
    return this.#member.settings.id;
  }

  /** The address that others know this member by, `ip:port`; where port 0 was asked for, complete once it is ready. */
  get source(): string {
    return this.#member.roster.self.source;
  }

  /**
   * The fencing token while this member leads, else `null`. It grows with every leadership in the cluster: a resource that
   * remembers the greatest one can refuse a leader of old.
   */
  get token(): number | null {
    return this.#member.seat.token;
  }

  /**
   * Whether this member leads at this instant. Synchronous, costs well under a microsecond, and is true to the
   * clock: after a pause of any length the first call already knows that the lease has run out.
   */
  isLeader(): boolean {
    return this.#member.host.view.isLeader();
  }

  /**
   * ms for which this member leads for certain, unless the lease is renewed in the meantime; 0 when it does not lead.
   * For work that cannot be stopped half-way: begin it only when it ends sooner.
   */
  remaining(): number {
    return this.#member.host.view.remaining();
  }

  /** Who leads, as this member knows, or `null`. */
  leader(): LeaderInfo | null {
    return this.#member.seat.leader();
  }

  /**
   * Stands in a named election from now on: one membership carries any number of them, and each has a leader, tokens and events of its
   * own. Every member votes in all; one that does not call this never leads there.
   *
   * @param name At most 64 bytes.
   * @param options How this member stands there; only the first call of a name has a say.
   * @returns The same object for the same name, until it withdraws.
   * @throws TypeError Or RangeError where the name or an option is none; ClosedError after `close()`.
   *
   * @example
   * ```ts
   * import { Democracy } from "@polis/democracy";
   *
   * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
   * const invoices = democracy.election("invoices");
   * invoices.on("elected", ({ token }) => console.log(`sends invoices under token ${token}`));
   * await invoices.lead(() => {});
   * ```
   */
  election(name: string, options: ElectionOptions = {}): NamedElection {
    const terms = readElectionOptions(options);
    const known = this.#elections.get(checkElectionName(name));
    if (known !== undefined) return known;
    const member = this.#member;
    this.#wantUnspread(name);
    const election = new NamedElection(name, {
      id: this.id,
      enter: (target) => member.enter(name, terms, target).seat,
      withdraw: () => {
        this.#elections.delete(name);
        return member.withdraw(name);
      },
      advise: (text) => member.advise(text),
    });
    this.#elections.set(name, election);
    return election;
  }

  /** Who leads each named election that this member knows of, by name, or `null`. The record has no prototype. */
  elections(): Record<string, LeaderInfo | null> {
    return this.#member.elections();
  }

  /**
   * Spreads names over all members that spread the same: each is led by one of them, `start` runs there, and `stop` has ended, or taken too
   * long, before another member starts it.
   *
   * @param names Of the shards; each is an election of its own.
   * @param handlers `start` is called for each shard that this member has.
   * @param options `patience` is how long a shard that moves waits for its `stop`, in ms.
   * @returns What tells who has which shard, and changes the names.
   * @throws TypeError Or RangeError where a name or an option is none; ClosedError after `close()`.
   */
  spread(names: Iterable<string>, handlers: SpreadHandlers, options: SpreadOptions = {}): Spread {
    const member = this.#member;
    const { timeout } = member.settings;
    const patience = checkNumber("patience", options.patience ?? timeout, {
      min: 0,
      max: BOUNDS.maxTimeout,
      unit: "ms",
    });
    return new Spread(names, handlers, { patience, settle: readSettle(options.settle) }, {
      timeout,
      enter: (name, target, settle) => {
        this.#wantUnspread(name);
        const named = member.enter(name, { byWeight: false, rebalances: "asked", settle }, target);
        this.#spread.add(name);
        return {
          seat: named.seat,
          onRelocate: (move) => named.relocate = move,
          withdraw: () => {
            this.#spread.delete(name);
            return member.withdraw(name);
          },
        };
      },
      leaderOf: (name) => member.leaderOf(name),
      beforeLeaving: (farewell) => member.beforeLeaving(farewell),
      warn: (message, error) => member.warn(message, error),
    });
  }

  /** An election of the application must not have the name of a shard. */
  #wantUnspread(name: string): void {
    if (!this.#spread.has(name) && !this.#elections.has(name)) return;
    throw new TypeError(
      `This member stands in the election "${name}" already: shards and elections need names of their own`,
    );
  }

  /** The members that are alive, self included, by id. The record has no prototype. */
  nodes(): Record<string, NodeInfo> {
    return this.#member.roster.nodes(this.isLeader());
  }

  /**
   * Who of the voters is there, and why nobody leads: for a page, a log or a person. It is what the loop told last, within an interval.
   *
   * @returns How many voters are needed and answer, each of them with its state, and `why` there is no leader, in words.
   *
   * @example
   * ```ts
   * import { Democracy } from "@polis/democracy";
   *
   * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
   * console.log(democracy.quorum().why); // why nobody leads yet
   * await democracy.lead(() => {});
   * console.log(democracy.quorum().why); // null
   * ```
   */
  quorum(): QuorumInfo {
    return this.#member.quorum();
  }

  /** What went over the network, and what of it was ignored and why. */
  stats(): Stats {
    return this.#member.host.counters.read();
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
    return this.#member.seat.work.lead(work, options);
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
    return this.#member.seat.work.whileLeading(work, options);
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
    if (to === undefined || typeof to === "string") return this.#member.seat.giveAway({ to });
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
    this.#member.spread({ name, channel: false, body: encodeValue(data) });
  }

  /** Like {@linkcode Democracy.send}, but to those members only that have subscribed to the channel. */
  publish(channel: string, data?: unknown): void {
    checkMessageName("Cannot publish", channel);
    this.#member.spread({ name: channel, channel: true, body: encodeValue(data) });
  }

  /**
   * From now on `on(channel, (data, from) => {})` hears what others publish there.
   *
   * Throws a TypeError when the name is reserved, a RangeError when it is too long, and a ClosedError after `close()`.
   */
  subscribe(channel: string): void {
    checkMessageName("Cannot subscribe", channel);
    this.#member.listen("subscribe", channel);
  }

  /** Ends {@linkcode Democracy.subscribe}. Throws a ClosedError after `close()`. */
  unsubscribe(channel: string): void {
    checkMessageName("Cannot unsubscribe", channel);
    this.#member.listen("unsubscribe", channel);
  }

  /**
   * Whether this member does its part: it has joined, so that a quorum counts it in, may vote if it is a voter, and has not begun
   * to close. What replaces members one by one should wait for it: it is what a readiness probe should ask, not who leads. A
   * member that has joined stays ready when it loses the others.
   */
  isReady(): boolean {
    return this.#member.isReady();
  }

  /**
   * Leaves the cluster: `isLeader()` is false when the call returns, the lead is handed over, the others
   * are told, and the socket, the worker, timers and channels are gone when the promise resolves. More calls do no harm.
   *
   * @param options `graceful` is for a process that is being replaced: as long as somebody else would lead, and the others are no
   * quorum of voters that vote, it goes on voting, for two timeouts at most. Another call without it ends that.
   */
  close(options: { readonly graceful?: boolean } = {}): Promise<void> {
    return this.#member.close(options);
  }

  /** {@linkcode Democracy.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Says it to the logger. */
  protected override advise(text: string): void {
    this.#member.advise(text);
  }
}
