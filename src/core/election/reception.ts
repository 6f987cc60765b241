/**
 * What a packet says of who leads and who would: from a peer that proved to be there, and at most once for each packet.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { Peer } from "../membership/peer.ts";
import { nameOf } from "../membership/peer.ts";
import { type Heard, isTrusted } from "../membership/state.ts";
import type { Boot, Claim, Release, Status, Vote } from "../message/message.ts";
import { advanceLead, countVote, leaveOffice, stepBack } from "./candidate.ts";
import { followLeader, forgetLeader, isAbsurd, takeLeaderHint } from "./leader.ts";
import { outranks } from "./rank.ts";
import { type Election, recordOf } from "./state.ts";
import { deferClaim, noteWaste, release, vote } from "./voter.ts";

/** Takes what was heard; returns the vote where it asks for one. */
export function respond(self: Election, heard: Heard): Vote | undefined {
  const { peer, from, message } = heard;
  switch (message.kind) {
    case "release":
      takeRelease(self, peer, from, message);
      return undefined;
    case "leave":
      release(self, from, Infinity);
      forgetLeader(self, from, Infinity);
      return undefined;
  }
  if (heard.isNews) takeStatus(self, peer, message.status);
  if (heard.leaderHint !== undefined) takeLeaderHint(self, heard.leaderHint);
  if (message.kind === "ack") {
    if (message.vote !== undefined) countVote(self, peer, message.vote);
    return undefined;
  }
  return message.claim &&
    takeClaim(self, { peer, from, nonce: message.nonce, claim: message.claim, status: message.status });
}

function takeStatus(self: Election, peer: Peer, status: Status): void {
  const record = recordOf(self, peer);
  record.voting = status.voting;
  if (peer.configured) takeTerms(self, peer, status);
  if (status.leading !== undefined) takeLeading(self, peer, status, status.leading);
}

function takeTerms(self: Election, peer: Peer, status: Status): void {
  if (status.idle) recordOf(self, peer).toldIdleAt = self.ground.now;
  if (isAbsurd(self, status.highestTerm)) return drop(self.ground, "absurd-term");
  self.seenTerm = Math.max(self.seenTerm, status.highestTerm);
  // The other leader of a plain democracy may have given way before this one had heard of it.
  if (self.ground.config.quorum === "none" && status.highestTerm > (self.candidacy?.term ?? Infinity)) {
    advanceLead(self, status.highestTerm);
  }
}

function takeLeading(self: Election, peer: Peer, status: Status, { term }: NonNullable<Status["leading"]>): void {
  const { candidacy, membership, ballot: { grant }, ground: { config } } = self;
  if (isAbsurd(self, term)) return drop(self.ground, "absurd-term");
  if (grant?.boot === peer.boot && grant.term === term) grant.inOffice = true;
  recordOf(self, peer).wasted = 0;
  const leads = candidacy?.elected === true;
  if (leads && config.quorum !== "none") return;
  if (leads && isTrusted(membership, peer) && term > recordOf(self, peer).endedTerm) {
    if (outranks(peer, config)) leaveOffice(self, "outweighed", undefined);
    else advanceLead(self, term);
  }
  followLeader(self, peer, status);
}

interface Asked {
  readonly peer: Peer;
  readonly from: Boot;
  readonly nonce: number;
  readonly claim: Claim;
  readonly status: Status;
}

function takeClaim(self: Election, { peer, from, nonce, claim, status }: Asked): Vote | undefined {
  const { candidacy, ground: { config } } = self;
  if (config.quorum === "none") return undefined;
  if (isAbsurd(self, claim.term)) return refuseFuture(self, peer, claim);
  if (peer.configured) self.seenTerm = Math.max(self.seenTerm, claim.term);
  const prevails = status.leading !== undefined || outranks(status, config);
  const inOffice = status.leading?.term === claim.term;
  // Making way for a claim that is refused all the same would be the end of both.
  const isWorthIt = inOffice || claim.term > self.ballot.promisedTerm;
  if (candidacy?.elected === false && peer.configured && prevails && isWorthIt && claim.lease <= config.timeout) {
    stepBack(self);
  }
  const answer = vote(self, peer, from, claim, inOffice);
  if (answer.refusal === "held" || answer.refusal === "quarantined") deferClaim(self, peer, from, claim, nonce);
  return answer;
}

/** The candidate's clock is far ahead, or this member's far behind: the one learns it from the other. */
function refuseFuture(self: Election, peer: Peer, { term, sequence }: Claim): Vote {
  const { ground: { effects, pool, wall } } = self;
  drop(self.ground, "absurd-term");
  effects.push({ kind: "mismatch", what: "clock-ahead", member: nameOf(peer), value: term - wall });
  const answer = pool.vote();
  void ({
    term: answer.term = term,
    sequence: answer.sequence = sequence,
    refusal: answer.refusal = "future-term",
    limit: answer.limit = wall,
  } satisfies Vote);
  return answer;
}

function takeRelease(self: Election, peer: Peer, from: Boot, { term, successor, unanswered }: Release): void {
  const { membership, ground: { now, config } } = self;
  if (isAbsurd(self, term)) return drop(self.ground, "absurd-term");
  release(self, from, term);
  // What a process before this one released says nothing of the one that is there now.
  const record = recordOf(self, peer);
  if (peer.boot !== from || term <= record.endedTerm) return;
  record.endedTerm = term;
  if (unanswered) noteWaste(self, record);
  forgetLeader(self, from, term);
  const trusted = isTrusted(membership, peer);
  if (config.quorum === "none" && trusted) advanceLead(self, term);
  if (successor === undefined || self.leader !== undefined || !trusted) return;
  const heir = membership.byBoot.get(successor);
  if (config.preemptAfter !== undefined && heir !== undefined && outranks(heir, peer)) self.offices.offer(heir);
  self.successor = { boot: successor, released: { term, boot: from }, until: now + config.interval };
}
