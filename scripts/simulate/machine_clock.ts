/**
 * The two clocks of a simulated machine, against true time. All times are ms.
 *
 * @module
 */

/** A monotonic clock and a wall clock that run at their own rates, step, and stand still in a suspended machine. */
export class MachineClock {
  #base = 0;
  #monotonic: number;
  #wall: number;
  #rate: number;
  #wallRate: number;
  #suspended = false;

  constructor(options: { origin: number; wall: number; rate: number; wallRate: number }) {
    this.#monotonic = options.origin;
    this.#wall = options.wall;
    this.#rate = options.rate;
    this.#wallRate = options.wallRate;
  }

  /** The monotonic clock at a true instant. */
  monotonicAt(time: number): number {
    return this.#suspended ? this.#monotonic : this.#monotonic + (time - this.#base) * this.#rate;
  }

  /** The wall clock at a true instant. */
  wallAt(time: number): number {
    return this.#wall + (time - this.#base) * this.#wallRate;
  }

  /** When the monotonic clock will show a time, if nothing changes. */
  whenMonotonic(local: number): number {
    if (this.#suspended) return Infinity;
    return this.#base + (local - this.#monotonic) / this.#rate;
  }

  /** When the wall clock will show a time, if nothing changes. */
  whenWall(wall: number): number {
    return this.#base + (wall - this.#wall) / this.#wallRate;
  }

  /** Changes how fast both clocks run. */
  setRates(time: number, rate: number, wallRate: number): void {
    this.#rebase(time);
    this.#rate = rate;
    this.#wallRate = wallRate;
  }

  /** Sets the wall clock forward, or back. */
  stepWall(time: number, by: number): void {
    this.#rebase(time);
    this.#wall += by;
  }

  /** The monotonic clock stands still from here. */
  suspend(time: number): void {
    this.#rebase(time);
    this.#suspended = true;
  }

  /** The monotonic clock runs again. */
  resume(time: number): void {
    this.#rebase(time);
    this.#suspended = false;
  }

  #rebase(time: number): void {
    const monotonic = this.monotonicAt(time);
    const wall = this.wallAt(time);
    this.#base = time;
    this.#monotonic = monotonic;
    this.#wall = wall;
  }
}
