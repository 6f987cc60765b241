/**
 * Waits for a time, or for a condition and a bounded time.
 *
 * @module
 */

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `condition` holds; rejects when it has not after `ms`. */
export async function until(what: string, condition: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await sleep(5);
  }
}

/** Blocks this thread. */
export function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
