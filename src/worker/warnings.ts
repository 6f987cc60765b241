/**
 * What somebody should know who looks after this member: which datagrams are ignored, and what does not fit between members.
 *
 * @module
 */

import type { Turnout } from "../core/citizen.ts";
import type { Mismatch } from "../core/effect.ts";
import type { DropReason } from "../stats/counters.ts";
import type { Notice } from "../wire/notice.ts";
import { type Clues, hintOf, isSuspicious } from "./hints.ts";
import { mismatchText, noticeText, type Own } from "./mismatches.ts";
import { QuorumWatch } from "./quorum_watch.ts";
import { Outages } from "./outages.ts";

/** The warnings of one member: each once for each outage. Times are monotonic ms. */
export class Warnings {
  readonly #own: Own;
  readonly #outages: Outages;
  readonly #quorum: QuorumWatch;
  readonly #say: (text: string) => void;

  /** `say` is called with each warning. */
  constructor(own: Own & { readonly timeout: number }, now: number, say: (text: string) => void) {
    this.#own = own;
    this.#quorum = new QuorumWatch(own.timeout);
    this.#outages = new Outages(now);
    this.#say = say;
  }

  /** A datagram was ignored. `clues` are asked for only if that is to be said. */
  dropped(reason: DropReason, source: string | undefined, clues: () => Clues, now: number): void {
    if (!isSuspicious(reason) || !this.#outages.isNews(`${reason} ${source ?? ""}`, now)) return;
    this.#say(`Datagrams of others are ignored (${reason}): ${hintOf(reason, clues())}`);
  }

  /** Two members do not fit. */
  mismatch(mismatch: Mismatch, now: number): void {
    if (!this.#outages.isNews(`${mismatch.what} ${mismatch.member.source}`, now)) return;
    this.#say(mismatchText(mismatch, this.#own));
  }

  /** Another process says that it ignores this one. */
  refused(notice: Notice, source: string, now: number): void {
    if (this.#outages.isNews(`refused ${notice.reason} ${source}`, now)) {
      this.#say(noticeText(notice, source, this.#own));
    }
  }

  /** Looked at whenever time has passed: whether enough voters answer. */
  turnout(turnout: Turnout, now: number): void {
    const text = this.#quorum.look(turnout, now);
    if (text !== undefined) this.#say(text);
  }

  /** Others have said that this member is gone. */
  refuted(left: boolean, now: number): void {
    if (!this.#outages.isNews("refuted", now)) return;
    this.#say(`Others said that this member ${left ? "has left" : "is dead"}; it has contradicted`);
  }
}
