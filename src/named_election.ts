/**
 * A named election, as the application holds it.
 *
 * @module
 */

import type { LeaderInfo } from "./core/effect.ts";
import type { Election } from "./election.ts";
import { describe } from "./errors.ts";
import { TypedEvents } from "./leadership/events.ts";
import type { Seat } from "./leadership/seat.ts";
import type { LeadWork, WhileLeadingOptions } from "./leadership/work.ts";

/** What a named election needs of its member. */
export interface NamedElectionOwner {
  readonly id: string;
  /** Stands there; the events come to `target`. */
  enter(target: EventTarget): Seat;
  /** Hands over, and stands there no longer. */
  withdraw(): Promise<void>;
  /** Says it to the logger. */
  advise(text: string): void;
}

/**
 * One of many elections over one membership: `democracy.election("invoices")`. Its events are `elected`, `resigned` and `leader`.
 *
 * @example
 * ```ts
 * import { Democracy } from "@polis/democracy";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * const invoices = democracy.election("invoices");
 * await invoices.lead(({ token }) => console.log(`sends invoices under token ${token}`));
 * await invoices.withdraw();
 * ```
 */
export class NamedElection extends TypedEvents implements Election {
  /** The name of the election. */
  readonly name: string;
  readonly #owner: NamedElectionOwner;
  readonly #seat: Seat;

  /** Use {@linkcode Democracy.election}. */
  constructor(name: string, owner: NamedElectionOwner) {
    super();
    this.name = name;
    this.#owner = owner;
    this.#seat = owner.enter(this);
  }

  /** The name of this member. */
  get id(): string {
    return this.#owner.id;
  }

  /** The fencing token while this member leads, else `null`. It grows with every leadership of this election. */
  get token(): number | null {
    return this.#seat.token;
  }

  /** Whether this member leads at this instant. Synchronous, costs well under a microsecond, and is true to the clock. */
  isLeader(): boolean {
    return this.#seat.view.isLeader();
  }

  /** ms for which this member leads for certain, unless the lease is renewed in the meantime; 0 when it does not lead. */
  remaining(): number {
    return this.#seat.view.remaining();
  }

  /** Who leads, as this member knows, or `null`. */
  leader(): LeaderInfo | null {
    return this.#seat.leader();
  }

  /**
   * Waits until this member leads, and then runs `work` once; see {@linkcode Democracy.lead}.
   *
   * @param work Is given the fencing token, and a signal that aborts when the lead is lost.
   * @param options `signal` ends the waiting, and aborts the signal of `work`.
   * @returns What `work` returns.
   * @throws ClosedError When the member is closed before it leads; what `work` throws.
   */
  lead<Result>(work: LeadWork<Result>, options?: { readonly signal?: AbortSignal }): Promise<Result> {
    return this.#seat.work.lead(work, options);
  }

  /**
   * Runs `work` at every new lead; see {@linkcode Democracy.whileLeading}.
   *
   * @param work As `lead` has it.
   * @param options `signal` ends it as closing does.
   * @returns Resolves when the member is closed or `signal` aborts, once `work` has ended.
   */
  whileLeading(work: LeadWork<unknown>, options?: WhileLeadingOptions): Promise<void> {
    return this.#seat.work.whileLeading(work, options);
  }

  /**
   * Gives the lead away, to the member that comes next or to the one that is named, and leaves it to others for two timeouts.
   *
   * @param options `to` is the id of the next leader.
   * @throws HandOverError Where that member cannot lead now; this one goes on then.
   */
  resign({ to }: { readonly to?: string } = {}): Promise<void> {
    if (to === undefined || typeof to === "string") return this.#seat.giveAway({ to });
    return Promise.reject(new TypeError(`Cannot resign: "to" must be the id of a member, got ${describe(to)}`));
  }

  /** Hands over, and stands here no longer; this member still votes. `democracy.election(name)` then makes a new object. */
  withdraw(): Promise<void> {
    return this.#owner.withdraw();
  }

  /** Says it to the logger. */
  protected override advise(text: string): void {
    this.#owner.advise(text);
  }
}
