/**
 * What must hold of one member after each step, whatever it was told: from its state alone.
 *
 * @module
 */

import type { MemberState } from "../../../src/core/citizen.ts";
import { leaseFrom, leaseLength, quorumOf, type SendTime } from "../../../src/core/election/lease.ts";
import type { Candidacy, Election } from "../../../src/core/election/state.ts";
import { isInForce } from "../../../src/core/election/support.ts";
import type { Peer } from "../../../src/core/membership/peer.ts";
import { electorateSize } from "../../../src/core/membership/state.ts";
import { LIMITS } from "../../../src/limits.ts";
import { checkMembership } from "./membership_invariants.ts";
import { checkNamed } from "./named_invariants.ts";
import { BrokenInvariant, expect } from "./broken_invariant.ts";

/** Throws a {@linkcode BrokenInvariant} that says which of them does not hold. */
export function checkInvariants(state: MemberState): void {
  const { election, membership, ground } = state;
  try {
    checkMembership(membership);
    checkBallot(election);
    checkLeader(election);
    checkRest(election);
    checkNamed(election);
    if (election.candidacy !== undefined) checkCandidacy(election, election.candidacy);
  } catch (error) {
    if (error instanceof BrokenInvariant) throw new BrokenInvariant(`${ground.config.id}: ${error.message}`);
    throw error;
  }
}

function checkCandidacy(self: Election, candidacy: Candidacy): void {
  const { ballot: { vote }, ground: { config, now, wall } } = self;
  const { term, elected, startedAt, deadline, wallDeadline } = candidacy;
  expect(Number.isSafeInteger(term) && term <= self.seenTerm, "the own term is a number, and was seen");
  expect(config.eligible && !self.stalled && !self.closing, "who is stalled, closes or only observes does not stand");
  checkAsking(self);
  if (elected) {
    expect(now < deadline && wall < wallDeadline, "a lease that has lapsed is over");
    expect(deadline <= leaseOf(self, candidacy), "the lease is no longer than what a quorum has granted");
    const { leader } = self;
    expect(leader?.boot === config.boot && leader.term === term, "who leads knows that it does");
    return;
  }
  expect(deadline === -Infinity, "who is not elected has no lease");
  expect(now < startedAt + leaseLength(config.timeout, config.drift), "a candidacy does not outlive a lease");
  expect(now >= self.voting.quarantineUntil, "who is in quarantine does not stand");
  const isOwn = vote?.boot === config.boot && vote.term === term && isInForce(self, self.ballot);
  // One that became a voter just now has not voted yet.
  const votes = self.membership.electorate.votes && candidacy.granted.has(config.address);
  expect(isOwn || !votes, "a candidate has its own vote");
}

/** Requests are remembered for a timeout, and promises count from when they were sent. */
function checkAsking({ asking: { sent, sequence, backings }, ground: { now, config: { timeout } } }: Election): void {
  const newest = [...sent].at(-1);
  expect(newest !== undefined && newest[0] <= sequence, "the newest request is remembered");
  for (const { now } of sent.values()) {
    expect(newest![1].now - now <= timeout, "requests are forgotten after a timeout");
    break;
  }
  for (const { sentAt, sequence: answered, epoch } of backings.values()) {
    expect(sentAt.now <= now && answered <= sequence && epoch > 0, "promises are not of the future");
  }
}

/** When the newest request was sent that the voter at an address has acknowledged, if its vote leans on that promise. */
function countedFrom(self: Election, { granted }: Candidacy, address: string): SendTime | undefined {
  const [vote, backing] = [granted.get(address), self.asking.backings.get(address)];
  return vote?.boot === backing?.boot && vote?.epoch === backing?.epoch ? backing?.sentAt : undefined;
}

/** The same of a voter, or of one that left with its vote for this term and is in no list any more: it gives that to nobody else. */
function voteOf(self: Election, candidacy: Candidacy, peer: Peer): SendTime | undefined {
  const isKept = peer.leaving && !peer.alive && candidacy.kept.has(peer.boot);
  return isKept ? self.asking.newest : countedFrom(self, candidacy, peer.address);
}

