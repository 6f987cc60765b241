/**
 * What went over the network, counted in memory that both threads share: asking needs no message.
 *
 * @module
 */

import type { CoreDrop } from "../core/effect.ts";
import type { WireDrop } from "../wire/header.ts";
import type { FragmentDrop } from "../wire/reassembler.ts";

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
  | "bad-value";

/** What went over the network since the start. */
export interface Stats {
  /** Datagrams sent. */
  readonly sent: number;
  /** Datagrams received, also those that were ignored. */
  readonly received: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** How often something received was ignored, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
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
};

const SENT = 0;
const RECEIVED = 1;
const BYTES_SENT = 2;
const BYTES_RECEIVED = 3;
const FIRST_REASON = 4;

const INDEX: ReadonlyMap<string, number> = new Map(
  Object.keys(NONE).map((reason, index) => [reason, FIRST_REASON + index]),
);

/** One member's counters. No cell has two writers: `bad-value` is the application's, all others are the loop's. */
export class Counters {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer((FIRST_REASON + INDEX.size) * Float64Array.BYTES_PER_ELEMENT);
    this.#cells = new Float64Array(this.buffer);
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
    };
  }

  #at(index: number): number {
    return this.#cells[index] ?? 0;
  }

  #add(index: number, amount: number): void {
    this.#cells[index] = this.#at(index) + amount;
  }
}
