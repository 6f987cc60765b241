/**
 * Warnings once for each outage: what goes on is not said again and again, and what strangers make happen does not fill a log.
 *
 * @module
 */

import { type Bucket, fullBucket, takeToken } from "../core/bucket.ts";
import { LIMITS } from "../limits.ts";

/** ms without a sign of a trouble after which the next one is another outage. */
const OVER = 60_000;
/** ms after which a trouble that goes on is said again. */
export const AGAIN = 600_000;

interface Outage {
  seenAt: number;
  readonly saidAt: number;
}

/** What goes on now. Times are monotonic ms. */
export class Outages {
  readonly #outages = new Map<string, Outage>();
  readonly #bucket: Bucket;

  constructor(now: number) {
    this.#bucket = fullBucket(LIMITS.warnings, now);
  }

  /**
   * Notes a sign of a trouble.
   *
   * @param trouble What it is, and with whom.
   * @returns Whether to say so now: it has just begun, or has lasted for ten minutes since it was said last, and not too much was said
   * of late.
   */
  isNews(trouble: string, now: number): boolean {
    const known = this.#outages.get(trouble);
    if (known !== undefined && now - known.seenAt < OVER && now - known.saidAt < AGAIN) {
      known.seenAt = now;
      return false;
    }
    if (!takeToken(this.#bucket, LIMITS.warnings, now)) return false;
    this.#outages.delete(trouble);
    this.#outages.set(trouble, { seenAt: now, saidAt: now });
    for (const oldest of this.#outages.keys()) {
      if (this.#outages.size <= LIMITS.outages) break;
      this.#outages.delete(oldest);
    }
    return true;
  }
}
