/**
 * The voter: promises its grant to one candidate at a time, in memory only. PaxosLease, arXiv:1209.4187.
 *
 * @module
 */

import type { MismatchKind } from "../effect.ts";
import { nameOf, type Peer } from "../membership/peer.ts";
import { ack, ping } from "../membership/sending.ts";
import { audience, electorateSize } from "../membership/state.ts";
import type { Boot, Claim, Refusal, TermId, Vote } from "../message/message.ts";
import { outranks } from "./rank.ts";
import { type Election, isQuarantined, type PeerRecord, recordOf } from "./state.ts";

/** Timeouts after which a wasted vote is forgiven. */
const FORGIVEN = 10;

/** Whether the vote is promised to nobody. */
export function isVoteFree(self: Election): boolean {
  const { grant } = self.ballot;
  return !isQuarantined(self) && (grant === undefined || self.ground.now >= grant.expiresAt);
}

/**
 * Ends the quarantine early where that is asked for, once all other voters have told this boot that they are idle: then nobody
 * holds a lease that a forgotten grant supports, as long as the lists of voters never shrink. A member that a shorter list leaves
 * out may lead by forgotten grants while all that are left are idle. Where some stand without voting it is never safe: such a
 * one may have the forgotten grant, and get those of others that were idle when they were asked. Plain democracy only waits
 * until everybody is there.
 */
export function reviewQuarantine(self: Election): void {
  const { ballot, ground: { config, now }, membership: { electorate, voters } } = self;
  if (isQuarantined(self)) {
    const plain = config.quorum === "none";
    if (!plain && (config.quarantine !== "until-idle" || !electorate.isAll)) return;
    const others = voters.items;
    const ready = others.every((peer) => peer.alive && (plain || recordOf(self, peer).toldIdleAt >= peer.aliveSince));
    if (!ready || others.length < electorateSize(self.membership).all - (electorate.votes ? 1 : 0)) return;
    ballot.quarantineUntil = now;
  } else if (ballot.floorTerm > 0) {
    return;
  }
  ballot.floorTerm = Math.max(self.seenTerm, 1);
  if (self.leader === undefined && electorate.votes) tellVoting(self);
}

/** A candidate may wait for nothing but this vote: it hears of it now instead of with the next heartbeat. */
function tellVoting(self: Election): void {
  for (const peer of audience(self.membership)) ping(self.membership, peer);
}

/**
 * Answers the claim of the process `from` at a voter's address. `inOffice`: it has been elected for this very term.
 * Then a voter that lost sight of it, and in between promised a higher term to one who was not elected, votes for it
 * again; that is safe, because nobody else is elected while the lease of the one in office holds.
 */
export function vote(self: Election, peer: Peer, from: Boot, claim: Claim, inOffice: boolean): Vote {
  const answer = self.ground.pool.vote();
  void ({
    term: answer.term = claim.term,
    sequence: answer.sequence = claim.sequence,
    refusal: answer.refusal = refusalOf(self, peer, from, claim, inOffice),
    limit: answer.limit = answer.refusal === "longer-lease" ? self.ground.config.timeout : 0,
  } satisfies Vote);
  if (answer.refusal === "longer-lease") tellTimeout(self, peer, "longer-timeout", claim.lease);
  if (answer.refusal !== undefined) return answer;
  promise(self, from, claim);
  recordOf(self, peer).askedAt = -Infinity;
  if (inOffice && self.ballot.grant !== undefined) self.ballot.grant.inOffice = true;
  return answer;
}

/** The timeouts of a voter and a candidate do not fit. */
export function tellTimeout({ ground }: Election, peer: Peer, what: MismatchKind, timeout: number): void {
  ground.effects.push({ kind: "mismatch", what, member: nameOf(peer), value: timeout });
}

/** Votes for this member itself, by the rules for everybody else; whether that vote was granted. */
export function voteForSelf(self: Election, claim: Claim): boolean {
  const { ballot: { grant }, ground: { config: { boot }, now } } = self;
  if (!self.membership.electorate.votes || isQuarantined(self)) return false;
  if (grant !== undefined && grant.boot !== boot && now < grant.expiresAt && !isReleasedTo(self, grant, claim)) {
    return false;
  }
  promise(self, boot, claim);
  return true;
}

/** Promises this member's vote to the process `from`, or promises it again. */
function promise(self: Election, from: Boot, { term, sequence }: Claim): void {
  const { ballot, ground: { now, config } } = self;
  const { grant } = ballot;
  const expiresAt = now + config.timeout;
  ballot.promisedTerm = Math.max(ballot.promisedTerm, term);
  if (grant?.boot !== from || grant.term !== term) {
    reviewGrant(self, true);
    ballot.grant = { term, boot: from, inOffice: false, isWasted: false, sequence, expiresAt };
    return;
  }
  // A datagram that comes twice must not make a promise longer.
  if (sequence <= grant.sequence) return;
  grant.sequence = sequence;
  grant.expiresAt = expiresAt;
}

