/**
 * The last things that happened, numbered, so that a reader of server-sent events can go on where it stopped.
 *
 * @module
 */

/** Something that happened. */
export interface Entry {
  /** Grows by one with each entry. */
  readonly sequence: number;
  /** The name of the event. */
  readonly event: string;
  /** JSON in one line. */
  readonly data: string;
}

/** The newest entries, as many as its capacity allows. */
export class Journal {
  readonly #capacity: number;
  /** Numbers of another start of this program mean nothing here. */
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  readonly #entries: Entry[] = [];
  #last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The number of the newest entry; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Takes an entry, and forgets the oldest where there are too many. */
  append(event: string, data: unknown): void {
    this.#last++;
    this.#entries.push({ sequence: this.#last, event, data: JSON.stringify(data) });
    if (this.#entries.length > this.#capacity) this.#entries.shift();
  }

  /** Whether everything after that number is still known. */
  reaches(sequence: number): boolean {
    return sequence <= this.#last && sequence >= this.#last - this.#entries.length;
  }

  /** The entry after that number, where there is one. */
  after(sequence: number): Entry | undefined {
    return this.#entries[sequence - this.#last + this.#entries.length];
  }

  /** What a reader is told of a number, and gives back as `Last-Event-ID`. */
  idOf(sequence: number): string {
    return `${this.#epoch}-${sequence}`;
  }

  /** The number behind such an id; undefined for one of another start, or of somebody's invention. */
  sequenceOf(id: string): number | undefined {
    const [, epoch, digits] = /^([0-9a-f]{8})-([0-9]{1,15})$/u.exec(id) ?? [];
    return epoch === this.#epoch ? Number(digits) : undefined;
  }
}
