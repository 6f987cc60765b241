/**
 * The signals that pass through to a command.
 *
 * @module
 */

import { constants } from "node:os";

/** Those after which a command, and then this program, is expected to end. */
export const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Those that a command may know something to do with. */
export const OTHER_SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

/** All that pass through. */
export const GUARDED_SIGNALS = [...ENDING_SIGNALS, ...OTHER_SIGNALS] as const;

/** What a shell makes of a program that a signal ended: 128 and its number. */
export function exitCodeOf(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal] ?? 0);
}
