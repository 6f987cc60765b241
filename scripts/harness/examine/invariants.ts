/**
 * What must hold of one member after each step, whatever it was told: from its state alone.
 *
 * @module
 */

import type { MemberState } from "../../../src/core/citizen.ts";
import { leaseFrom, leaseLength, quorumOf } from "../../../src/core/election/lease.ts";
import type { Candidacy, Election } from "../../../src/core/election/state.ts";
import type { Peer } from "../../../src/core/membership/peer.ts";
import { electorateSize } from "../../../src/core/membership/state.ts";
import { LIMITS } from "../../../src/limits.ts";
import { checkMembership } from "./membership_invariants.ts";
import { BrokenInvariant, expect } from "./broken_invariant.ts";

/** Throws a {@linkcode BrokenInvariant} that says which of them does not hold. */
export function checkInvariants(state: MemberState): void {
  const { election, membership, ground } = state;
  try {
    checkMembership(membership);
    checkBallot(election);
    checkLeader(election);
    checkRest(election);
    if (election.candidacy !== undefined) checkCandidacy(election, election.candidacy);
  } catch (error) {
    if (error instanceof BrokenInvariant) throw new BrokenInvariant(`${ground.config.id}: ${error.message}`);
    throw error;
  }
}

function checkCandidacy(self: Election, candidacy: Candidacy): void {
  const { ballot: { grant }, ground: { config, now, wall } } = self;
  const { term, sequence, elected, startedAt, deadline, wallDeadline } = candidacy;
  expect(Number.isSafeInteger(term) && term <= self.seenTerm, "the own term is a number, and was seen");
  expect(config.eligible && !self.stalled && !self.closing, "who is stalled, closes or only observes does not stand");
  checkSent(candidacy, config.timeout);
  for (const { now: at } of candidacy.granted.values()) expect(at <= now, "grants are not of the future");
  if (elected) {
    expect(now < deadline && wall < wallDeadline, "a lease that has lapsed is over");
    expect(deadline <= leaseOf(self, candidacy), "the lease is no longer than what a quorum has granted");
    const { leader } = self;
    expect(leader?.boot === config.boot && leader.term === term, "who leads knows that it does");
    return;
  }
  expect(deadline === -Infinity, "who is not elected has no lease");
  expect(now < startedAt + leaseLength(config.timeout, config.drift), "a candidacy does not outlive a lease");
  expect(now >= self.ballot.quarantineUntil, "who is in quarantine does not stand");
  const isOwn = grant?.boot === config.boot && grant.term === term && now < grant.expiresAt &&
    grant.sequence <= sequence;
  // One that became a voter just now has not voted yet.
  const votes = self.membership.electorate.votes && candidacy.granted.has(config.address);
  expect(isOwn || !votes, "a candidate has its own vote");
}

/** Claims are remembered for a timeout. */
function checkSent({ sent, sequence }: Candidacy, timeout: number): void {
  const newest = sent.get(sequence);
  expect(newest !== undefined, "the newest claim is remembered");
  for (const { now } of sent.values()) {
    expect(newest!.now - now <= timeout, "claims are forgotten after a timeout");
    return;
  }
}

/** When the lease ends that the grants so far allow: worked out here once more. */
function leaseOf({ ground: { config }, membership }: Election, { granted }: Candidacy): number {
  const own = membership.electorate.votes ? granted.get(config.address) : undefined;
  const byVoters = (counts: (peer: Peer) => boolean) => [
    ...own === undefined ? [] : [own],
    ...membership.voters.items.filter(counts).flatMap(({ address }) => granted.get(address) ?? []),
  ];
  const size = electorateSize(membership);
  const named = leaseFrom(byVoters(({ leaving }) => !leaving), quorumOf(config.quorum, size.named));
  const all = leaseFrom(byVoters(() => true), quorumOf(config.quorum, size.all));
  return Math.min(named?.now ?? -Infinity, all?.now ?? -Infinity) + leaseLength(config.timeout, config.drift);
}

function checkBallot({ ballot, ground: { config, now } }: Election): void {
  const { grant, deferred, promisedTerm, floorTerm, quarantineUntil } = ballot;
  const quarantine = config.quarantine === "until-idle" ? config.timeout : config.quarantine;
  expect(quarantineUntil <= now + quarantine, "a quarantine is no longer than it was said to be");
  expect(promisedTerm >= 0 && floorTerm >= 0, "terms are numbers");
  if (deferred !== undefined) {
    const { claim: { term, sequence, lease }, receivedAt } = deferred;
    expect(Number.isSafeInteger(term) && sequence > 0 && lease <= config.timeout, "a deferred claim is kept as it was");
    expect(receivedAt <= now, "a deferred claim is not of the future");
  }
  if (grant === undefined) return;
  expect(Number.isSafeInteger(grant.term) && grant.sequence > 0 && grant.boot.length === 16, "a grant is kept whole");
  expect(grant.expiresAt <= now + config.timeout, "a promise lasts a timeout");
  expect(grant.term <= promisedTerm, "the highest term promised is at least that of the grant");
  const isEarlier = grant.expiresAt - config.timeout <= quarantineUntil - quarantine;
  expect(now >= quarantineUntil || isEarlier, "nothing is promised in quarantine");
}

function checkLeader(self: Election): void {
  const { leader, announced, ballot: { grant }, ground: { config, now } } = self;
  const isTold = leader?.id === announced?.id && leader?.address === announced?.source &&
    leader?.term === announced?.token;
  expect(isTold, "the application knows the leader that this member knows");
  if (leader === undefined) return;
  expect(self.standsAt === undefined || self.candidacy !== undefined, "who knows a leader does not wait to stand");
  if (leader.boot === config.boot) return expect(self.candidacy?.elected === true, "who follows itself leads");
  expect(self.candidacy?.elected !== true, "who leads follows nobody else");
  const isPromised = grant?.boot === leader.boot && grant.term === leader.term;
  expect(now < leader.until || (isPromised && now < grant.expiresAt), "a leader that is silent is forgotten");
  expect(leader.until <= now + config.timeout && leader.leaseEnd <= now + config.timeout, "a lease ends in a timeout");
  expect(Number.isSafeInteger(leader.term) && leader.beat >= 0, "a leader's term is a number");
  const peer = self.membership.byBoot.get(leader.boot);
  const record = peer && self.records.get(peer);
  const isOver = record?.boot === leader.boot && record.endedTerm >= leader.term;
  expect(!isOver, "a leadership that is over is not followed");
}

function checkRest(self: Election): void {
  const { releases, membership: { peers }, ground: { config, now } } = self;
  expect(self.seenTerm >= 0 && self.seenTerm <= LIMITS.maxTerm, "the highest term seen is a number");
  expect(self.lastClaimAt <= now && Number.isFinite(self.skew), "times are numbers");
  for (const { until } of releases) expect(until <= now + config.timeout, "a release is repeated for a timeout");
  expect(new Set(releases.map(({ address }) => address)).size === releases.length, "each is told of one release");
  for (const peer of peers.values()) {
    const record = self.records.get(peer);
    if (record === undefined) continue;
    expect(record.endedTerm >= 0 && record.wasted >= 0, "what is known of a peer are numbers");
    expect(record.toldIdleAt <= now && record.wastedAt <= now, "what is known of a peer is not of the future");
    expect(record.asksSince <= now && record.askedAt <= now, "nothing was asked for in the future");
  }
}
