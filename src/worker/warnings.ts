/**
 * What somebody should know who looks after this member: which datagrams are ignored, and what does not fit between members.
 *
 * @module
 */

import type { Turnout } from "../core/citizen.ts";
import type { Mismatch } from "../core/effect.ts";
import type { DropReason } from "../stats/counters.ts";
import type { Notice } from "../wire/notice.ts";
import type { Tally } from "../leadership/quorum.ts";
import { type Clues, hintOf, isSuspicious } from "./hints.ts";
import { Ignored } from "./ignored.ts";
import { mismatchText, noticeText, type Own, refusalText } from "./mismatches.ts";
import { QuorumWatch } from "./quorum_watch.ts";
import { Outages } from "./outages.ts";
import { TallyKeeper } from "./tally.ts";

/** A warning, or what has become of the voters. */
export type WarningReport =
  | { readonly type: "warning"; readonly text: string }
  | { readonly type: "tally"; readonly tally: Tally };

/** The warnings of one member: each once for each outage. Times are monotonic ms. */
export class Warnings {
  readonly #own: Own;
  readonly #outages: Outages;
  readonly #quorum: QuorumWatch;
  readonly #ignored: Ignored;
  readonly #keeper: TallyKeeper;
  readonly #say: (text: string) => void;

  constructor(own: Own & { readonly timeout: number }, now: number, report: (report: WarningReport) => void) {
    this.#own = own;
    this.#quorum = new QuorumWatch(own.timeout);
    this.#ignored = new Ignored(own.timeout);
    this.#keeper = new TallyKeeper(this.#ignored, (tally) => report({ type: "tally", tally }));
    this.#outages = new Outages(now);
    this.#say = (text) => report({ type: "warning", text });
  }

  /** A datagram was ignored. `clues` are asked for only if that is to be said. */
  dropped(reason: DropReason, source: string | undefined, clues: () => Clues, now: number): void {
    this.#ignored.dropped(reason, source, now);
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
    this.#ignored.refused(refusalText(notice, this.#own), source, now);
    if (this.#outages.isNews(`refused ${notice.reason} ${source}`, now)) {
      this.#say(noticeText(notice, source, this.#own));
    }
  }

  /** These entries of the list of peers have no address now. */
  unresolved(entries: readonly string[], now: number): void {
    this.#keeper.noteUnresolved(entries, now);
  }

  /** Looked at whenever time has passed: whether enough voters answer. */
  turnout(turnout: Turnout, now: number, wall: number): void {
    const text = this.#quorum.look(this.#keeper.look(turnout, now, wall), now, wall);
    if (text !== undefined) this.#say(text);
  }

  /** Others have said that this member is gone. */
  refuted(left: boolean, now: number): void {
    if (!this.#outages.isNews("refuted", now)) return;
    this.#say(`Others said that this member ${left ? "has left" : "is dead"}; it has contradicted`);
  }
}
