/**
 * A pause that ends early.
 *
 * @module
 */

import { onAbort } from "./abort.ts";

/** Resolves after `ms`, or as soon as `signal` aborts; leaves no timer and no listener behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      callOff();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const callOff = onAbort(signal, end);
  });
}
