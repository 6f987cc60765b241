/**
 * Where things came from last, in memory that two threads share.
 *
 * @module
 */

/** The longest is `[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535`. */
const LONGEST_SOURCE = 47;
/** How often it was written, counted up before and after; the length of the text; the text. */
const VERSION_BYTES = Int32Array.BYTES_PER_ELEMENT;
const SLOT_BYTES = VERSION_BYTES + 1 + LONGEST_SOURCE;
/** A reader that meets a writer looks again, so often. */
const READ_TRIES = 8;

/** One address for each of a few things. One thread writes, any may read. */
export class LastSources {
  /** What {@linkcode LastSources.bytesFor} so many things take. */
  static bytesFor(count: number): number {
    return count * SLOT_BYTES;
  }

  readonly #versions: Int32Array;
  readonly #bytes: Uint8Array;
  /** What this thread wrote last: an attacker writes a lot from one address. */
  readonly #written: (string | undefined)[] = [];

  /** Sources in `buffer` from `offset` on, which must be a multiple of four. */
  constructor(buffer: SharedArrayBuffer, offset: number, count: number) {
    const length = LastSources.bytesFor(count);
    this.#versions = new Int32Array(buffer, offset, length / VERSION_BYTES);
    this.#bytes = new Uint8Array(buffer, offset, length);
  }

  /** It came from `source`, an `ip:port`. */
  set(index: number, source: string): void {
    if (this.#written[index] === source || source.length > LONGEST_SOURCE) return;
    this.#written[index] = source;
    const start = index * SLOT_BYTES;
    const version = start / VERSION_BYTES;
    Atomics.add(this.#versions, version, 1);
    let at = start + VERSION_BYTES;
    this.#bytes[at++] = source.length;
    for (let place = 0; place < source.length; place++) this.#bytes[at++] = source.charCodeAt(place);
    Atomics.add(this.#versions, version, 1);
  }

  /** Where it came from last; undefined where it never came, or comes faster than can be read. */
  get(index: number): string | undefined {
    const start = index * SLOT_BYTES;
    const version = start / VERSION_BYTES;
    for (let tries = 0; tries < READ_TRIES; tries++) {
      const before = Atomics.load(this.#versions, version);
      const text = this.#read(start + VERSION_BYTES);
      if (before % 2 === 0 && before === Atomics.load(this.#versions, version)) return text === "" ? undefined : text;
    }
    return undefined;
  }

  #read(at: number): string {
    const length = Math.min(this.#bytes[at] ?? 0, LONGEST_SOURCE);
    return String.fromCharCode(...this.#bytes.slice(at + 1, at + 1 + length));
  }
}
