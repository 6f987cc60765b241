/**
 * What happens every interval, and more often towards those that owe an answer.
 *
 * @module
 */

import { requestTo } from "./election/asking.ts";
import { abandon, ask, countGrants, isExhausted, isUnanswered, owesVote } from "./election/candidate.ts";
import { awaitsAnswers, owesAnswer as owesNamedAnswer, sendClaims } from "./election/named/bids.ts";
import { considerRebalance } from "./election/named/rebalance.ts";
import { considerHandOver } from "./election/preemption.ts";
import { repeatReleases } from "./election/releases.ts";
import { isAboutToStand } from "./election/standing.ts";
import { isEligible, isQuarantined } from "./election/state.ts";
import { owedAnswer } from "./election/support.ts";
import { pullIfDue } from "./membership/anti_entropy.ts";
import { reviewElectorate } from "./membership/electorate.ts";
import { tellEligible } from "./membership/gossip.ts";
import { reviewLeaving, sweepStrangers } from "./membership/membership.ts";
import type { Peer } from "./membership/peer.ts";
import { beginProbe, isAwaited, listAwaited } from "./membership/probing.ts";
import { answerTime } from "./membership/round_trip.ts";
import { ping } from "./membership/sending.ts";
import { lookUpCondemned } from "./membership/suspicion.ts";
import { findRepeats, findTurns, renewBudget } from "./membership/turns.ts";
import type { MemberState } from "./state.ts";

/** Rounds of pings to those that owe an answer, in each interval. */
const ROUNDS = 4;
const NOT_AWAITED: readonly Peer[] = [];

/** Pings those whose turn it is, renews the lease, and looks after the silent. */
export function heartbeat(self: MemberState): void {
  const { membership, election, ground: { now } } = self;
  self.nextHeartbeat = now + untilNextBeat(self);
  if (self.closing?.farewell !== undefined) return;
  lookUpCondemned(membership);
  renewBudget(membership);
  sweepStrangers(membership);
  reviewLeaving(membership);
  reviewElectorate(membership);
  considerHandOver(election);
  considerRebalance(election);
  if (election.candidacy !== undefined && isExhausted(election, election.candidacy)) abandon(election);
  repeatReleases(election);
  const eligible = isEligible(election);
  if (eligible !== membership.toldEligible) tellEligible(membership, eligible);
  // Whether it reaches a quorum is found out before it stands.
  const voters = stands(self) || isAboutToStand(election);
  findTurns(membership, { voters, absent: membership.electorate.votes && isQuarantined(election) });
  round(self, true);
  pullIfDue(membership);
}

/**
 * Pings those once more that owe an answer: the voters while a claim has no quorum, and some of those that did not answer. A
 * lost datagram then costs a quarter of an interval, not the lead.
 */
export function repeat(self: MemberState): void {
  const { membership, ground: { now } } = self;
  const awaits = awaitsVotes(self);
  const isLate = now >= self.lastRound + patience(self, membership.localHealth);
  findRepeats(membership, (peer) => awaits && owesAnswer(self, peer), isLate ? listAwaited(membership) : NOT_AWAITED);
  round(self, false);
}

/** Whether it is time to {@linkcode repeat}. */
export function isRepeatDue(self: MemberState): boolean {
  return self.ground.now >= nextRepeatDue(self);
}

/** When it will be time to {@linkcode repeat}; Infinity while nobody owes an answer. */
export function nextRepeatDue(self: MemberState): number {
  const localHealth = repeatsWith(self);
  if (localHealth === undefined) return Infinity;
  // A candidate has asked everybody when it stood.
  const { candidacy, named } = self.election;
  const last = Math.max(self.lastRound, candidacy?.startedAt ?? -Infinity, named.claimedAt);
  return last + patience(self, localHealth);
}

/** The local health that the next round waits with; undefined while nobody owes an answer. Votes are asked for as if it were good. */
function repeatsWith(self: MemberState): number | undefined {
  if (self.closing?.farewell !== undefined) return undefined;
  if (awaitsVotes(self) && owesVotes(self)) return 0;
  return isAwaited(self.membership) ? self.membership.localHealth : undefined;
}

/**
 * ms between two rounds: no shorter than answers take, and the longer the worse this member hears. Where the network or a
 * processor has too much to do already, shouting would give it more.
 */
function patience({ ground, membership }: MemberState, localHealth: number): number {
  const { interval } = ground.config;
  return Math.max(interval / ROUNDS * (1 + localHealth), Math.min(answerTime(membership.roundTrips), interval));
}

/** Pings those whose turn it is; `all` voters are among them while this member asks for votes. */
function round(self: MemberState, all: boolean): void {
  const { membership, election, ground: { now } } = self;
  self.lastRound = now;
  const asks = stands(self) && ask(election, all);
  for (const peer of membership.turns.items) {
    const message = ping(membership, peer);
    if (peer.voter && asks) message.request = requestTo(election, peer);
    message.answer = owedAnswer(election, peer.boot);
    beginProbe(membership, peer);
  }
  if (asks) sendClaims(election);
  countGrants(election);
}

/** Whether this member is a candidate, or leads, in any election. */
function stands({ election: { candidacy, named: { bids } } }: MemberState): boolean {
  return candidacy !== undefined || bids.size > 0;
}

/** Whether this member waits for votes. */
function awaitsVotes({ election }: MemberState): boolean {
  const { candidacy, named: { bids } } = election;
  return (candidacy !== undefined && isUnanswered(election, candidacy)) || (bids.size > 0 && awaitsAnswers(election));
}

function owesAnswer({ election, election: { candidacy } }: MemberState, peer: Peer): boolean {
  if (!peer.alive) return false;
  return (candidacy !== undefined && owesVote(election, candidacy, peer)) || owesNamedAnswer(election, peer);
}

/** Whether any voter owes its vote. */
function owesVotes(self: MemberState): boolean {
  const { items } = self.membership.voters;
  for (let place = 0; place < items.length; place++) if (owesAnswer(self, items[place]!)) return true;
  return false;
}

/**
 * Members beat together, at multiples of the interval on the wall clock: one that wakes up to send finds in the same
 * moment what the others sent, and waking up is what heartbeats cost. A wrong wall clock only loses that.
 */
function untilNextBeat({ ground: { wall, config: { interval } } }: MemberState): number {
  const wait = interval - wall % interval;
  return wait < interval / 2 ? wait + interval : wait;
}
