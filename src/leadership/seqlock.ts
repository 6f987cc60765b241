/**
 * Numbers in memory that two threads share: one writes them together, and the other never reads a mix of two writes.
 *
 * A seqlock (H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012) of two slots. The writer fills
 * the one that the version does not name and then names it: a writer that loses its processor halfway keeps nobody from reading. Every
 * cell is read and written by `Atomics`: plain accesses may be reordered around the version on a weakly ordered processor.
 *
 * @module
 */

/** Its lowest bit names the slot that holds. */
const VERSION_WORD = 0;
/** Where the slots begin; the version has a pair of words for itself. */
const SLOTS = 2;
const HIGH = 2 ** 32;
/** A reader fails only when two writes happen while it reads. */
const ATTEMPTS = 64;

/** Integers that change together. */
export class Seqlock {
  readonly #words: Int32Array;
  readonly #count: number;

  /** `count` integers in `buffer`, from `byte` on, which is a multiple of 4. */
  constructor(buffer: SharedArrayBuffer, byte: number, count: number) {
    this.#words = new Int32Array(buffer, byte, Seqlock.bytes(count) / 4);
    this.#count = count;
  }

  /** The bytes that so many integers take. */
  static bytes(count: number): number {
    return 4 * (SLOTS + 4 * count);
  }

  /** Changes with each write. */
  get version(): number {
    return Atomics.load(this.#words, VERSION_WORD);
  }

  /** Writes all of them. Fractions are cut off. */
  write(...values: readonly number[]): void {
    const slot = this.#slotOf(this.version + 1);
    for (let place = 0; place < this.#count; place++) this.#put(slot + 2 * place, values[place] ?? 0);
    Atomics.add(this.#words, VERSION_WORD, 1);
  }

  /** Reads all of them into `values`; returns the version that they have, or undefined where they changed all the time. */
  read(values: number[]): number | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { version } = this;
      const slot = this.#slotOf(version);
      for (let place = 0; place < this.#count; place++) values[place] = this.#get(slot + 2 * place);
      if (this.version === version) return version;
    }
    return undefined;
  }

  #slotOf(version: number): number {
    return SLOTS + (version & 1) * 2 * this.#count;
  }

  #put(word: number, value: number): void {
    const whole = Math.floor(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)));
    const high = Math.floor(whole / HIGH);
    Atomics.store(this.#words, word, high);
    Atomics.store(this.#words, word + 1, whole - high * HIGH);
  }

  #get(word: number): number {
    return Atomics.load(this.#words, word) * HIGH + (Atomics.load(this.#words, word + 1) >>> 0);
  }
}
