/**
 * Datagrams on their way out. The system may read one later than it was handed over, so that each has bytes of its own; those
 * are used again once it is gone.
 *
 * @module
 */

/** A datagram, and what is to be called once it is gone. */
export interface Outgoing {
  readonly bytes: Uint8Array;
  readonly sent: (error: Error | null) => void;
}

/** What is kept for datagrams to come, which have the same few lengths all day. */
const KEPT_LENGTHS = 64;
const KEPT_BYTES = 2048;

/** Copies of datagrams. */
export class OutgoingPool {
  /** By their length. */
  readonly #free = new Map<number, Outgoing[]>();
  readonly #failed: () => void;
  #size = 0;

  /** `failed` is called for each datagram that could not be sent. */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  /** How many wait to be used again. */
  get size(): number {
    return this.#size;
  }

  /** A copy of `bytes`, to be sent once. */
  copy(bytes: Uint8Array): Outgoing {
    const outgoing = this.#take(bytes.length) ?? this.#make(bytes.length);
    outgoing.bytes.set(bytes);
    return outgoing;
  }

  #take(length: number): Outgoing | undefined {
    const free = this.#free.get(length)?.pop();
    if (free !== undefined) this.#size--;
    return free;
  }

  #make(length: number): Outgoing {
    const outgoing: Outgoing = {
      bytes: new Uint8Array(length),
      sent: (error) => {
        if (error) this.#failed();
        this.#keep(outgoing);
      },
    };
    return outgoing;
  }

  #keep(outgoing: Outgoing): void {
    const { length } = outgoing.bytes;
    if (length > KEPT_BYTES) return;
    // Lengths that are not used any more would be in the way for ever.
    if (this.#size >= KEPT_LENGTHS) this.#clear();
    const free = this.#free.get(length);
    if (free === undefined) this.#free.set(length, [outgoing]);
    else free.push(outgoing);
    this.#size++;
  }

  #clear(): void {
    this.#free.clear();
    this.#size = 0;
  }
}
