/**
 * The voter: gives its vote in an election to one candidate at a time, in memory only. PaxosLease, arXiv:1209.4187.
 *
 * @module
 */

import type { MismatchKind } from "../effect.ts";
import { nameOf, type Peer } from "../membership/peer.ts";
import { ack, ping } from "../membership/sending.ts";
import { audience, electorateSize } from "../membership/state.ts";
import {
  type Boot,
  type Claim,
  DEFAULT_ELECTION,
  type ElectionName,
  type Refusal,
  type Request,
  type Vote,
} from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { outranks } from "./rank.ts";
import {
  type Ballot,
  type Election,
  type GivenVote,
  isQuarantined,
  newBallot,
  type PeerRecord,
  recordOf,
  type Support,
} from "./state.ts";
import { answerWith, forceEnds, isInForce, support } from "./support.ts";

/** Timeouts after which a wasted vote is forgiven. */
const FORGIVEN = 10;

/** Whether the vote is given to nobody. */
export function isVoteFree(self: Election): boolean {
  return !isQuarantined(self) && !isInForce(self, self.ballot);
}

/**
 * Ends the quarantine early where that is asked for, once all other voters have told this boot that they are idle: then nobody
 * holds a lease that a forgotten vote supports, as long as the lists of voters never shrink. A member that a shorter list leaves
 * out may lead by forgotten votes while all that are left are idle. Where some stand without voting it is never safe: such a
 * one may have the forgotten vote, and get those of others that were idle when they were asked. Plain democracy only waits
 * until everybody is there.
 */
export function reviewQuarantine(self: Election): void {
  const { voting, ground: { config, now }, membership: { electorate, voters } } = self;
  if (isQuarantined(self)) {
    const plain = config.quorum === "none";
    if (!plain && (config.quarantine !== "until-idle" || !electorate.isAll)) return;
    const others = voters.items;
    const ready = others.every((peer) => peer.alive && (plain || recordOf(self, peer).toldIdleAt >= peer.aliveSince));
    if (!ready || others.length < electorateSize(self.membership).all - (electorate.votes ? 1 : 0)) return;
    voting.quarantineUntil = now;
  } else if (voting.floorTerm > 0) {
    return;
  }
  voting.floorTerm = Math.max(self.seenTerm, 1);
  if (self.leader === undefined && electorate.votes) tellVoting(self);
}

/** A candidate may wait for nothing but this vote: it hears of it now instead of with the next heartbeat. */
function tellVoting(self: Election): void {
  for (const peer of audience(self.membership)) ping(self.membership, peer);
}

/** What this member has promised in an election. */
export function ballotOf({ voting: { ballots } }: Election, election: ElectionName): Ballot | undefined {
  return ballots.get(election);
}

/** Who asks for a vote, and with what. */
export interface Voteless {
  readonly peer: Peer;
  readonly from: Boot;
  readonly claim: Claim;
  readonly lease: number;
}

/** Why a request gets no support, and no vote, whatever it claims; undefined when it may. */
export function obstacleFor(self: Election, peer: Peer, { lease }: Request): Refusal | undefined {
  if (!peer.configured || !self.membership.electorate.votes) return "not-a-voter";
  // The candidate would believe for longer than this voter promises, or is quarantined after a restart.
  return lease > self.ground.config.timeout ? "longer-lease" : undefined;
}

/** Answers a claim of the process `from` at a voter's address, whose votes lean on that support. */
export function vote(self: Election, peer: Peer, from: Boot, known: Support, claim: Claim): Vote {
  const refusal = refusalOf(self, peer, from, known, claim);
  if (refusal !== undefined) return answerTo(self, claim, refusal);
  promise(self, from, known, claim);
  if (claim.election === DEFAULT_ELECTION) recordOf(self, peer).askedAt = -Infinity;
  const given = ballotOf(self, claim.election)?.vote;
  if (claim.inOffice && given !== undefined) given.inOffice = true;
  return answerTo(self, claim, undefined);
}

/** The answer to a claim; where it went beyond what this member allows, with that. */
export function answerTo(self: Election, { election, term }: Claim, refusal: Refusal | undefined): Vote {
  return { election, term, refusal, limit: limitOf(self, election, refusal) };
}

function limitOf(self: Election, election: ElectionName, refusal: Refusal | undefined): number {
  const { voting, ground: { config, wall } } = self;
  switch (refusal) {
    case "longer-lease":
      return config.timeout;
    case "future-term":
      return wall;
    case "forgotten":
      return voting.forgottenTerm;
    case "stale-term":
      return Math.max(ballotOf(self, election)?.promisedTerm ?? 0, voting.floorTerm - 1);
    default:
      return 0;
  }
}

/** The timeouts of a voter and a candidate do not fit. */
export function tellTimeout({ ground }: Election, peer: Peer, what: MismatchKind, timeout: number): void {
  ground.effects.push({ kind: "mismatch", what, member: nameOf(peer), value: timeout });
}

