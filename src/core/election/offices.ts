/**
 * How long members held the lead of late: one that cannot hold it is not handed it again and again.
 *
 * @module
 */

import { outranks } from "./rank.ts";
import { LIMITS } from "../../limits.ts";

/** Whose office it is. A process that comes back has a new boot, and often one of these still. */
export interface Holder {
  readonly id: string;
  readonly address: string;
  readonly weight: number;
}

interface Office {
  readonly holder: Holder;
  readonly since: number;
}

interface Hold {
  /** Offices in a row that were too short. */
  readonly failures: number;
  readonly until: number;
}

/** Timeouts in office after which earlier failures are forgotten. */
const LONG_ENOUGH = 10;
/** Timeouts that a member is held back after its first failure; twice as many after each more, up to the most. */
const FIRST_HOLD = 2;
const LONGEST_HOLD = 64;

/** What a member remembers of the offices that it has seen. Times are monotonic ms. */
export class Offices {
  readonly #records = new Map<string, Hold>();
  readonly #timeout: number;
  #current: Office | undefined;
  /** When the current office ended, as far as this member knows. */
  #endedAt: number | undefined;
  /** The member that was handed the lead, and has not taken it yet. */
  #offered: Holder | undefined;

  /** `timeout` in ms. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** The lead is handed to this member. */
  offer(holder: Holder): void {
    this.#offered = keep(holder);
  }

  /** Somebody leads since `now`. */
  begin(holder: Holder, now: number): void {
    const offered = this.#offered;
    this.#offered = undefined;
    if (offered !== undefined && offered.address !== holder.address) this.#fail(offered, now);
    const before = this.#current;
    const goesOn = before?.holder.id === holder.id && before.holder.address === holder.address;
    if (goesOn && this.#endedAt === undefined) return;
    // One that makes way for a heavier one has not failed.
    if (before !== undefined && !outranks(holder, before.holder)) this.#close(before, this.#endedAt ?? now);
    this.#current = { holder: keep(holder), since: now };
    this.#endedAt = undefined;
  }

  /** Nobody leads any more, since `now`. */
  end(now: number): void {
    this.#endedAt ??= now;
  }

  /** Before, the lead is not handed to this member, and nobody waits for it to stand. */
  heldBackUntil(peer: Holder): number {
    if (this.#records.size === 0 && this.#endedAt === undefined) return -Infinity;
    const { id, address } = peer;
    const current = this.#current;
    const isOut = this.#endedAt !== undefined && (current?.holder.id === id || current?.holder.address === address);
    // It may have crashed and come back: then it would be the first to stand again.
    if (current !== undefined && isOut && this.#isShort(current)) return this.#next(peer, this.#endedAt!).until;
    return Math.max(this.#records.get(id)?.until ?? -Infinity, this.#records.get(address)?.until ?? -Infinity);
  }

  #isShort({ since }: Office, endedAt = this.#endedAt ?? Infinity): boolean {
    return endedAt - since < LONG_ENOUGH * this.#timeout;
  }

  #close(office: Office, endedAt: number): void {
    const { holder } = office;
    if (this.#isShort(office, endedAt)) return this.#fail(holder, endedAt);
    this.#records.delete(holder.id);
    this.#records.delete(holder.address);
  }

  /** What another failure makes of what is known of a member. */
  #next({ id, address }: Holder, now: number): Hold {
    const known = this.#records.get(id) ?? this.#records.get(address);
    const failures = (known?.failures ?? 0) + 1;
    const timeouts = Math.min(FIRST_HOLD * 2 ** (failures - 1), LONGEST_HOLD);
    return { failures, until: now + timeouts * this.#timeout };
  }

  #fail(holder: Holder, now: number): void {
    const { id, address } = holder;
    const record = this.#next(holder, now);
    for (const key of [id, address]) {
      this.#records.delete(key);
      this.#records.set(key, record);
    }
    for (const key of this.#records.keys()) {
      if (this.#records.size <= LIMITS.officeRecords) break;
      this.#records.delete(key);
    }
  }
}

function keep({ id, address, weight }: Holder): Holder {
  return { id, address, weight };
}
