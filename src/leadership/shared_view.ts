/**
 * The answer to "do I lead?", in memory that the loop's thread and the application's thread share: no
 * message has to arrive before the application learns that its lead is over.
 *
 * @module
 */

import { LeaseClock } from "./lease_clock.ts";
import { Seqlock } from "./seqlock.ts";

/** Whether it leads, the term, and the deadline by two clocks: microseconds of the monotonic one, ms of the wall clock. */
const VIEW_NUMBERS = 4;
/** The heartbeat of the application's thread, in microseconds of its monotonic clock; a 64-bit cell behind the numbers. */
const STAMP_BYTE = Seqlock.bytes(VIEW_NUMBERS);
const VIEW_BYTES = STAMP_BYTE + 8;

/** What the loop says of its own leadership. */
export interface Leadership {
  readonly leading: boolean;
  readonly term: number;
  /** ms on the monotonic clock of the application's thread. */
  readonly deadline: number;
  /** ms since 1970. */
  readonly wallDeadline: number;
}

/** Leads nothing. */
export const NOT_LEADING: Leadership = { leading: false, term: 0, deadline: 0, wallDeadline: 0 };

/** One member's leadership, as both of its threads see it. */
export class SharedView {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #lock: Seqlock;
  readonly #stamp: BigInt64Array;
  readonly #clock = new LeaseClock();
  #silenced = false;
  // What was read of the buffer at `#version`: the same version means the same lease.
  readonly #read = [0, 0, 0, 0];
  #version = -1;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(VIEW_BYTES)) {
    this.buffer = buffer;
    this.#lock = new Seqlock(buffer, 0, VIEW_NUMBERS);
    this.#stamp = new BigInt64Array(buffer, STAMP_BYTE, 1);
  }

  /** The loop's side: what holds from now on. Fractions are cut off, which only makes a deadline earlier. */
  publish({ leading, term, deadline, wallDeadline }: Leadership): void {
    this.#lock.write(leading ? 1 : 0, term, deadline * 1000, wallDeadline);
  }

  /** The application's side: its thread is running, at `now` ms on its monotonic clock. */
  stamp(now: number): void {
    Atomics.store(this.#stamp, 0, BigInt(Math.floor(now * 1000)));
  }

  /** The loop's side: the latest stamp, in ms. */
  stamped(): number {
    return Number(Atomics.load(this.#stamp, 0)) / 1000;
  }

  /** The application's side: from now on this object believes in no leadership, until told otherwise. */
  silence(silenced: boolean): void {
    this.#silenced = silenced;
  }

  /** Whether the lease holds at this instant, by both clocks; to be asked on the application's thread. */
  isLeader(): boolean {
    if (this.#silenced || (this.#lock.version !== this.#version && !this.#refresh())) return false;
    const [leading, , deadline, wallDeadline] = this.#read;
    return leading === 1 && this.#clock.isBefore(deadline!, wallDeadline!);
  }

  /** The term of the lease that holds at this instant, or `undefined`. */
  term(): number | undefined {
    return this.isLeader() ? this.#read[1] : undefined;
  }

  /** ms that the lease which holds at this instant has left unless it is renewed; 0 when there is none. */
  remaining(): number {
    return this.isLeader() ? LeaseClock.until(this.#read[2]!, this.#read[3]!) : 0;
  }

  #refresh(): boolean {
    const version = this.#lock.read(this.#read);
    this.#version = version ?? -1;
    return version !== undefined;
  }
}
