/**
 * Messages for members that have not told yet what to show them: they are known from others only, and believe nothing before.
 *
 * @module
 */

import type { Boot } from "../core/message/message.ts";
import { LIMITS } from "../limits.ts";
import type { DataFragment } from "../wire/fragments.ts";

interface Waiting {
  readonly pieces: DataFragment[];
  readonly until: number;
}

/** What waits, by the boot of its receiver. Best effort, as messages are: what does not fit, or waits for too long, is lost. */
export class WaitingMessages {
  readonly #byBoot = new Map<Boot, Waiting>();
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps the pieces of a message.
   *
   * @param boot The process that they are for.
   * @param pieces All of a message.
   * @param until When to give up, monotonic ms.
   * @returns Whether there was room.
   */
  hold(boot: Boot, pieces: readonly DataFragment[], until: number): boolean {
    const bytes = bytesOf(pieces);
    if (this.#bytes + bytes > LIMITS.waitingMessageBytes) return false;
    this.#bytes += bytes;
    const known = this.#byBoot.get(boot);
    if (known === undefined) this.#byBoot.set(boot, { pieces: [...pieces], until });
    else known.pieces.push(...pieces);
    return true;
  }

  /** What waits for the process, in order; it waits no longer. */
  take(boot: Boot): readonly DataFragment[] {
    const waiting = this.#byBoot.get(boot);
    if (waiting === undefined) return [];
    this.#byBoot.delete(boot);
    this.#bytes -= bytesOf(waiting.pieces);
    return waiting.pieces;
  }

  /** Gives up what has waited until `now`, in monotonic ms. */
  expire(now: number): void {
    for (const [boot, { until }] of this.#byBoot) if (now >= until) this.take(boot);
  }
}

function bytesOf(pieces: readonly DataFragment[]): number {
  return pieces.reduce((bytes, { payload }) => bytes + payload.length, 0);
}
