/**
 * What the guard of a command and the member say to each other.
 *
 * @module
 */

import type { Timing } from "./timing.ts";

/** From the guard. */
export type GuardReport =
  /**
   * Does the lease still run? The times are the guard's own, and come back with the answer: however long that takes, and
   * whoever is paused meanwhile, the guard counts the lease from the time of its question, which is early.
   */
  | { readonly type: "ask"; readonly at: number; readonly wall: number }
  /** The command runs. */
  | { readonly type: "started" }
  /** The command has ended by itself. */
  | { readonly type: "exited"; readonly code: number | null; readonly signal: string | null }
  /** The command cannot be started. */
  | { readonly type: "failed"; readonly code: string | undefined; readonly message: string }
  /** The command is being ended, for want of time or because the lead is lost. */
  | { readonly type: "ending" };

/** To the guard. */
export type GuardCommand =
  /** This member leads: start asking, and start the command with the first good answer. */
  | { readonly type: "arm" }
  /**
   * A signal for a command that is not known to run yet. If it runs it gets the signal; if not, a signal that `ends` keeps it
   * from being started.
   */
  | { readonly type: "signal"; readonly name: NodeJS.Signals; readonly ends: boolean }
  /** The answer: ms that are left under this token, or 0. */
  | {
    readonly type: "lease";
    readonly at: number;
    readonly wall: number;
    readonly remaining: number;
    readonly token: number;
  };

/** What a guard is started with. */
export interface Assignment {
  readonly command: readonly string[];
  readonly timing: Timing;
}
