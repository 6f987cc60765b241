/**
 * Pings that may still be answered.
 *
 * @module
 */

import { LIMITS } from "../../limits.ts";

/** A ping that may be answered. */
export interface PendingPing {
  nonce: number;
  /** Monotonic ms. */
  sentAt: number;
}

/** No ping carries it. */
const FREE = -1;

/** The latest pings to one member. Their places are used again, because every heartbeat takes one. */
export class PendingPings {
  readonly #slots: PendingPing[] = [];

  /** How many places there are. */
  get size(): number {
    return this.#slots.length;
  }

  /** The place of a ping that is sent now, to be filled in. Of too many the oldest is forgotten. */
  add(): PendingPing {
    let slot = this.#slots[0];
    for (let place = 1; place < this.#slots.length; place++) {
      const other = this.#slots[place]!;
      if (slot === undefined || other.sentAt < slot.sentAt) slot = other;
    }
    if (slot !== undefined && (slot.nonce === FREE || this.#slots.length >= LIMITS.outstandingPings)) return slot;
    const added = { nonce: FREE, sentAt: -Infinity };
    this.#slots.push(added);
    return added;
  }

  /** The ping with that nonce; undefined when there is none. */
  find(nonce: number): PendingPing | undefined {
    for (let place = 0; place < this.#slots.length; place++) {
      const slot = this.#slots[place]!;
      if (slot.nonce === nonce) return slot;
    }
    return undefined;
  }

  /** The ping was answered. */
  free(slot: PendingPing): void {
    slot.nonce = FREE;
    slot.sentAt = -Infinity;
  }

  /** Forgets all. */
  clear(): void {
    this.#slots.length = 0;
  }
}
