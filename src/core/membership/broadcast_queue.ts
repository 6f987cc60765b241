/**
 * Which rumors are passed on next: those that were told the fewest times, each a bounded number of times, and of each
 * member only the newest. SWIM's infection-style dissemination.
 *
 * @module
 */

import { NO_RUMORS } from "../message/blank.ts";
import type { Rumor } from "../message/message.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "./rumor.ts";

interface Entry {
  readonly rumor: Rumor;
  readonly bytes: number;
  told: number;
}

/** Rumors that wait to ride on a datagram. */
export class BroadcastQueue {
  readonly #byAddress = new Map<string, Entry>();
  /** By how often they were told. */
  readonly #levels: Set<Entry>[] = [];

  /** How many rumors wait. */
  get size(): number {
    return this.#byAddress.size;
  }

  /** Whether something is being told of the member at that address. */
  has(address: string): boolean {
    return this.#byAddress.has(address);
  }

  /** Passes on a rumor from now on, instead of what was told of the same member before. */
  spread(rumor: Rumor): void {
    const before = this.#byAddress.get(rumor.address);
    if (before !== undefined) this.#levels[before.told]?.delete(before);
    const entry: Entry = { rumor, bytes: bytesOf(rumor), told: 0 };
    this.#byAddress.set(rumor.address, entry);
    this.#levelOf(0).add(entry);
  }

  /**
   * Takes the rumors for one datagram, of `room` bytes at most. Each counts as told unless that is `inVain`, and is dropped
   * after `limit` times.
   */
  take(room: number, limit: number, inVain = false): readonly Rumor[] {
    if (this.#byAddress.size === 0) return NO_RUMORS;
    const taken: Entry[] = [];
    let left = room;
    for (const level of this.#levels) {
      for (const entry of level) {
        if (left < LEAST_RUMOR_BYTES) break;
        if (entry.bytes > left) continue;
        left -= entry.bytes;
        taken.push(entry);
      }
    }
    if (!inVain) { for (const entry of taken) this.#told(entry, limit); }
    return taken.map(({ rumor }) => rumor);
  }

  #told(entry: Entry, limit: number): void {
    this.#levels[entry.told]!.delete(entry);
    entry.told += 1;
    if (entry.told >= limit) this.#byAddress.delete(entry.rumor.address);
    else this.#levelOf(entry.told).add(entry);
  }

  #levelOf(told: number): Set<Entry> {
    while (this.#levels.length <= told) this.#levels.push(new Set());
    return this.#levels[told]!;
  }
}
