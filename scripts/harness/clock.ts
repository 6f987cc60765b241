/**
 * One clock for all processes of this machine. `performance.now()` starts at zero in each process, and in Deno so does
 * `process.hrtime`; only the wall clock is common to all, and that has milliseconds.
 *
 * @module
 */

/** Ticks of the wall clock looked at: one that came while the process was not running is told apart by the others. */
const TICKS = 4;

/** ms since 1970 with the resolution of the monotonic clock. */
export class MachineClock {
  #offset = measureOffset();

  /** To be called once for each measurement: the wall clock may be slewed, and all processes must agree on it. */
  calibrate(): void {
    this.#offset = measureOffset();
  }

  /** The time now. Two processes that calibrated at about the same time agree to some 10 µs. */
  now(): number {
    return performance.now() + this.#offset;
  }
}

/** A tick of the wall clock is noticed late or in time, never early: the greatest difference is the best. */
function measureOffset(): number {
  let offset = -Infinity;
  for (let tick = 0; tick < TICKS; tick++) {
    const before = Date.now();
    let wall = before;
    while (wall === before) wall = Date.now();
    offset = Math.max(offset, wall - performance.now());
  }
  return offset;
}
