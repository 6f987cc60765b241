/**
 * The answer to "do I lead?", in memory that the loop's thread and the application's thread share: no
 * message has to arrive before the application learns that its lead is over.
 *
 * The memory is a seqlock (H.-J. Boehm, "Can seqlocks get along with programming language memory
 * models?", MSPC 2012) of two slots. The writer fills the one that the version does not name and then names it: a
 * writer that loses its processor halfway keeps nobody from reading. Every cell is read and written by `Atomics`:
 * plain accesses may be reordered around the version on a weakly ordered processor, and a mix of two leases could
 * then be believed.
 *
 * @module
 */

/** Its lowest bit names the slot that holds. */
const VERSION_WORD = 0;
/** Where the slots begin, and how many words each has. */
const SLOTS = 2;
const SLOT_WORDS = 8;
/** Within a slot. */
const LEADING_WORD = 0;
const TERM_WORD = 2;
/** In microseconds of the application thread's monotonic clock. */
const DEADLINE_WORD = 4;
/** In milliseconds of the wall clock. */
const WALL_DEADLINE_WORD = 6;
const WORDS = SLOTS + 2 * SLOT_WORDS;
/** The heartbeat of the application's thread, in microseconds of its monotonic clock; a 64-bit cell. */
const STAMP = WORDS / 2;
const VIEW_BYTES = 4 * WORDS + 8;

const HIGH = 2 ** 32;
/** A reader fails only when two leases are published while it reads one. */
const ATTEMPTS = 64;
/** How old the monotonic time of a check may be, in microseconds; see {@linkcode SharedView.isLeader}. */
const CHECK_AGE = 1_001;

// Taken once: an application's tests that replace the clocks shall not make two leaders.
const wallClock: () => number = Date.now;
const monotonicClock: () => number = performance.now.bind(performance);

/** What the loop says of its own leadership. */
export interface Leadership {
  readonly leading: boolean;
  readonly term: number;
  /** ms on the monotonic clock of the application's thread. */
  readonly deadline: number;
  /** ms since 1970. */
  readonly wallDeadline: number;
}

function slotOf(version: number): number {
  return SLOTS + (version & 1) * SLOT_WORDS;
}

/** One member's leadership, as both of its threads see it. */
export class SharedView {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #stamp: BigInt64Array;
  #silenced = false;
  // What was read of the buffer at `#version`: the same version means the same lease.
  #version = -1;
  #leading = false;
  #term = 0;
  #deadline = 0;
  #wallDeadline = 0;
  // When the clocks were read last.
  #wall = -1;
  #monotonic = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(VIEW_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, WORDS);
    this.#stamp = new BigInt64Array(buffer);
  }

  /** The loop's side: what holds from now on. Fractions are cut off, which only makes a deadline earlier. */
  publish(view: Leadership): void {
    const words = this.#words;
    const slot = slotOf(Atomics.load(words, VERSION_WORD) + 1);
    Atomics.store(words, slot + LEADING_WORD, view.leading ? 1 : 0);
    this.#write(slot + TERM_WORD, view.term);
    this.#write(slot + DEADLINE_WORD, view.deadline * 1000);
    this.#write(slot + WALL_DEADLINE_WORD, view.wallDeadline);
    Atomics.add(words, VERSION_WORD, 1);
  }

  /** The application's side: its thread is running, at `now` ms on its monotonic clock. */
  stamp(now: number): void {
    Atomics.store(this.#stamp, STAMP, BigInt(Math.floor(now * 1000)));
  }

  /** The loop's side: the latest stamp, in ms. */
  stamped(): number {
    return Number(Atomics.load(this.#stamp, STAMP)) / 1000;
  }

  /** The application's side: from now on this object believes in no leadership, until told otherwise. */
  silence(silenced: boolean): void {
    this.#silenced = silenced;
  }

  /**
   * Whether the lease holds at this instant; to be asked on the application's thread.
   *
   * Both clocks count. The monotonic one stands still while a machine is suspended, and the wall clock may be
   * set back. The monotonic clock is read only when the wall clock has moved by a millisecond, which halves
   * the cost of a check in a busy loop; the comparison allows for that millisecond.
   */
  isLeader(): boolean {
    if (this.#silenced) return false;
    if (Atomics.load(this.#words, VERSION_WORD) !== this.#version && !this.#refresh()) return false;
    if (!this.#leading) return false;
    const wall = wallClock();
    if (wall !== this.#wall) {
      this.#wall = wall;
      this.#monotonic = monotonicClock() * 1000 + CHECK_AGE;
    }
    return this.#monotonic < this.#deadline && wall < this.#wallDeadline;
  }

  /** The term of the lease that holds at this instant, or `undefined`. */
  term(): number | undefined {
    return this.isLeader() ? this.#term : undefined;
  }

  /** ms that the lease which holds at this instant has left unless it is renewed; 0 when there is none. */
  remaining(): number {
    if (!this.isLeader()) return 0;
    return Math.max(0, Math.min(this.#deadline / 1000 - monotonicClock(), this.#wallDeadline - wallClock()));
  }

  #refresh(): boolean {
    const words = this.#words;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const version = Atomics.load(words, VERSION_WORD);
      const slot = slotOf(version);
      const leading = Atomics.load(words, slot + LEADING_WORD) === 1;
      const term = this.#read(slot + TERM_WORD);
      const deadline = this.#read(slot + DEADLINE_WORD);
      const wallDeadline = this.#read(slot + WALL_DEADLINE_WORD);
      if (Atomics.load(words, VERSION_WORD) !== version) continue;
      this.#version = version;
      this.#leading = leading;
      this.#term = term;
      this.#deadline = deadline;
      this.#wallDeadline = wallDeadline;
      return true;
    }
    return false;
  }

  #write(word: number, value: number): void {
    const whole = Math.floor(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)));
    const high = Math.floor(whole / HIGH);
    Atomics.store(this.#words, word, high);
    Atomics.store(this.#words, word + 1, whole - high * HIGH);
  }

  #read(word: number): number {
    return Atomics.load(this.#words, word) * HIGH + (Atomics.load(this.#words, word + 1) >>> 0);
  }
}