/** Supports this process itself, by the rules for everybody else; undefined where this member does not vote, or not now. */
export function supportSelf(self: Election, sequence: number): Support | undefined {
  if (!self.membership.electorate.votes || isQuarantined(self)) return undefined;
  return support(self, self.ground.config.boot, { sequence, part: 0 });
}

/** Votes for this member itself, by the rules for everybody else; whether that vote was granted. */
export function voteForSelf(self: Election, known: Support, claim: Claim): boolean {
  const { boot } = self.ground.config;
  const ballot = ballotOf(self, claim.election);
  const isHeld = ballot !== undefined && ballot.vote?.boot !== boot && isInForce(self, ballot);
  if (isHeld && !isReleasedTo(self, ballot.vote, claim)) return false;
  promise(self, boot, known, claim);
  return true;
}

/** Gives this member's vote to the process `from`, or gives it again. */
function promise(self: Election, from: Boot, { epoch }: Support, { election, term }: Claim): void {
  const ballot = ballotOf(self, election) ?? addBallot(self, election);
  ballot.promisedTerm = Math.max(ballot.promisedTerm, term);
  const { vote } = ballot;
  if (vote?.boot === from && vote.term === term && vote.epoch === epoch) return;
  if (ballot === self.ballot) reviewVote(self, true);
  setVote(self, ballot, { term, boot: from, epoch, inOffice: false, isWasted: false });
}

/** Gives the vote of a ballot, or takes it back; how many elections each process has votes in is counted. */
function setVote({ voting: { supports } }: Election, ballot: Ballot, given: GivenVote | undefined): void {
  const before = ballot.vote && supports.get(ballot.vote.boot);
  if (before !== undefined) before.elections -= 1;
  ballot.vote = given;
  const after = given && supports.get(given.boot);
  if (after !== undefined) after.elections += 1;
}

/** A ballot of an election that this voter has not heard of before. */
function addBallot(self: Election, election: ElectionName): Ballot {
  if (isCrowded(self)) forget(self);
  const ballot = newBallot();
  self.voting.ballots.set(election, ballot);
  return ballot;
}

/**
 * Forgets the named elections in which nobody has the vote. What was promised there is kept as one term for all of them, below
 * which nothing is granted any more; those above the own wall clock would keep new candidates away.
 */
function forget(self: Election): void {
  const { voting, ballot: kept, ground: { wall } } = self;
  for (const [election, ballot] of voting.ballots) {
    if (ballot === kept || isInForce(self, ballot) || ballot.promisedTerm > wall) continue;
    voting.forgottenTerm = Math.max(voting.forgottenTerm, ballot.promisedTerm);
    setVote(self, ballot, undefined);
    voting.ballots.delete(election);
  }
}

/** Whether the vote that has ended by now, or is `replaced`, brought anybody into office is remembered of who had it. */
export function reviewVote(self: Election, isReplaced: boolean): void {
  const { ballot: { vote }, membership: { byBoot } } = self;
  if (vote === undefined || vote.isWasted || vote.inOffice) return;
  if (!isReplaced && isInForce(self, self.ballot)) return;
  vote.isWasted = true;
  const peer = byBoot.get(vote.boot);
  if (peer !== undefined) noteWaste(self, recordOf(self, peer));
}

/** A vote for this process was wasted once more; long ago counts no more. */
export function noteWaste({ ground: { now, config } }: Election, record: PeerRecord): void {
  if (now - record.wastedAt > FORGIVEN * config.timeout) record.wasted = 0;
  record.wasted += 1;
  record.wastedAt = now;
}

/** A process asks for this vote: whoever has it meanwhile, it waits. */
function noteAsking({ ground: { now, config } }: Election, record: PeerRecord): void {
  if (now - record.askedAt > config.timeout) record.asksSince = now;
  record.askedAt = now;
}

/** Whether votes for this process were wasted of late. */
function isWasteful({ ground: { now, config } }: Election, { wasted, wastedAt }: PeerRecord): boolean {
  return wasted > 0 && now - wastedAt <= FORGIVEN * config.timeout;
}

/**
 * Whether others come first: a candidate that wasted votes before is granted another only once it has asked for it for so long
 * that anybody else who stands has asked, too. Each time that is twice as long, up to a timeout.
 */
function comesLater(self: Election, record: PeerRecord): boolean {
  const { ground: { now, config } } = self;
  if (!isWasteful(self, record)) return false;
  return now - record.asksSince < Math.min(2 ** (record.wasted - 1) * config.interval, config.timeout);
}

