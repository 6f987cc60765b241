/**
 * What a packet says of who leads and who would: from a peer that proved to be there, and at most once for each packet.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { Peer } from "../membership/peer.ts";
import { nameOf } from "../membership/peer.ts";
import { type Heard, isTrusted } from "../membership/state.ts";
import { NO_VOTES } from "../message/blank.ts";
import {
  type Answer,
  type Boot,
  type Claim,
  DEFAULT_ELECTION,
  type Release,
  type ReleasedTerm,
  type Request,
  type Status,
  type Vote,
} from "../message/message.ts";
import { advanceLead, keepVote, leaveOffice, stepBack, takeAnswer } from "./candidate.ts";
import { followLeader, forgetLeader, isAbsurd, takeLeaderHint } from "./leader.ts";
import { settleDuels } from "./named/duel.ts";
import { keepVotes } from "./named/leases.ts";
import { takeNamedClaim, takeNamedRelease } from "./named/reception.ts";
import { answerRollCall, noteVersion, takeRoll } from "./named/rolls.ts";
import { outranks } from "./rank.ts";
import { type Election, recordOf, type Support } from "./state.ts";
import { answerWith, endSupport, support } from "./support.ts";
import { answerTo, deferClaim, noteEnd, noteWaste, obstacleFor, release, tellTimeout, vote } from "./voter.ts";

/** Takes what was heard; returns the answer where it asks for one. */
export function respond(self: Election, heard: Heard): Answer | undefined {
  const { peer, from, message } = heard;
  switch (message.kind) {
    case "release":
      takeRelease(self, peer, from, message);
      return undefined;
    case "leave":
      keepVote(self, peer, from);
      keepVotes(self, peer.address, from);
      endSupport(self, from);
      release(self, from, DEFAULT_ELECTION, Infinity);
      forgetLeader(self, from, Infinity);
      return undefined;
    case "claims":
      return takeRequest(self, message.request, { peer, from, nonce: 0, status: undefined });
    case "votes":
      takeAnswer(self, peer, from, message.answer);
      return undefined;
    case "roll-call":
      answerRollCall(self, peer, message.known);
      return undefined;
    case "roll":
      takeRoll(self, peer, message);
      settleDuels(self, peer, message.entries);
      return undefined;
  }
  if (heard.isNews) takeStatus(self, peer, message.status);
  if (heard.leaderHint !== undefined) takeLeaderHint(self, heard.leaderHint);
  if (message.answer !== undefined) takeAnswer(self, peer, from, message.answer);
  if (message.kind === "ack" || message.request === undefined) return undefined;
  return takeRequest(self, message.request, { peer, from, nonce: message.nonce, status: message.status });
}

function takeStatus(self: Election, peer: Peer, status: Status): void {
  const record = recordOf(self, peer);
  record.voting = status.voting;
  if (peer.configured) takeTerms(self, peer, status);
  noteVersion(self, peer, status.roll);
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
  const { candidacy, membership, ballot: { vote }, ground: { config } } = self;
  if (isAbsurd(self, term)) return drop(self.ground, "absurd-term");
  if (vote?.boot === peer.boot && vote.term === term) vote.inOffice = true;
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
  /** Undefined where it asks for nothing but votes in named elections. */
  readonly status: Status | undefined;
}

/** What is promised to who gets nothing. */
const NO_SUPPORT: Support = {
  ...{ epoch: 0, sequence: 0, parts: 0, promisedBy: 0, expiresAt: -Infinity, owesAnswer: false, elections: 0 },
};

/** Carries a request out, unless that was done, or overtaken: then there is nothing to answer. */
function takeRequest(self: Election, request: Request, asked: Asked): Answer | undefined {
  const { peer, from } = asked;
  const { claims, lease } = request;
  if (self.ground.config.quorum === "none") return undefined;
  const obstacle = obstacleFor(self, peer, request);
  if (obstacle === "longer-lease") tellTimeout(self, peer, "longer-timeout", lease);
  if (obstacle !== undefined) {
    return answerWith(self, NO_SUPPORT, claims.map((claim) => answerTo(self, claim, obstacle)));
  }
  const known = support(self, from, request);
  if (known === undefined) return undefined;
  const votes = claims.length === 0 ? NO_VOTES : claims.map((claim) => takeClaim(self, known, claim, asked));
  known.owesAnswer = !request.urgent;
  return answerWith(self, known, votes);
}

function takeClaim(self: Election, known: Support, claim: Claim, { peer, from, nonce, status }: Asked): Vote {
  const { candidacy, ground: { config } } = self;
  if (isAbsurd(self, claim.term)) return refuseFuture(self, peer, claim);
  if (status === undefined || claim.election !== DEFAULT_ELECTION) {
    return takeNamedClaim(self, peer, claim, () => vote(self, peer, from, known, claim));
  }
  self.seenTerm = Math.max(self.seenTerm, claim.term);
  const prevails = status.leading !== undefined || outranks(status, config);
  // Making way for a claim that is refused all the same would be the end of both.
  const isWorthIt = claim.inOffice || claim.term > self.ballot.promisedTerm;
  if (candidacy?.elected === false && prevails && isWorthIt) stepBack(self);
  const answer = vote(self, peer, from, known, claim);
  if (answer.refusal === "held" || answer.refusal === "quarantined") deferClaim(self, peer, from, claim, nonce);
  return answer;
}

/** The candidate's clock is far ahead, or this member's far behind: the one learns it from the other. */
function refuseFuture(self: Election, peer: Peer, claim: Claim): Vote {
  const { ground: { effects, wall } } = self;
  drop(self.ground, "absurd-term");
  effects.push({ kind: "mismatch", what: "clock-ahead", member: nameOf(peer), value: claim.term - wall });
  return answerTo(self, claim, "future-term");
}

function takeRelease(self: Election, peer: Peer, from: Boot, { terms }: Release): void {
  for (const released of terms) takeReleased(self, peer, from, released);
}

function takeReleased(
  self: Election,
  peer: Peer,
  from: Boot,
  { election, term, successor, unanswered }: ReleasedTerm,
): void {
  const { membership, ground: { now, config } } = self;
  if (isAbsurd(self, term)) return drop(self.ground, "absurd-term");
  release(self, from, election, term);
  noteEnd(self, from, election, term);
  if (election !== DEFAULT_ELECTION) {
    return takeNamedRelease(self, peer, { from, election, term, successor });
  }
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
