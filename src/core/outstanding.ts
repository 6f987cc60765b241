/**
 * Pings that may still be answered.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";

interface Slot {
  nonce: number;
  sentAt: number;
}

/** No ping carries it. */
const FREE = -1;

/** The latest pings to one member. Their places are used again, because every heartbeat takes one. */
export class Outstanding {
  readonly #slots: Slot[] = [];

  /** How many places there are. */
  get size(): number {
    return this.#slots.length;
  }

  /** A ping was sent. Of too many the oldest is forgotten. */
  add(nonce: number, sentAt: number): void {
    let slot = this.#slots[0];
    for (const other of this.#slots) if (slot === undefined || other.sentAt < slot.sentAt) slot = other;
    if (slot !== undefined && (slot.nonce === FREE || this.#slots.length >= LIMITS.outstandingPings)) {
      slot.nonce = nonce;
      slot.sentAt = sentAt;
    } else this.#slots.push({ nonce, sentAt });
  }

  /** Takes the ping with that nonce, and returns when it was sent; undefined when there is none. */
  take(nonce: number): number | undefined {
    for (const slot of this.#slots) {
      if (slot.nonce !== nonce) continue;
      const { sentAt } = slot;
      slot.nonce = FREE;
      slot.sentAt = -Infinity;
      return sentAt;
    }
    return undefined;
  }

  /** Forgets all. */
  clear(): void {
    this.#slots.length = 0;
  }
}