/** Whether the vote that has ended by now, or is `replaced`, brought anybody into office is remembered of who had it. */
export function reviewGrant(self: Election, isReplaced: boolean): void {
  const { ballot: { grant }, membership: { byBoot }, ground: { now } } = self;
  if (grant === undefined || grant.isWasted || grant.inOffice || (!isReplaced && now < grant.expiresAt)) return;
  grant.isWasted = true;
  const peer = byBoot.get(grant.boot);
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

function refusalOf(
  self: Election,
  peer: Peer,
  from: Boot,
  claim: Claim,
  inOffice: boolean,
): Refusal | undefined {
  const { ballot: { grant, promisedTerm, floorTerm }, ground: { now, config } } = self;
  if (!peer.configured || !self.membership.electorate.votes) return "not-a-voter";
  // The candidate would believe for longer than this voter promises, or is quarantined after a restart.
  if (claim.lease > config.timeout) return "longer-lease";
  if (isQuarantined(self)) return "quarantined";
  const record = recordOf(self, peer);
  noteAsking(self, record);
  const held = grant !== undefined && now < grant.expiresAt;
  if (held && grant.boot === from && grant.term === claim.term) return undefined;
  if (held && grant.boot !== from && !isReleasedTo(self, grant, claim)) {
    // Two candidates that wait for each other's votes would do so until they are exhausted: the one that wasted votes gives up.
    const isInTheWay = self.candidacy?.elected === false && isWasteful(self, record);
    return isInTheWay && !inOffice && claim.term <= promisedTerm ? "stale-term" : "held";
  }
  const isOld = grant?.boot === from &&
    (claim.term < grant.term || claim.term === grant.term && claim.sequence <= grant.sequence);
  if (isOld || claim.term <= record.endedTerm) return "stale-term";
  const isNew = claim.term > promisedTerm && claim.term >= floorTerm;
  if (!isNew && !inOffice) return "stale-term";
  const mustWait = !inOffice && claim.succeeds === undefined && comesLater(self, record);
  return mustWait ? "held" : undefined;
}

/** The holder of a grant gives it back; nobody else can. */
export function release(self: Election, from: Boot, term: number): void {
  const { ballot } = self;
  if (ballot.grant?.boot === from && ballot.grant.term <= term) ballot.grant = undefined;
  if (ballot.deferred?.boot === from && ballot.deferred.claim.term <= term) ballot.deferred = undefined;
}

/** Remembers a claim that may be granted soon: the one of the heavier candidate, or the newer. */
export function deferClaim(self: Election, peer: Peer, from: Boot, claim: Claim, nonce: number): void {
  const { deferred } = self.ballot;
  const kept = deferred === undefined ? undefined : self.membership.byBoot.get(deferred.boot);
  const fresh = deferred !== undefined && self.ground.now - deferred.receivedAt <= self.ground.config.interval;
  if (fresh && kept !== undefined && kept !== peer && outranks(kept, peer)) return;
  // The next packet overwrites what this one brought.
  const { succeeds } = claim;
  const copy = { ...claim, succeeds: succeeds && { ...succeeds } };
  self.ballot.deferred = { address: peer.address, boot: from, claim: copy, nonce, receivedAt: self.ground.now };
}

/**
 * Grants the deferred claim when the vote has become free. A claim older than an interval is dropped instead: its
 * candidate has sent a newer one, or has given up.
 */
export function reviewDeferred(self: Election): void {
  const { deferred } = self.ballot;
  if (deferred === undefined) return;
  const peer = self.membership.peers.get(deferred.address);
  const stale = self.ground.now - deferred.receivedAt > self.ground.config.interval;
  if (stale || peer === undefined) {
    self.ballot.deferred = undefined;
  } else if (isVoteFree(self) && self.candidacy === undefined) {
    self.ballot.deferred = undefined;
    const answer = vote(self, peer, deferred.boot, deferred.claim, false);
    ack(self.membership, peer, deferred.boot, deferred.nonce).vote = answer;
  }
}

/** A claim may name the grant's own term as released to it, unless this member itself still holds that term. */
function isReleasedTo(
  { candidacy, ground: { config } }: Election,
  { term, boot }: TermId,
  { succeeds }: Claim,
): boolean {
  if (succeeds === undefined || succeeds.term !== term || succeeds.boot !== boot) return false;
  return boot !== config.boot || candidacy?.term !== term;
}
