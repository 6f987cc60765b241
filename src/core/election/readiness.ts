/**
 * Whether a member does its part. A platform that replaces members one by one waits for this: a member that was started, and may
 * not vote yet, or that the others do not count, would leave them one vote short when the next one is taken away.
 *
 * @module
 */

import { hashOf } from "../membership/electorate.ts";
import type { Peer } from "../membership/peer.ts";
import { OF_LATE } from "../membership/sending.ts";
import { type Election, isQuarantined, isQuorum, recordOf } from "./state.ts";

/**
 * Tells when it changes whether this member does its part: it has joined, which counts for good, may vote if it is a voter, and has
 * not begun to close.
 */
export function reviewReadiness(self: Election): void {
  if (!self.joined && !self.closing) self.joined = isJoined(self);
  const withholds = self.membership.electorate.votes && isQuarantined(self);
  const ready = self.joined && !self.closing && !withholds;
  if (ready === self.ready) return;
  self.ready = ready;
  self.ground.effects.push({ kind: "readiness", ready });
}

/** Timeouts that a new member waits for every voter to count it in. A list that is never renewed must not keep it waiting for ever. */
const MOST_TIMEOUTS_UNCOUNTED = 60;

/**
 * Whether the voters that are there count this member in: a quorum, itself included if it votes, the leader among them, if there is
 * one; and all others, for some time, because the next to go may be any of them.
 */
function isJoined(self: Election): boolean {
  const { leader, startedAt, ground: { config, now }, membership: { electorate, voters, byBoot } } = self;
  if (electorate.size === Infinity) return false;
  if (config.quorum === "none") return true;
  const own = electorate.votes ? 1 : 0;
  let [named, all] = [own, own];
  const isPatient = now - startedAt < MOST_TIMEOUTS_UNCOUNTED * config.timeout;
  for (const peer of voters.items) {
    if (!countsThis(self, peer)) {
      if (isPatient && peer.alive && peer.suspicion === undefined) return false;
      continue;
    }
    all += 1;
    if (!peer.leaving) named += 1;
  }
  const leading = leader === undefined ? undefined : byBoot.get(leader.boot);
  return isQuorum(self, named, all) && (leading?.voter !== true || countsThis(self, leading));
}

/** Whether a voter hears this member and, if that one votes, has it among its voters, as far as it tells. */
function countsThis({ ground: { now, config }, membership: { electorate } }: Election, peer: Peer): boolean {
  if (!peer.alive || now - peer.lastHeardBy > OF_LATE * config.interval) return false;
  const { voterList } = peer;
  if (!electorate.votes || voterList === undefined) return true;
  return voterList.listsReceiver && (voterList.isMany || voterList.hashes.includes(hashOf(config.address)));
}

/**
 * Whether the others need the vote of this member, which is about to end: somebody is there that would lead, and without this vote
 * they are no quorum of voters that vote.
 */
export function isVoteWanted(self: Election): boolean {
  const { ground: { now, config }, membership: { electorate, voters, byBoot } } = self;
  if (config.quorum === "none" || !electorate.votes || isQuarantined(self)) return false;
  let [named, all] = [0, 0];
  for (const peer of voters.items) {
    if (!peer.alive || now - peer.lastSign > config.timeout || !recordOf(self, peer).voting) continue;
    all += 1;
    if (!peer.leaving) named += 1;
  }
  if (isQuorum(self, named, all)) return false;
  for (const peer of byBoot.values()) if (peer.eligible && peer.suspicion === undefined) return true;
  return false;
}
