/**
 * What went over the network, counted in memory that both threads share: asking needs no message.
 *
 * @module
 */

import type { CoreDrop } from "../core/effect.ts";
import type { WireDrop } from "../wire/header.ts";
import type { FragmentDrop } from "../wire/reassembler.ts";
import { DURATION_CELLS, DurationRecord, type Durations } from "./durations.ts";

/** Why something that came from the network was ignored. */
export type DropReason =
  | CoreDrop
  | WireDrop
  | FragmentDrop
  /** A custom message that lost a fragment, when its time was up. */
  | "incomplete-message"
  /** A custom message from someone who is not an alive member. */
  | "not-a-member"
  /** A custom message with the name of one of the library's own events. */
  | "reserved-name"
  /** A custom message whose value makes no sense; counted when the application's thread reads it. */
  | "bad-value"
  /** A custom message that nobody in the application listens to; it is not read at all. */
  | "no-listener"
  /** A custom message for an application whose thread does not keep up. */
  | "backlog";

/** What went over the network, and how long things took, since the start. */
export interface Stats {
  /** Datagrams sent. */
  readonly sent: number;
  /** Datagrams received, also those that were ignored. */
  readonly received: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** How often something received was ignored, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** How long heartbeats took to be answered. */
  readonly roundTrips: Durations;
  /** How late the timers of the loop fired, in its own thread where it has one; it has one at least every `timeout`. */
  readonly workerLateness: Durations;
  /** How late timers of the application's thread fired; nothing where the loop shares that thread. */
  readonly mainLateness: Durations;
}

// A record, because the compiler then knows that no reason is missing.
const NONE: Readonly<Record<DropReason, number>> = {
  "misdirected": 0,
  "impostor": 0,
  "duplicate-id": 0,
  "unverified": 0,
  "departed": 0,
  "too-many-members": 0,
  "too-many-strangers": 0,
  "absurd-term": 0,
  "too-short": 0,
  "bad-magic": 0,
  "bad-version": 0,
  "other-cluster": 0,
  "bad-checksum": 0,
  "unsealed": 0,
  "sealed": 0,
  "bad-seal": 0,
  "replayed": 0,
  "reflected": 0,
  "unknown-kind": 0,
  "malformed": 0,
  "duplicate-fragment": 0,
  "inconsistent-fragment": 0,
  "malformed-message": 0,
  "incomplete-message": 0,
  "not-a-member": 0,
  "reserved-name": 0,
  "bad-value": 0,
  "no-listener": 0,
  "backlog": 0,
};

const SENT = 0;
const RECEIVED = 1;
const BYTES_SENT = 2;
const BYTES_RECEIVED = 3;
const FIRST_REASON = 4;
/** The records of durations are behind the reasons. */
const RECORDS = 3;

const INDEX: ReadonlyMap<string, number> = new Map(
  Object.keys(NONE).map((reason, index) => [reason, FIRST_REASON + index]),
);

const FIRST_RECORD = FIRST_REASON + INDEX.size;

/**
 * One member's counters. No cell has two writers: `bad-value`, `no-listener` and `mainLateness` are the application's, all others are
 * the loop's.
 */
export class Counters {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly roundTrips: DurationRecord;
  readonly workerLateness: DurationRecord;
  readonly mainLateness: DurationRecord;
  readonly #cells: Float64Array;

  constructor(buffer?: SharedArrayBuffer) {
    const cells = FIRST_RECORD + RECORDS * DURATION_CELLS;
    this.buffer = buffer ?? new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT);
    this.#cells = new Float64Array(this.buffer);
    this.roundTrips = this.#record(0);
    this.workerLateness = this.#record(1);
    this.mainLateness = this.#record(2);
  }

  sent(bytes: number): void {
    this.#add(SENT, 1);
    this.#add(BYTES_SENT, bytes);
  }

  received(bytes: number): void {
    this.#add(RECEIVED, 1);
    this.#add(BYTES_RECEIVED, bytes);
  }

  dropped(reason: DropReason, times = 1): void {
    this.#add(INDEX.get(reason) ?? FIRST_REASON, times);
  }

  read(): Stats {
    const dropped = { ...NONE };
    for (const [reason, index] of INDEX) Reflect.set(dropped, reason, this.#at(index));
    return {
      sent: this.#at(SENT),
      received: this.#at(RECEIVED),
      bytesSent: this.#at(BYTES_SENT),
      bytesReceived: this.#at(BYTES_RECEIVED),
      dropped,
      roundTrips: this.roundTrips.read(),
      workerLateness: this.workerLateness.read(),
      mainLateness: this.mainLateness.read(),
    };
  }

  #record(index: number): DurationRecord {
    const first = FIRST_RECORD + index * DURATION_CELLS;
    return new DurationRecord(this.#cells.subarray(first, first + DURATION_CELLS));
  }

  #at(index: number): number {
    return this.#cells[index] ?? 0;
  }

  #add(index: number, amount: number): void {
    this.#cells[index] = this.#at(index) + amount;
  }
}
