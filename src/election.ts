/**
 * An election as the application has it: what `Democracy` and a named election have in common.
 *
 * @module
 */

import type { LeaderInfo } from "./core/effect.ts";
import type { LifecycleHandler } from "./leadership/events.ts";
import type { ElectionEvents } from "./leadership/seat.ts";
import type { LeadWork, WhileLeadingOptions } from "./leadership/work.ts";

/**
 * One election in which this process stands. {@linkcode Democracy} is itself the default one; `democracy.election(name)` returns others.
 *
 * @example What needs an election, and not a whole member
 * ```ts
 * import type { Election } from "@polis/democracy";
 *
 * async function sendInvoices(election: Election): Promise<void> {
 *   await election.lead(({ token }) => console.log(`sends invoices under token ${token}`));
 * }
 * ```
 */
export interface Election {
  /** The name of this member. */
  readonly id: string;
  /** The fencing token while this member leads, else `null`. It grows with every leadership of this election. */
  readonly token: number | null;
  /** Whether this member leads at this instant. Synchronous, and true to the clock. */
  isLeader(): boolean;
  /** ms for which this member leads for certain, unless the lease is renewed in the meantime; 0 when it does not lead. */
  remaining(): number;
  /** Who leads, as this member knows, or `null`. */
  leader(): LeaderInfo | null;
  /** Waits until this member leads, and then runs `work` once. */
  lead<Result>(work: LeadWork<Result>, options?: { readonly signal?: AbortSignal }): Promise<Result>;
  /** Runs `work` at every new lead. */
  whileLeading(work: LeadWork<unknown>, options?: WhileLeadingOptions): Promise<void>;
  /** Gives the lead away: to the member that comes next, or to the one with the id `to`. */
  resign(options?: { readonly to?: string }): Promise<void>;
  /** Calls `handler` on each such event. */
  on<Name extends keyof ElectionEvents>(name: Name, handler: LifecycleHandler<Name>): this;
  /** Calls `handler` on the next such event only. */
  once<Name extends keyof ElectionEvents>(name: Name, handler: LifecycleHandler<Name>): this;
  /** Calls `handler` no more. */
  off<Name extends keyof ElectionEvents>(name: Name, handler: LifecycleHandler<Name>): this;
}
