/**
 * How long answers take: RFC 6298, which TCP waits by.
 *
 * @module
 */

/** Of the round trips so far, in ms. */
export interface RoundTrips {
  /** Smoothed; NaN before the first. */
  mean: number;
  /** How much they vary. */
  deviation: number;
}

const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;

/** Takes another round trip of `ms`. */
export function noteRoundTrip(trips: RoundTrips, ms: number): void {
  if (Number.isNaN(trips.mean)) {
    trips.mean = ms;
    trips.deviation = ms / 2;
    return;
  }
  trips.deviation += DEVIATION_GAIN * (Math.abs(ms - trips.mean) - trips.deviation);
  trips.mean += MEAN_GAIN * (ms - trips.mean);
}

/** ms after which an answer that has not come is probably lost; 0 while nothing is known. */
export function answerTime({ mean, deviation }: RoundTrips): number {
  return Number.isNaN(mean) ? 0 : mean + DEVIATIONS * deviation;
}
