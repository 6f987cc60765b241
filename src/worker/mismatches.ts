/**
 * What does not fit between two members, in words that say what to do.
 *
 * @module
 */

import type { Mismatch } from "../core/effect.ts";
import type { Notice, NoticeReason } from "../wire/notice.ts";

/** What the words need to know of this member. Durations are ms. */
export interface Own {
  readonly cluster: string;
  readonly timeout: number;
}

/** A warning about the configuration of this member and another one. */
export function mismatchText({ what, member, value }: Mismatch, { cluster, timeout }: Own): string {
  const other = `${JSON.stringify(member.id)} at ${member.source}`;
  switch (what) {
    case "clock-ahead":
      return `${other} asks for the lead under a term that is ${
        daysOf(value)
      } ahead of this machine's clock, and is refused: ` +
        "one of the two clocks is wrong";
    case "own-clock-ahead":
      return `${other} says that this machine's clock is ${
        daysOf(value)
      } ahead of its own, and refuses to vote for this member: ` +
        "one of the two clocks is wrong";
    case "longer-timeout":
      return `${other} has a "timeout" of ${value} ms, which is longer than this member's ${timeout} ms, and gets no vote of this member: ` +
        "give all members the same";
    case "shorter-timeout":
      return `${other} has a "timeout" of ${value} ms, which is shorter than this member's ${timeout} ms, and does not vote for this ` +
        "member: give all members the same";
    case "unlisted":
      return `${other} takes itself for a voter, and is none in the lists of this member: its votes do not count here; ` +
        "give all members the same lists";
    case "own-unlisted":
      return `${other} does not take this member for a voter: its vote does not count there; give all members the same lists`;
    case "too-many-elections":
      return `${other} remembers votes of this member in ${value} elections, and in no more: it cannot lead in others; use fewer elections`;
    case "foreign":
      return `${other} belongs to another cluster, which is called ${JSON.stringify(cluster)}, too, and shares ${
        votersOf(value)
      } ` +
        'with this member: it is ignored; give each cluster its own "cluster", and better a "secret", or the same lists if it is one';
  }
}

/** Why the other process ignores this member, by its reason; `cluster` is this member's. */
const NOTICES: Readonly<Record<NoticeReason, (notice: Notice, cluster: string) => string>> = {
  "other-cluster": (notice, cluster) =>
    `its "cluster" is ${JSON.stringify(notice.cluster)}, and that of this member ${JSON.stringify(cluster)}`,
  "unsealed": () => 'it has a "secret", and this member has none',
  "sealed": () => 'it has no "secret", and this member has one',
  "bad-seal": () => 'it has another "secret", or a smaller "maxPacketSize", than this member',
};

/** A warning that another process ignores this member. `source` is where it says so from, `ip:port`. */
export function noticeText(notice: Notice, source: string, own: Own): string {
  return `The process at ${source} ignores this member: ${refusalText(notice, own)}`;
}

/** Why the process that says so ignores this member. */
export function refusalText(notice: Notice, { cluster }: Own): string {
  return NOTICES[notice.reason](notice, cluster);
}

const DAY = 86_400_000;

function daysOf(ms: number): string {
  const days = ms / DAY;
  return days < 10 ? `${days.toFixed(1)} days` : `${Math.round(days)} days`;
}

function votersOf(count: number): string {
  return count === 1 ? "one voter" : `${count} voters`;
}
