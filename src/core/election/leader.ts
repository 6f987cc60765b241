/**
 * Who leads, as this member knows: learnt from the leader's own status, forgotten when its lease would have ended.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { LeaderInfo } from "../effect.ts";
import { clockBound } from "../ground.ts";
import { lookUp } from "../membership/membership.ts";
import type { Peer } from "../membership/peer.ts";
import { isMeshed, isTrusted } from "../membership/state.ts";
import type { Lead } from "../message/blank.ts";
import type { Boot, LeaderHint, Status } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { outranks } from "./rank.ts";
import { type Election, type KnownLeader, recordOf } from "./state.ts";

/** Who leads now, with the token. */
export function leaderOf(self: Election): LeaderInfo | undefined {
  const { leader } = self;
  return leader === undefined ? undefined : { id: leader.id, source: leader.address, token: leader.term };
}

/** Replaces the known leader, and tells of it when anything about it is new. */
export function setLeader(self: Election, leader: KnownLeader | undefined): void {
  self.leader = leader;
  noteOffice(self, leader);
  if (leader !== undefined) {
    self.failures = 0;
    self.successor = undefined;
  }
  const last = self.announced;
  if (leader?.id === last?.id && leader?.address === last?.source && leader?.term === last?.token) return;
  self.announced = leaderOf(self);
  self.ground.effects.push({ kind: "leader", leader: self.announced });
}

/** Only where a lead is handed over uninvited it matters for how long members held it. */
function noteOffice(self: Election, leader: KnownLeader | undefined): void {
  const { offices, announced, ground: { config, now }, membership: { byBoot } } = self;
  if (config.preemptAfter === undefined) return;
  if (leader === undefined) return offices.end(now);
  if (leader.id === announced?.id && leader.term === announced.token) return;
  const { weight } = leader.boot === config.boot ? config : byBoot.get(leader.boot) ?? { weight: -Infinity };
  offices.begin({ id: leader.id, address: leader.address, weight }, now);
}

/** Follows a member that says it leads, unless that leadership is known to be over or to be of less right. */
export function followLeader(self: Election, peer: Peer, status: Status): void {
  const { leading, beat } = status;
  if (leading !== undefined && isTrusted(self.membership, peer)) follow(self, peer, leading, beat);
}

/**
 * Follows the leader that others hear. What they say is news only when it comes from a later status of the leader than any before;
 * it is then believed for a whole timeout, because it has been on its way for some intervals.
 */
export function takeLeaderHint(self: Election, leaderHint: LeaderHint): void {
  if (isAbsurd(self, leaderHint.term)) return drop(self.ground, "absurd-term");
  const peer = self.membership.byBoot.get(leaderHint.boot);
  if (peer === undefined || !isTrusted(self.membership, peer)) return;
  if (self.candidacy?.elected === true) {
    // One of two leaders of a plain democracy gives way once they have spoken to each other.
    if (self.ground.config.quorum === "none") lookUp(self.membership, peer);
    return;
  }
  follow(self, peer, leaderHint, leaderHint.beat);
}

function follow(self: Election, peer: Peer, { term, remaining }: Lead, beat: number): void {
  const { leader: known, ground: { now, config } } = self;
  const record = recordOf(self, peer);
  if (term <= record.endedTerm) return;
  const { leading } = record;
  if (leading !== undefined && (term < leading.term || (term === leading.term && beat <= leading.beat))) return;
  if (leading === undefined) record.leading = { term, beat };
  else {
    leading.term = term;
    leading.beat = beat;
  }
  const leaseEnd = now + Math.min(remaining, config.timeout);
  const until = isMeshed(self.membership) ? leaseEnd : now + config.timeout;
  if (until <= now) return;
  if (known !== undefined && known.boot !== peer.boot && now < known.until) {
    const supersedes = config.quorum === "none" ? outranksKnown(self, peer, known) : term > known.term;
    if (!supersedes) return;
  }
  const isKnown = known?.boot === peer.boot && known.term === term && known.id === peer.id &&
    known.address === peer.address;
  if (!isKnown) {
    return setLeader(self, {
      id: peer.id,
      address: peer.address,
      boot: peer.boot,
      term,
      beat,
      leaseEnd,
      until,
    });
  }
  known.beat = beat;
  known.leaseEnd = leaseEnd;
  known.until = until;
  setLeader(self, known);
}

/** Forgets the leader when it is this boot and its term is over. */
export function forgetLeader(self: Election, boot: Boot, term: number): void {
  if (self.leader?.boot === boot && self.leader.term <= term) setLeader(self, undefined);
}

/**
 * Whether a term is not believed: one so far ahead of the own wall clock, and of the terms believed so far, would carry the tokens
 * of all elections to come away with it.
 */
export function isAbsurd({ seenTerm, named, ground }: Election, term: number): boolean {
  const known = Math.max(seenTerm, named.seenTerm);
  return term > Math.min(LIMITS.maxTerm, Math.max(clockBound(ground), known + LIMITS.clockLead));
}

function outranksKnown(self: Election, peer: Peer, known: KnownLeader): boolean {
  const { ground: { config }, membership: { byBoot } } = self;
  const weight = known.boot === config.boot ? config.weight : byBoot.get(known.boot)?.weight;
  return weight === undefined || outranks(peer, { id: known.id, weight });
}
