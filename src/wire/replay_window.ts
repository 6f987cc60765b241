/**
 * Which sequence numbers were seen.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";

const SPAN = LIMITS.replaySpan;

/**
 * Remembers the newest numbers one by one and takes all older ones for seen, as RFC 6479 does for IPsec:
 * datagrams may overtake each other, and none counts twice.
 */
export class ReplayWindow {
  readonly #bits = new Uint32Array(SPAN / 32);
  #newest = -1;

  /** Whether the number may be the first of its kind. */
  isFresh(sequence: number): boolean {
    if (sequence > this.#newest) return true;
    if (sequence <= this.#newest - SPAN) return false;
    const slot = sequence % SPAN;
    return ((this.#bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) === 0;
  }

  /** Marks a fresh number as seen. */
  mark(sequence: number): void {
    if (sequence > this.#newest) {
      if (sequence - this.#newest >= SPAN) this.#bits.fill(0);
      else for (let skipped = this.#newest + 1; skipped < sequence; skipped++) this.#set(skipped % SPAN, false);
      this.#newest = sequence;
    }
    this.#set(sequence % SPAN, true);
  }

  #set(slot: number, seen: boolean): void {
    const bit = 1 << (slot & 31);
    const word = this.#bits[slot >>> 5] ?? 0;
    this.#bits[slot >>> 5] = seen ? word | bit : word & ~bit;
  }
}
