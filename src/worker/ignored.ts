/**
 * Why what comes from a voter does not count: for whoever asks why it does not answer.
 *
 * @module
 */

import type { DropReason } from "../stats/counters.ts";

/** Drops that make a voter one of no use. Each text ends the sentence "it is ignored: ...". */
const REASONS: Readonly<Partial<Record<DropReason, string>>> = {
  "bad-version": "it speaks another version of the protocol",
  "other-cluster": 'it has another "cluster"',
  "unsealed": 'it has no "secret"',
  "sealed": 'it has a "secret", and this member has none',
  "bad-seal": 'it has another "secret"',
  "foreign": "it is of another cluster of the same name",
  "duplicate-id": 'another member has the same "id"',
  "impostor": "it names the address of another member, or goes by its boot",
};

/** A trouble with one voter. */
export interface Ignorance {
  readonly reason: string;
  /** Monotonic ms. */
  readonly since: number;
}

interface Sign extends Ignorance {
  readonly seenAt: number;
}

/** Timeouts without another such datagram after which the voter is no more than silent. */
const FRESH_TIMEOUTS = 5;

/** The troubles of one member with its voters. Times are monotonic ms. */
export class Ignored {
  readonly #freshness: number;
  /** By the voter's address: strangers are not kept. */
  readonly #signs = new Map<string, Sign>();
  #voters: ReadonlySet<string> = new Set();

  /** `timeout` is the member's, in ms. */
  constructor(timeout: number) {
    this.#freshness = FRESH_TIMEOUTS * timeout;
  }

  /** These are the voters' addresses from now on. */
  follow(voters: ReadonlySet<string>): void {
    this.#voters = voters;
    for (const address of this.#signs.keys()) if (!voters.has(address)) this.#signs.delete(address);
  }

  /** A datagram from that address was dropped. */
  dropped(reason: DropReason, source: string | undefined, now: number): void {
    const text = REASONS[reason];
    if (text !== undefined && source !== undefined) this.#note(source, text, now);
  }

  /** The process at that address says that it ignores this member. */
  refused(reason: string, source: string, now: number): void {
    this.#note(source, `it ignores this member: ${reason}`, now);
  }

  /** Why that voter does not count; undefined where nothing is known. */
  reasonOf(address: string, now: number): Ignorance | undefined {
    const sign = this.#signs.get(address);
    return sign !== undefined && now - sign.seenAt < this.#freshness ? sign : undefined;
  }

  #note(source: string, reason: string, now: number): void {
    if (!this.#voters.has(source)) return;
    const known = this.reasonOf(source, now);
    this.#signs.set(source, { reason, since: known?.since ?? now, seenAt: now });
  }
}
