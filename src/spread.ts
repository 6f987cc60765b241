/**
 * Shards: names that are spread over the members, each led by one of them.
 *
 * @module
 */

import type { LeaderInfo } from "./core/effect.ts";
import { describe } from "./errors.ts";
import { TypedEvents } from "./leadership/events.ts";
import type { Seat } from "./leadership/seat.ts";
import { checkElectionName } from "./options/election_options.ts";

/** A shard that this member has. */
export interface Shard {
  /** As it was given to `spread`. */
  readonly name: string;
  /** The fencing token of this leadership: send it along with every write. */
  readonly token: number;
  /** Aborts when the shard has to be given up, or was lost; its reason is an Error that says why. */
  readonly signal: AbortSignal;
}

/** What is done with shards. */
export interface SpreadHandlers {
  /** This member has the shard from now on. May go on for as long as the signal does not abort. */
  start(shard: Shard): unknown;
  /** The shard is given up. No other member starts it before this has ended, and what `start` returned, or `patience` is over. */
  stop?(shard: Shard): unknown;
}

/** How shards are spread. */
export interface SpreadOptions {
  /**
   * ms that a shard which is given up waits for `start` and `stop` to end before another member gets it.
   *
   * @default The member's `timeout`
   */
  readonly patience?: number;
  /** ms after an election before `start`; as `Options.settle` has it. */
  readonly settle?: number;
}

/** A seat for a shard: its end, and what moves it. */
export interface ShardSeat {
  readonly seat: Seat;
  /** Is called when another member should have it. */
  onRelocate(move: (to: string) => void): void;
  withdraw(): Promise<void>;
}

/** What shards need of their member. */
export interface SpreadOwner {
  readonly timeout: number;
  enter(name: string, target: EventTarget, settle: number): ShardSeat;
  leaderOf(name: string): LeaderInfo | null;
  beforeLeaving(farewell: () => Promise<void>): () => void;
  warn(message: string, error: unknown): void;
}

/** One shard in which this member stands. */
interface Held {
  readonly seat: ShardSeat;
  /** Ends the waiting for it, and aborts the signal of the work. */
  readonly stop: AbortController;
  /** Resolves when the work of the lead that is held now has ended. */
  work: Promise<void>;
}

/**
 * Names that are spread over all members that spread the same: each is led by one of them, and they move when members come and go.
 * `democracy.spread(names, { start, stop })` returns it.
 *
 * @example The partitions of a queue
 * ```ts
 * import { Democracy } from "@polis/democracy";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * const started = Promise.withResolvers<void>();
 * const partitions = democracy.spread(["orders-0", "orders-1"], {
 *   start: ({ name, token }) => {
 *     console.log(`consumes ${name} under token ${token}`);
 *     if (partitions.owned().length === 2) started.resolve();
 *   },
 *   stop: ({ name }) => console.log(`commits ${name}`),
 * });
 * await started.promise;
 * console.log(partitions.owner("orders-0")?.id === democracy.id);
 * ```
 */
export class Spread {
  readonly #handlers: SpreadHandlers;
  readonly #owner: SpreadOwner;
  readonly #patience: number;
  readonly #settle: number;
  readonly #held = new Map<string, Held>();
  readonly #callOff: () => void;

  /** Use {@linkcode Democracy.spread}. */
  constructor(names: Iterable<string>, handlers: SpreadHandlers, options: Required<SpreadOptions>, owner: SpreadOwner) {
    this.#handlers = checkHandlers(handlers);
    this.#owner = owner;
    this.#patience = options.patience;
    this.#settle = options.settle;
    this.#callOff = owner.beforeLeaving(() => this.#stopAll());
    this.#enterAll(checkNames(names));
  }

