/**
 * The two clocks that a lease is looked at with, on the application's thread. Both count: the monotonic one stands still while a machine
 * is suspended, and the wall clock may be set back.
 *
 * @module
 */

/** How old the monotonic time of a check may be, in microseconds; see {@linkcode LeaseClock.isBefore}. */
const CHECK_AGE = 1_001;

// Taken once: an application's tests that replace the clocks shall not make two leaders.
const wallClock: () => number = Date.now;
const monotonicClock: () => number = performance.now.bind(performance);

/** Tells whether deadlines have passed, many times a millisecond. */
export class LeaseClock {
  // When the clocks were read last.
  #wall = -1;
  #monotonic = 0;

  /**
   * Whether neither deadline has passed: microseconds of the monotonic clock, and ms since 1970. The monotonic clock is read only when
   * the wall clock has moved by a millisecond, which halves the cost of a check in a busy loop; the comparison allows for that one.
   */
  isBefore(deadline: number, wallDeadline: number): boolean {
    const wall = wallClock();
    if (wall !== this.#wall) {
      this.#wall = wall;
      this.#monotonic = monotonicClock() * 1000 + CHECK_AGE;
    }
    return this.#monotonic < deadline && wall < wallDeadline;
  }

  /** ms until the earlier of two such deadlines; 0 once it has passed. */
  static until(deadline: number, wallDeadline: number): number {
    return Math.max(0, Math.min(deadline / 1000 - monotonicClock(), wallDeadline - wallClock()));
  }
}
