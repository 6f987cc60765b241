/**
 * The voter: promises its grant to one candidate at a time, in memory only. PaxosLease, arXiv:1209.4187.
 *
 * @module
 */

import type { Boot, Claim, Refusal, TermId, Vote } from "./message.ts";
import { outranks } from "./rank.ts";
import type { Member } from "./member.ts";
import { audience, type Citizen, clusterSize, isQuarantined } from "./state.ts";
import { ownStatus, sendAck, sendPing } from "./status.ts";

/** Whether the vote is promised to nobody. */
export function isVoteFree(citizen: Citizen): boolean {
  const { grant } = citizen.ballot;
  return !isQuarantined(citizen) && (grant === undefined || citizen.now >= grant.expiresAt);
}

/**
 * Ends the quarantine early where that is asked for, once all other voters have told this boot that they are idle: then nobody
 * holds a lease that a forgotten grant supports, as long as the lists of voters never shrink. A member that a shorter list leaves
 * out may lead by forgotten grants while all that are left are idle. Where some stand without voting it is never safe: such a
 * one may have the forgotten grant, and get those of others that were idle when they were asked. Plain democracy only waits
 * until everybody is there.
 */
export function reviewQuarantine(citizen: Citizen): void {
  const { ballot } = citizen;
  if (isQuarantined(citizen)) {
    const others = citizen.voters.items;
    const plain = citizen.config.quorum === "none";
    if (!plain && (citizen.config.quarantine !== "until-idle" || !citizen.allVote)) return;
    const ready = others.every((member) => plain ? member.alive : member.toldIdle);
    if (!ready || others.length < clusterSize(citizen) - (citizen.votes ? 1 : 0)) return;
    ballot.quarantineUntil = citizen.now;
  } else if (ballot.floorTerm > 0) {
    return;
  }
  ballot.floorTerm = Math.max(citizen.seenTerm, 1);
  if (citizen.leader === undefined && citizen.votes) tellVoting(citizen);
}

/** A candidate may wait for nothing but this vote: it hears of it now instead of with the next heartbeat. */
function tellVoting(citizen: Citizen): void {
  const status = ownStatus(citizen);
  for (const member of audience(citizen)) sendPing(citizen, member, undefined, status);
}

/**
 * Answers the claim of the process `from` at a voter's address. `inOffice`: it has been elected for this very term.
 * Then a voter that lost sight of it, and in between promised a higher term to one who was not elected, votes for it
 * again; that is safe, because nobody else is elected while the lease of the one in office holds.
 */
export function vote(citizen: Citizen, member: Member, from: Boot, claim: Claim, inOffice: boolean): Vote {
  const answer = citizen.outbox.vote();
  answer.term = claim.term;
  answer.sequence = claim.sequence;
  answer.refusal = refusalOf(citizen, member, from, claim, inOffice);
  if (answer.refusal === undefined) promise(citizen, from, claim);
  return answer;
}

/** Votes for this member itself, by the rules for everybody else; whether that vote was granted. */
export function voteForSelf(citizen: Citizen, claim: Claim): boolean {
  const { ballot: { grant }, config: { boot }, now } = citizen;
  if (!citizen.votes || isQuarantined(citizen)) return false;
  if (grant !== undefined && grant.boot !== boot && now < grant.expiresAt && !isReleasedTo(citizen, grant, claim)) {
    return false;
  }
  promise(citizen, boot, claim);
  return true;
}

/** Promises this member's vote to the process `from`, or promises it again. */
function promise({ ballot, now, config }: Citizen, from: Boot, { term, sequence }: Claim): void {
  const { grant } = ballot;
  const expiresAt = now + config.timeout;
  ballot.promisedTerm = Math.max(ballot.promisedTerm, term);
  if (grant?.boot !== from || grant.term !== term) ballot.grant = { term, boot: from, sequence, expiresAt };
  // A datagram that comes twice must not make a promise longer.
  else if (sequence > grant.sequence) {
    grant.sequence = sequence;
    grant.expiresAt = expiresAt;
  }
}

function refusalOf(
  citizen: Citizen,
  member: Member,
  from: Boot,
  claim: Claim,
  inOffice: boolean,
): Refusal | undefined {
  const { ballot: { grant, promisedTerm, floorTerm }, now, config } = citizen;
  if (!member.configured || !citizen.votes) return "not-a-voter";
  // The candidate would believe for longer than this voter promises, or is quarantined after a restart.
  if (claim.lease > config.timeout) return "longer-lease";
  if (isQuarantined(citizen)) return "quarantined";
  const held = grant !== undefined && now < grant.expiresAt;
  if (held && grant.boot === from && grant.term === claim.term) return undefined;
  if (held && grant.boot !== from && !isReleasedTo(citizen, grant, claim)) return "held";
  const isOld = grant?.boot === from &&
    (claim.term < grant.term || claim.term === grant.term && claim.sequence <= grant.sequence);
  if (isOld || claim.term <= member.endedTerm) return "stale-term";
  const isNew = claim.term > promisedTerm && claim.term >= floorTerm;
  return isNew || inOffice ? undefined : "stale-term";
}

/** The holder of a grant gives it back; nobody else can. */
export function release(citizen: Citizen, from: Boot, term: number): void {
  const { ballot } = citizen;
  if (ballot.grant?.boot === from && ballot.grant.term <= term) ballot.grant = undefined;
  if (ballot.deferred?.boot === from && ballot.deferred.claim.term <= term) ballot.deferred = undefined;
}

/** Remembers a claim that may be granted soon: the one of the heavier candidate, or the newer. */
export function deferClaim(citizen: Citizen, member: Member, from: Boot, claim: Claim, nonce: number): void {
  const { deferred } = citizen.ballot;
  const kept = deferred === undefined ? undefined : citizen.byBoot.get(deferred.boot);
  const fresh = deferred !== undefined && citizen.now - deferred.receivedAt <= citizen.config.interval;
  if (fresh && kept !== undefined && kept !== member && outranks(kept, member)) return;
  // The next packet overwrites what this one brought.
  const { succeeds } = claim;
  const copy = { ...claim, succeeds: succeeds && { ...succeeds } };
  citizen.ballot.deferred = { address: member.address, boot: from, claim: copy, nonce, receivedAt: citizen.now };
}

/**
 * Grants the deferred claim when the vote has become free. A claim older than an interval is dropped instead: its
 * candidate has sent a newer one, or has given up.
 */
export function reviewDeferred(citizen: Citizen): void {
  const { deferred } = citizen.ballot;
  if (deferred === undefined) return;
  const member = citizen.members.get(deferred.address);
  const stale = citizen.now - deferred.receivedAt > citizen.config.interval;
  if (stale || member === undefined) {
    citizen.ballot.deferred = undefined;
  } else if (isVoteFree(citizen) && citizen.candidacy === undefined) {
    citizen.ballot.deferred = undefined;
    const answer = vote(citizen, member, deferred.boot, deferred.claim, false);
    sendAck(citizen, member, deferred.boot, deferred.nonce, answer);
  }
}

/** A claim may name the grant's own term as released to it, unless this member itself still holds that term. */
function isReleasedTo({ candidacy, config }: Citizen, { term, boot }: TermId, { succeeds }: Claim): boolean {
  if (succeeds === undefined || succeeds.term !== term || succeeds.boot !== boot) return false;
  return boot !== config.boot || candidacy?.term !== term;
}
