/**
 * A token bucket: so many at once, and so many a second.
 *
 * @module
 */

/** What is left in a bucket, and when that was. Times are monotonic ms. */
export interface Bucket {
  tokens: number;
  at: number;
}

/** How much a bucket holds, and how fast it is filled. */
export interface Rate {
  readonly atOnce: number;
  readonly perSecond: number;
}

/** A full bucket. */
export function fullBucket({ atOnce }: Rate, now: number): Bucket {
  return { tokens: atOnce, at: now };
}

/** Takes one out; whether there was one. */
export function takeToken(bucket: Bucket, { atOnce, perSecond }: Rate, now: number): boolean {
  bucket.tokens = Math.min(atOnce, bucket.tokens + (now - bucket.at) * perSecond / 1000);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
