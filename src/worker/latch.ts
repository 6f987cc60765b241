/**
 * A gate in shared memory, which one thread opens and another can wait at while it does nothing else.
 *
 * @module
 */

/** Both threads hold one of these over the same buffer. */
export class Latch {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #cell: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cell = new Int32Array(buffer);
  }

  /** Shuts it again. */
  shut(): void {
    Atomics.store(this.#cell, 0, 0);
  }

  /** Lets all pass that wait. */
  open(): void {
    Atomics.store(this.#cell, 0, 1);
    Atomics.notify(this.#cell, 0);
  }

  /** Blocks this thread until it is open, for `ms` at most. Returns whether it is. */
  wait(ms: number): boolean {
    return ms > 0 && Atomics.wait(this.#cell, 0, 0, ms) !== "timed-out" || Atomics.load(this.#cell, 0) === 1;
  }
}
