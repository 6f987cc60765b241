/**
 * Many that wait for one signal to abort.
 *
 * @module
 */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` once when the signal aborts, at once where it has; returns what calls it off. However many wait, the signal has
 * one listener: Node takes more than ten for a leak, and prints a warning.
 *
 * @param signal What may abort.
 * @param act Must not throw.
 * @returns Calls it off; more calls do no harm.
 *
 * @example
 * ```ts
 * import { onAbort } from "./abort.ts";
 *
 * const stop = new AbortController();
 * const callOff = onAbort(stop.signal, () => console.log("stopped"));
 * callOff();
 * stop.abort();
 * ```
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  const acts = waiting.get(signal) ?? listen(signal);
  // Each wait is another one, even if it is for the same function.
  const once = (): void => act();
  acts.add(once);
  return () => {
    if (!acts.delete(once) || acts.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", aborted);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  signal.addEventListener("abort", aborted, { once: true });
  return acts;
}

function aborted(this: AbortSignal): void {
  const acts = waiting.get(this);
  waiting.delete(this);
  if (acts === undefined) return;
  for (const act of acts) act();
  acts.clear();
}