/** When the lease ends that the grants so far allow: worked out here once more. */
function leaseOf(self: Election, candidacy: Candidacy): number {
  const { ground: { config }, membership } = self;
  const own = membership.electorate.votes ? countedFrom(self, candidacy, config.address) : undefined;
  const byVoters = (counts: (peer: Peer) => boolean) => [
    ...own === undefined ? [] : [own],
    ...membership.voters.items.filter(counts).flatMap((peer) => voteOf(self, candidacy, peer) ?? []),
  ];
  const size = electorateSize(membership);
  const named = leaseFrom(byVoters(({ leaving }) => !leaving), quorumOf(config.quorum, size.named));
  const all = leaseFrom(byVoters(() => true), quorumOf(config.quorum, size.all));
  return Math.min(named?.now ?? -Infinity, all?.now ?? -Infinity) + leaseLength(config.timeout, config.drift);
}

function checkBallot(self: Election): void {
  const { ballot, voting: { supports, epoch, floorTerm, quarantineUntil }, ground: { config, now } } = self;
  const { vote, deferred, promisedTerm } = ballot;
  const quarantine = config.quarantine === "until-idle" ? config.timeout : config.quarantine;
  expect(quarantineUntil <= now + quarantine, "a quarantine is no longer than it was said to be");
  expect(promisedTerm >= 0 && floorTerm >= 0, "terms are numbers");
  if (deferred !== undefined) {
    const { claim: { term, inOffice }, receivedAt } = deferred;
    expect(Number.isSafeInteger(term) && typeof inOffice === "boolean", "a deferred claim is kept as it was");
    expect(receivedAt <= now, "a deferred claim is not of the future");
  }
  const epochs = new Set<number>();
  for (const known of supports.values()) {
    expect(known.expiresAt <= now + config.timeout, "a promise lasts a timeout");
    expect(known.epoch <= epoch && known.promisedBy <= known.sequence, "a promise has an epoch, and a request");
    expect(known.epoch === 0 || !epochs.has(known.epoch), "no epoch is used twice");
    epochs.add(known.epoch);
  }
  if (vote === undefined) return;
  expect(Number.isSafeInteger(vote.term) && vote.boot.length === 16, "a vote is kept whole");
  expect(vote.term <= promisedTerm, "the highest term promised is at least that of the vote");
  expect(now >= quarantineUntil || !isInForce(self, ballot), "no vote is in force in quarantine");
}

function checkLeader(self: Election): void {
  const { leader, announced, ballot: { vote }, ground: { config, now } } = self;
  const isTold = leader?.id === announced?.id && leader?.address === announced?.source &&
    leader?.term === announced?.token;
  expect(isTold, "the application knows the leader that this member knows");
  if (leader === undefined) return;
  expect(self.standsAt === undefined || self.candidacy !== undefined, "who knows a leader does not wait to stand");
  if (leader.boot === config.boot) return expect(self.candidacy?.elected === true, "who follows itself leads");
  expect(self.candidacy?.elected !== true, "who leads follows nobody else");
  const isPromised = vote?.boot === leader.boot && vote.term === leader.term;
  expect(now < leader.until || (isPromised && isInForce(self, self.ballot)), "a leader that is silent is forgotten");
  expect(leader.until <= now + config.timeout && leader.leaseEnd <= now + config.timeout, "a lease ends in a timeout");
  expect(Number.isSafeInteger(leader.term) && leader.beat >= 0, "a leader's term is a number");
  const peer = self.membership.byBoot.get(leader.boot);
  const record = peer && self.records.get(peer);
  const isOver = record?.boot === leader.boot && record.endedTerm >= leader.term;
  expect(!isOver, "a leadership that is over is not followed");
}

function checkRest(self: Election): void {
  const { releases, membership: { peers }, ground: { now } } = self;
  expect(self.seenTerm >= 0 && self.seenTerm <= LIMITS.maxTerm, "the highest term seen is a number");
  expect(self.asking.lastAt <= now && Number.isFinite(self.skew), "times are numbers");
  const ofDefault = releases.filter(({ message }) => message.terms.some(({ election }) => election === ""));
  const told = new Set(ofDefault.map(({ peer, boot }) => [peer.address, boot].join()));
  expect(told.size === ofDefault.length, "each is told of one release in the default election");
  for (const peer of peers.values()) {
    const record = self.records.get(peer);
    if (record === undefined) continue;
    expect(record.endedTerm >= 0 && record.wasted >= 0, "what is known of a peer are numbers");
    expect(record.toldIdleAt <= now && record.wastedAt <= now, "what is known of a peer is not of the future");
    expect(record.asksSince <= now && record.askedAt <= now, "nothing was asked for in the future");
  }
}