  /** The names of the shards that this member has now. */
  owned(): string[] {
    return [...this.#held].filter(([, { seat }]) => seat.seat.view.isLeader()).map(([name]) => name);
  }

  /**
   * Who has a shard, as this member knows: where to send what is for it.
   *
   * @param name Of the shard, whether this member stands for it or not.
   * @returns The member, or `null` while nobody has it.
   */
  owner(name: string): LeaderInfo | null {
    return this.#owner.leaderOf(name);
  }

  /**
   * From now on there are these shards. Those that are no more are given up, as `stop` has it.
   *
   * @param names All of them.
   * @returns Resolves when those that are no more have ended here.
   * @throws TypeError Or RangeError where one is no name of an election; then nothing changes.
   */
  async update(names: Iterable<string>): Promise<void> {
    const wanted = checkNames(names);
    const gone = [...this.#held.keys()].filter((name) => !wanted.has(name));
    this.#enterAll(wanted);
    await Promise.all(gone.map((name) => this.#leave(name)));
  }

  /** Gives all shards up, as `stop` has it, and stands for none any more. */
  async close(): Promise<void> {
    this.#callOff();
    await Promise.all([...this.#held.keys()].map((name) => this.#leave(name)));
  }

  #enterAll(names: ReadonlySet<string>): void {
    for (const name of names) if (!this.#held.has(name)) this.#enter(name);
  }

  #enter(name: string): void {
    const seat = this.#owner.enter(name, new TypedEvents(), this.#settle);
    const held: Held = { seat, stop: new AbortController(), work: Promise.resolve() };
    this.#held.set(name, held);
    seat.onRelocate((to) => void this.#move(held, to));
    void this.#serve(name, held);
  }

  /** Has the shard whenever this member leads it, until it is no more. */
  async #serve(name: string, { seat: { seat }, stop: { signal } }: Held): Promise<void> {
    const held = this.#held.get(name)!;
    await seat.work.whileLeading(async (lead) => {
      const ended = Promise.withResolvers<void>();
      held.work = ended.promise;
      try {
        await this.#work({ name, ...lead });
      } finally {
        ended.resolve();
      }
    }, { signal }).catch((error) => this.#owner.warn(`The shard "${name}" is not served any more`, error));
  }

  async #work(shard: Shard): Promise<void> {
    const { signal } = shard;
    try {
      await this.#handlers.start(shard);
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    } finally {
      await this.#handlers.stop?.(shard);
    }
  }

  /** Another member comes first now: it gets the shard once the work here has ended. */
  async #move(held: Held, to: string): Promise<void> {
    const { seat: { seat } } = held;
    const { token } = seat;
    if (token === null) return;
    seat.work.end("outweighed");
    await this.#ended(held);
    if (seat.token === token) await seat.giveAway({ reason: "outweighed", to }).catch(() => seat.giveAway({}));
  }

  async #leave(name: string): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined) return;
    this.#held.delete(name);
    held.seat.seat.work.end("requested");
    await this.#ended(held);
    held.stop.abort(new Error(`The shard "${name}" is spread no longer`));
    await held.seat.withdraw();
  }

  /** The member leaves: what is served here ends before others are told. */
  async #stopAll(): Promise<void> {
    await Promise.all([...this.#held.values()].map((held) => {
      held.seat.seat.work.end("closed");
      return this.#ended(held);
    }));
  }

  /** Waits for the work of a shard, for as long as it may take. */
  async #ended({ work }: Held): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, this.#patience));
    await Promise.race([work, patience]);
    clearTimeout(timer);
  }
}

function checkNames(names: Iterable<string>): Set<string> {
  if (typeof names === "string" || typeof names !== "object" || names === null) {
    throw new TypeError(`Cannot spread: "names" must be a list of names, got ${describe(names)}`);
  }
  return new Set([...names].map((name) => checkElectionName(name)));
}

function checkHandlers(handlers: SpreadHandlers): SpreadHandlers {
  if (typeof handlers?.start !== "function") {
    throw new TypeError(`Cannot spread: "start" must be a function, got ${describe(handlers?.start)}`);
  }
  if (handlers.stop === undefined || typeof handlers.stop === "function") return handlers;
  throw new TypeError(`Cannot spread: "stop" must be a function, got ${describe(handlers.stop)}`);
}
