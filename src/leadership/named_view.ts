/**
 * The answer to "do I lead this election?" for many elections, in memory that two threads share. Each election has a cell, which names a
 * lease; each lease has one deadline, which many elections share: what a heartbeat prolongs is written once.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";
import { LeaseClock } from "./lease_clock.ts";
import { Seqlock } from "./seqlock.ts";

/** Of a lease: how often its place was taken before, and the deadline by two clocks, as `SharedView` has them. */
const LEASE_NUMBERS = 3;
/** Of a cell: whether it leads, the term, the place of the lease, and how often that was taken before. */
const CELL_NUMBERS = 4;

/** A lease as the loop has it. Deadlines are ms, on the monotonic clock of the application's thread, and since 1970. */
export interface PublishedLease {
  readonly slot: number;
  readonly generation: number;
  readonly deadline: number;
  readonly wallDeadline: number;
}

/** What the loop says of one election. */
export interface PublishedLead {
  readonly leading: boolean;
  readonly term: number;
  readonly slot: number;
  readonly generation: number;
}

/** The leases of one member, as both of its threads see them. */
export class SharedLeases {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #locks: readonly Seqlock[];

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(LIMITS.leases * Seqlock.bytes(LEASE_NUMBERS))) {
    this.buffer = buffer;
    const bytes = Seqlock.bytes(LEASE_NUMBERS);
    this.#locks = Array.from(
      { length: LIMITS.leases },
      (_, place) => new Seqlock(buffer, place * bytes, LEASE_NUMBERS),
    );
  }

  /** The loop's side. Fractions are cut off, which only makes a deadline earlier. */
  publish({ slot, generation, deadline, wallDeadline }: PublishedLease): void {
    this.#locks[slot]?.write(generation, deadline * 1000, wallDeadline);
  }

  /** The lease at that place. */
  at(slot: number): Seqlock | undefined {
    return this.#locks[slot];
  }
}

/** Whether one election is led, as both threads of a member see it. */
export class NamedView {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #leases: SharedLeases;
  readonly #cell: Seqlock;
  readonly #clock = new LeaseClock();
  #silenced = false;
  // What was read of the cell, and of the lease that it names, at these versions.
  readonly #lead = [0, 0, 0, 0];
  #leadVersion = -1;
  #place: Seqlock | undefined;
  readonly #lease = [0, 0, 0];
  #leaseVersion = -1;

  constructor(leases: SharedLeases, buffer = new SharedArrayBuffer(Seqlock.bytes(CELL_NUMBERS))) {
    this.buffer = buffer;
    this.#leases = leases;
    this.#cell = new Seqlock(buffer, 0, CELL_NUMBERS);
  }

  /** The loop's side: what holds from now on. */
  publish({ leading, term, slot, generation }: PublishedLead): void {
    this.#cell.write(leading ? 1 : 0, term, slot, generation);
  }

  /** The application's side: from now on this object believes in no leadership, until told otherwise. */
  silence(silenced: boolean): void {
    this.#silenced = silenced;
  }

  /** Whether the lease holds at this instant, by both clocks; to be asked on the application's thread. */
  isLeader(): boolean {
    if (this.#silenced || !this.#isFresh()) return false;
    const [leading, , , generation] = this.#lead;
    const [taken, deadline, wallDeadline] = this.#lease;
    if (leading !== 1 || taken !== generation || !this.#clock.isBefore(deadline!, wallDeadline!)) return false;
    // The lease was prolonged for others, perhaps, after this lead had ended.
    return this.#cell.version === this.#leadVersion;
  }

  /** The term of the lease that holds at this instant, or `undefined`. */
  term(): number | undefined {
    return this.isLeader() ? this.#lead[1] : undefined;
  }

  /** ms that the lease which holds at this instant has left unless it is renewed; 0 when there is none. */
  remaining(): number {
    return this.isLeader() ? LeaseClock.until(this.#lease[1]!, this.#lease[2]!) : 0;
  }

  #isFresh(): boolean {
    if (this.#cell.version !== this.#leadVersion) {
      this.#leadVersion = this.#cell.read(this.#lead) ?? -1;
      this.#place = this.#leases.at(this.#lead[2]!);
      this.#leaseVersion = -1;
    }
    if (this.#leadVersion === -1 || this.#place === undefined) return false;
    if (this.#place.version !== this.#leaseVersion) this.#leaseVersion = this.#place.read(this.#lease) ?? -1;
    return this.#leaseVersion !== -1;
  }
}
