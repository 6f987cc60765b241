/**
 * What one thread knows of another thread's monotonic clock.
 *
 * `performance.now()` counts from a different instant in each thread, and the threads' `timeOrigin`s are
 * too coarse to translate with. So the other thread says what its clock shows, by message and by stamp in shared
 * memory. When such a reading arrives the other clock shows that much *or more*: `reading - now` is a lower bound
 * of the offset, the greatest one seen is the closest, and a deadline translated with it comes early or in time,
 * never late. The clocks of two threads of one machine tick at one rate, so that a bound stays a bound.
 *
 * @module
 */

/** Translates times of this thread's monotonic clock into another thread's, erring on the early side. */
export class ClockOffset {
  #offset: number;

  /** Starts with a first reading: the other clock had shown `reading` when this one showed `now`, both in ms. */
  constructor(reading: number, now: number) {
    this.#offset = reading - now;
  }

  /** Takes another reading into account. */
  observe(reading: number, now: number): void {
    this.#offset = Math.max(this.#offset, reading - now);
  }

  /** At most what the other clock shows when this one shows `time`. */
  translate(time: number): number {
    return time + this.#offset;
  }
}
