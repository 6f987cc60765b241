/**
 * How much of this member's time strangers may take: what a datagram of an unknown process costs before it is known whether it is
 * authentic. Configured members have a share of their own, so that they are served however many others knock.
 *
 * @module
 */

import { type Bucket, fullBucket, takeToken } from "../core/bucket.ts";
import { isNamed, type MemberState } from "../core/citizen.ts";
import { LIMITS } from "../limits.ts";

/** Stands before the expensive part. Times are monotonic ms. */
export class Threshold {
  readonly #member: MemberState;
  readonly #named: Bucket;
  readonly #others: Bucket;

  constructor(member: MemberState, now: number) {
    this.#member = member;
    this.#named = fullBucket(LIMITS.derivations, now);
    this.#others = fullBucket(LIMITS.derivations, now);
  }

  /** Whether a datagram of an unknown process, from `source`, may be looked into. */
  admits(source: string, now: number): boolean {
    return takeToken(isNamed(this.#member, source) ? this.#named : this.#others, LIMITS.derivations, now);
  }
}
