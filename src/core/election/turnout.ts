/**
 * Which of the voters answer: what keeps a cluster from electing anybody, before anything else.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { electorateSize, isTrusted } from "../membership/state.ts";
import { type Election, isEligible, isQuarantined, isQuorum, quarantineOf, quorum, recordOf } from "./state.ts";

/** What a voter can be to the member that looks for a quorum. */
export type Attendance =
  | "votes"
  /** It has started a short time ago, or its clock has jumped: it may have forgotten a promise, and withholds its vote. */
  | "quarantined"
  /** It is heard, and has shown for a timeout in which nobody leads that it does not hear this member. */
  | "one-way"
  | "silent";

/** One voter. Times are monotonic ms. */
export interface VoterTurnout {
  readonly address: string;
  /** Empty where that is not known. */
  readonly id: string;
  readonly self: boolean;
  readonly attendance: Attendance;
  /** Since when it is there, or silent; `-Infinity` where it was never heard. */
  readonly since: number;
  /** When its quarantine ends; of another member the latest that it can, if it has the same `quarantine`. */
  readonly until: number | undefined;
}

/** Who of the voters is there, as one member sees it. */
export interface Turnout {
  /** Whether those that answer are enough to elect a leader. */
  readonly isQuorum: boolean;
  /** How many must agree. */
  readonly needed: number;
  /** How many there are; infinite as long as nobody has said so. */
  readonly size: number;
  /** Those whose address is known, this member included if it votes. */
  readonly voters: readonly VoterTurnout[];
  /** How many members are there that would lead, this one included. */
  readonly candidates: number;
}

/** The turnout that a leader could count on now. */
export function turnoutOf(self: Election): Turnout {
  const { membership } = self;
  const { electorate, byBoot, voters: { items } } = membership;
  const own = electorate.votes ? [ownTurnout(self)] : [];
  const others: VoterTurnout[] = [];
  let [named, all] = [own.length, own.length];
  for (const peer of items) {
    const turnout = turnoutIn(self, peer);
    const answers = turnout.attendance === "votes" || turnout.attendance === "quarantined";
    if (answers) all += 1;
    if (peer.leaving) continue;
    if (answers) named += 1;
    others.push(turnout);
  }
  const rivals = [...byBoot.values()].filter((peer) => peer.eligible && isTrusted(membership, peer));
  return {
    isQuorum: isQuorum(self, named, all),
    needed: quorum(self).named,
    size: electorateSize(membership).named,
    voters: [...own, ...others],
    candidates: rivals.length + (isEligible(self) ? 1 : 0),
  };
}

function ownTurnout(self: Election): VoterTurnout {
  const { startedAt, voting, ground: { config: { address, id } } } = self;
  const isWithheld = isQuarantined(self);
  return {
    ...{ address, id, self: true, since: startedAt },
    attendance: isWithheld ? "quarantined" : "votes",
    until: isWithheld ? voting.quarantineUntil : undefined,
  };
}

function turnoutIn(self: Election, peer: Peer): VoterTurnout {
  const { address, id, alive, aliveSince, lastHeard } = peer;
  const attendance = attendanceOf(self, peer);
  return {
    ...{ address, id, self: false, attendance, since: alive ? aliveSince : lastHeard },
    until: attendance === "quarantined" ? aliveSince + quarantineOf(self.ground.config) : undefined,
  };
}

function attendanceOf(self: Election, peer: Peer): Attendance {
  if (!peer.alive) return "silent";
  const { vacantSince, ground: { now, config: { timeout } } } = self;
  // As long as somebody leads a large cluster, not everybody is asked in each interval whether it hears.
  if (vacantSince !== undefined && now - Math.max(vacantSince, peer.lastHeardBy, peer.aliveSince) > timeout) {
    return "one-way";
  }
  // What others say of it does not tell whether it votes.
  const isToldByItself = peer.lastHeard >= peer.aliveSince && now - peer.lastHeard <= timeout;
  return isToldByItself && !recordOf(self, peer).voting ? "quarantined" : "votes";
}
