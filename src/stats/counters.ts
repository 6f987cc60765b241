/**
 * What went over the network, counted in memory that both threads share: asking needs no message.
 *
 * @module
 */

import type { CoreDrop } from "../core/effect.ts";
import type { WireDrop } from "../wire/header.ts";
import type { FragmentDrop } from "../wire/reassembler.ts";
import { DURATION_CELLS, DurationRecord, type DurationStats } from "./durations.ts";
import { LastSources } from "./last_sources.ts";

/** Why something that came from the network was ignored. */
export type DropReason =
  | CoreDrop
  | WireDrop
  | FragmentDrop
  /** A custom message that lost a fragment, when its time was up. */
  | "incomplete-message"
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
  /** Bytes of these datagrams. */
  readonly bytesSent: number;
  /** Bytes of these datagrams. */
  readonly bytesReceived: number;
  /** How often something received was ignored, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Where what was ignored came from last, as `ip:port`, by reason; a reason that never occurred is not there. */
  readonly droppedFrom: Readonly<Partial<Record<DropReason, string>>>;
  /** How long heartbeats took to be answered. */
  readonly roundTrips: DurationStats;
  /** How late the timers of the loop fired, in its own thread where it has one; it has one at least every `timeout`. */
  readonly workerLateness: DurationStats;
  /** How late timers of the application's thread fired; nothing where the loop shares that thread. */
  readonly mainLateness: DurationStats;
}

/**
 * What a reason tells: `usual` ones come about in a healthy cluster, too, when members restart, are upgraded, or lose
 * datagrams; `suspicious` ones are an attack or a mistake. A record, because the compiler then knows that no reason is missing.
 */
const DROP_REASONS: Readonly<Record<DropReason, "usual" | "suspicious">> = {
  "misdirected": "usual",
  "impostor": "suspicious",
  "duplicate-id": "suspicious",
  "unverified": "usual",
  "departed": "usual",
  "too-many-members": "suspicious",
  "bad-cookie": "usual",
  "flooded": "suspicious",
  "elsewhere": "suspicious",
  "foreign": "suspicious",
  "absurd-term": "suspicious",
  "too-short": "suspicious",
  "bad-magic": "suspicious",
  "bad-version": "usual",
  "other-cluster": "suspicious",
  "bad-checksum": "suspicious",
  "unsealed": "suspicious",
  "sealed": "suspicious",
  "bad-seal": "suspicious",
  "replayed": "suspicious",
  "reflected": "suspicious",
  "refused": "suspicious",
  "unknown-kind": "usual",
  "malformed": "suspicious",
  "duplicate-fragment": "usual",
  "inconsistent-fragment": "suspicious",
  "malformed-message": "suspicious",
  "incomplete-message": "usual",
  "reserved-name": "suspicious",
  "bad-value": "suspicious",
  "no-listener": "usual",
  "backlog": "usual",
};

/** The reasons that are an attack or a mistake; the alert of the README is about these. */
export const SUSPICIOUS: readonly string[] = Object.entries(DROP_REASONS)
  .filter(([, kind]) => kind === "suspicious").map(([reason]) => reason);

const NO_DROPS = Object.fromEntries(Object.keys(DROP_REASONS).map((reason) => [reason, 0])) as Readonly<
  Record<DropReason, number>
>;

const SENT = 0;
const RECEIVED = 1;
const BYTES_SENT = 2;
const BYTES_RECEIVED = 3;
const FIRST_REASON = 4;
/** The records of durations are behind the reasons. */
const RECORDS = 3;

const INDEX: ReadonlyMap<string, number> = new Map(
  Object.keys(DROP_REASONS).map((reason, index) => [reason, FIRST_REASON + index]),
);

const FIRST_RECORD = FIRST_REASON + INDEX.size;
const CELL_BYTES = (FIRST_RECORD + RECORDS * DURATION_CELLS) * Float64Array.BYTES_PER_ELEMENT;

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
  readonly #sources: LastSources;

  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(CELL_BYTES + LastSources.bytesFor(INDEX.size));
    this.#cells = new Float64Array(this.buffer, 0, CELL_BYTES / Float64Array.BYTES_PER_ELEMENT);
    this.#sources = new LastSources(this.buffer, CELL_BYTES, INDEX.size);
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

  /** Something was ignored, and came from `source` where that is known. */
  dropped(reason: DropReason, times = 1, source?: string): void {
    const index = INDEX.get(reason) ?? FIRST_REASON;
    this.#add(index, times);
    if (source !== undefined) this.#sources.set(index - FIRST_REASON, source);
  }

  read(): Stats {
    const dropped = { ...NO_DROPS };
    const droppedFrom: { [Reason in DropReason]?: string } = {};
    for (const [reason, index] of INDEX) {
      Reflect.set(dropped, reason, this.#at(index));
      const source = this.#sources.get(index - FIRST_REASON);
      if (source !== undefined) Reflect.set(droppedFrom, reason, source);
    }
    return {
      sent: this.#at(SENT),
      received: this.#at(RECEIVED),
      bytesSent: this.#at(BYTES_SENT),
      bytesReceived: this.#at(BYTES_RECEIVED),
      dropped,
      droppedFrom,
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
