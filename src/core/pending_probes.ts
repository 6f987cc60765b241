/**
 * The signs of life that are waited for.
 *
 * @module
 */

import { Few } from "./few.ts";
import type { Member, PendingProbe } from "./member.ts";

/** Members that were pinged and have not given a sign of life since, those first that have been waited for the longest. */
export class PendingProbes {
  readonly #members = new Few<Member>();
  /** Probes that are over, to be used again: nearly every ping begins one. */
  readonly #spare: PendingProbe[] = [];

  /** In the order in which their probes began. */
  get members(): readonly Member[] {
    return this.#members.items;
  }

  /** A sign of life of the member, which is not waited for yet, is waited for from `now` on, in monotonic ms. */
  begin(member: Member, now: number): void {
    const probe = this.#spare.pop() ?? { startedAt: now, asked: undefined, nacks: 0 };
    probe.startedAt = now;
    probe.asked = undefined;
    probe.nacks = 0;
    member.probe = probe;
    this.#members.add(member);
  }

  /** The member is not waited for any more. */
  end(member: Member): void {
    if (member.probe === undefined) return;
    this.#spare.push(member.probe);
    member.probe = undefined;
    this.#members.delete(member);
  }
}