function refusalOf(self: Election, peer: Peer, from: Boot, known: Support, claim: Claim): Refusal | undefined {
  const { voting, voting: { floorTerm } } = self;
  const { term, inOffice } = claim;
  if (isQuarantined(self)) return "quarantined";
  const record = recordOf(self, peer);
  const isDefault = claim.election === DEFAULT_ELECTION;
  if (isDefault) noteAsking(self, record);
  const ballot = ballotOf(self, claim.election);
  const given = ballot?.vote;
  const promisedTerm = ballot?.promisedTerm ?? 0;
  if (ballot?.ended?.boot === from && term <= ballot.ended.term) return "stale-term";
  const isHeld = forceEnds(self, given) !== -Infinity;
  if (isHeld && given?.boot === from && given.term === term) return undefined;
  if (isHeld && given?.boot !== from && !isReleasedTo(self, given, claim)) {
    // Two candidates that wait for each other's votes would do so until they are exhausted: the one that wasted votes gives up.
    const isInTheWay = isDefault && self.candidacy?.elected === false && isWasteful(self, record);
    return isInTheWay && !inOffice && term <= promisedTerm ? "stale-term" : "held";
  }
  if (!isDefault && given?.boot !== from && known.elections >= LIMITS.elections) return "too-many";
  if (given?.boot === from && term < given.term) return "stale-term";
  // Who holds a lease for this very term gets it again: nobody else can have been elected since.
  if (inOffice) return undefined;
  if (term <= promisedTerm || term < floorTerm) return "stale-term";
  if (term <= voting.forgottenTerm) return "forgotten";
  return isDefault && claim.succeeds === undefined && comesLater(self, record) ? "held" : undefined;
}

/** This member stands with that term, whether it votes or not: it grants nothing below it any more. */
export function noteStood(self: Election, election: ElectionName, term: number): void {
  const ballot = ballotOf(self, election) ?? addBallot(self, election);
  ballot.promisedTerm = Math.max(ballot.promisedTerm, term);
}

/** A process has given a term back: what it claimed of it is not carried out any more, should it come late. */
export function noteEnd(self: Election, from: Boot, election: ElectionName, term: number): void {
  const seen = election === DEFAULT_ELECTION ? self : self.named;
  seen.seenTerm = Math.max(seen.seenTerm, term);
  const ballot = ballotOf(self, election) ?? (isCrowded(self) ? undefined : addBallot(self, election));
  if (ballot === undefined) return;
  ballot.promisedTerm = Math.max(ballot.promisedTerm, term);
  if (ballot.ended?.boot !== from || ballot.ended.term < term) ballot.ended = { boot: from, term };
}

/** Whether there is no room for an election in which nobody has had a vote. */
function isCrowded({ voting: { ballots } }: Election): boolean {
  return ballots.size >= LIMITS.elections;
}

/** The holder of a vote gives it back; nobody else can. */
export function release(self: Election, from: Boot, election: ElectionName, term: number): void {
  const ballot = ballotOf(self, election);
  if (ballot === undefined) return;
  if (ballot.vote?.boot === from && ballot.vote.term <= term) setVote(self, ballot, undefined);
  if (ballot.deferred?.boot === from && ballot.deferred.claim.term <= term) ballot.deferred = undefined;
}

/** Remembers a claim that may be granted soon: the one of the heavier candidate, or the newer. */
export function deferClaim(self: Election, peer: Peer, from: Boot, claim: Claim, nonce: number): void {
  // A candidate of a named election asks again soon enough.
  if (claim.election !== DEFAULT_ELECTION) return;
  const { ballot } = self;
  const { deferred } = ballot;
  const kept = deferred === undefined ? undefined : self.membership.byBoot.get(deferred.boot);
  const fresh = deferred !== undefined && self.ground.now - deferred.receivedAt <= self.ground.config.interval;
  if (fresh && kept !== undefined && kept !== peer && outranks(kept, peer)) return;
  // The next packet overwrites what this one brought.
  const { succeeds } = claim;
  const copy = { ...claim, succeeds: succeeds && { ...succeeds } };
  ballot.deferred = { address: peer.address, boot: from, claim: copy, nonce, receivedAt: self.ground.now };
}

/**
 * Grants the deferred claim when the vote has become free. A claim older than an interval is dropped instead: its
 * candidate has sent a newer one, or has given up.
 */
export function reviewDeferred(self: Election): void {
  const { ballot, ballot: { deferred }, voting } = self;
  if (deferred === undefined) return;
  const peer = self.membership.peers.get(deferred.address);
  const known = voting.supports.get(deferred.boot);
  const stale = self.ground.now - deferred.receivedAt > self.ground.config.interval;
  if (stale || peer === undefined || known === undefined || self.ground.now >= known.expiresAt) {
    ballot.deferred = undefined;
  } else if (isVoteFree(self) && self.candidacy === undefined) {
    ballot.deferred = undefined;
    // That it held a lease when it sent this says nothing any more.
    const answer = vote(self, peer, deferred.boot, known, { ...deferred.claim, inOffice: false });
    ack(self.membership, peer, deferred.boot, deferred.nonce).answer = answerWith(self, known, [answer]);
  }
}

/** A claim may name the vote's own term as released to it, unless this member itself still holds that term. */
function isReleasedTo(
  { candidacy, ground: { config } }: Election,
  given: GivenVote | undefined,
  { succeeds }: Claim,
): boolean {
  if (succeeds === undefined || succeeds.term !== given?.term || succeeds.boot !== given.boot) return false;
  return given.boot !== config.boot || candidacy?.term !== given.term;
}
