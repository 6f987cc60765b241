/**
 * What happens every interval, and more often towards those that owe an answer.
 *
 * @module
 */

import { abandon, countGrants, isExhausted, isUnanswered, nextClaim, owesVote, repeatReleases } from "./candidacy.ts";
import { type Budget, budgetOf, fanout } from "./detection.ts";
import { considerHandOver } from "./election.ts";
import { reincarnate } from "./gossip.ts";
import type { Member } from "./member.ts";
import { sweepStrangers } from "./membership.ts";
import { beginProbe, isOverdue } from "./probing.ts";
import { answerTime } from "./round_trip.ts";
import { type Citizen, isEligible } from "./state.ts";
import { ownStatus, sendPing } from "./status.ts";
import { findCondemned } from "./suspicion.ts";
import { pullIfDue } from "./sync.ts";
import { isQuarantined } from "./voter.ts";

/** Rounds of pings to those that owe an answer, in each interval. */
const ROUNDS = 4;

/** Pings those whose turn it is, renews the lease, and looks after the silent. */
export function heartbeat(citizen: Citizen): void {
  citizen.nextHeartbeat = citizen.now + untilNextBeat(citizen);
  if (citizen.closing !== undefined) return;
  if (citizen.config.lifeguard) { for (const member of findCondemned(citizen)) citizen.lookups.add(member); }
  citizen.budget = ownBudget(citizen);
  sweepStrangers(citizen);
  considerHandOver(citizen);
  if (citizen.candidacy !== undefined && isExhausted(citizen, citizen.candidacy)) abandon(citizen);
  repeatReleases(citizen);
  if (isEligible(citizen) !== citizen.toldEligible) reincarnate(citizen, citizen.incarnation);
  if (citizen.candidacy !== undefined) citizen.candidacy.askedAt = citizen.now;
  const pinged = findTurns(citizen);
  round(citizen, pinged);
  pullIfDue(citizen, pinged);
}

/**
 * Pings those once more that owe an answer: the voters while a claim has no quorum, and some of those that did not answer. A
 * lost datagram then costs a quarter of an interval, not the lead.
 */
export function repeat(citizen: Citizen): void {
  const owing = awaitsVotes(citizen) ? [...citizen.voters].filter((member) => owesAnswer(citizen, member)) : [];
  const asked = new Set(owing);
  const most = asked.size + fanout(citizen.byBoot.size);
  if (citizen.now >= citizen.lastRound + patience(citizen, citizen.health)) {
    for (const member of [...citizen.probing, ...citizen.suspects]) {
      if (asked.size >= most) break;
      if (isOverdue(citizen, member)) asked.add(member);
    }
  }
  round(citizen, asked);
}

/** When {@linkcode repeat} is due, in monotonic ms; undefined while nobody owes an answer. */
export function repeatDue(citizen: Citizen): number | undefined {
  if (citizen.closing !== undefined) return undefined;
  if (awaitsVotes(citizen) && some(citizen, citizen.voters, owesAnswer)) {
    return citizen.lastRound + patience(citizen, 0);
  }
  const isSilent = some(citizen, citizen.probing, isOverdue) || some(citizen, citizen.suspects, isOverdue);
  return isSilent ? citizen.lastRound + patience(citizen, citizen.health) : undefined;
}

/**
 * ms between two rounds: no shorter than answers take, and the longer the worse this member hears. Where the network or a
 * processor has too much to do already, shouting would give it more.
 */
function patience({ config, roundTrips }: Citizen, health: number): number {
  const { interval } = config;
  return Math.max(interval / ROUNDS * (1 + health), Math.min(answerTime(roundTrips), interval));
}

function round(citizen: Citizen, asked: Iterable<Member>): void {
  const { candidacy } = citizen;
  citizen.lastRound = citizen.now;
  const claim = candidacy === undefined ? undefined : nextClaim(citizen, candidacy);
  const status = ownStatus(citizen);
  for (const member of asked) {
    sendPing(citizen, member, member.voter ? claim : undefined, status);
    beginProbe(citizen, member);
  }
  countGrants(citizen);
}

/** Who is pinged now: some of those that are there, and of those that are not; voters while they are asked for votes. */
function findTurns(citizen: Citizen): Set<Member> {
  const { rings, random, budget } = citizen;
  const { credible, strangers, absent } = rings;
  const turns = new Set([
    ...credible.take(budget.turns, random),
    ...strangers.take(fanout(strangers.size), random),
    ...absent.take(budget.searches, random, (member) => isDue(citizen, member)),
  ]);
  for (const member of citizen.voters) {
    // If all members looked for the voters for ever, these would have no time for anything else.
    const looks = citizen.votes || citizen.now < citizen.newUntil;
    if (member.alive ? citizen.candidacy !== undefined : looks && isDue(citizen, member)) turns.add(member);
  }
  let { lookups } = budget;
  for (const member of citizen.lookups) {
    if (lookups-- <= 0) break;
    citizen.lookups.delete(member);
    turns.add(member);
  }
  return turns;
}

function ownBudget({ rings, lookups, health }: Citizen): Budget {
  return budgetOf({ peers: rings.credible.size, absent: rings.absent.size, lookups: lookups.size, health });
}

/** Whether this member waits for votes. */
function awaitsVotes(citizen: Citizen): boolean {
  return citizen.candidacy !== undefined && isUnanswered(citizen, citizen.candidacy);
}

function owesAnswer({ candidacy }: Citizen, member: Member): boolean {
  return candidacy !== undefined && member.alive && owesVote(candidacy, member);
}

// Asked after every packet: a generator or a closure would be garbage each time.
function some(
  citizen: Citizen,
  members: ReadonlySet<Member>,
  test: (citizen: Citizen, member: Member) => boolean,
): boolean {
  for (const member of members) if (test(citizen, member)) return true;
  return false;
}

/**
 * Members beat together, at multiples of the interval on the wall clock: who wakes up to send finds in the same
 * moment what the others sent, and waking up is what heartbeats cost. A wrong wall clock only loses that.
 */
function untilNextBeat(citizen: Citizen): number {
  const { interval } = citizen.config;
  const wait = interval - citizen.wall % interval;
  return wait < interval / 2 ? wait + interval : wait;
}

/** Who is not there is asked for ever, but only twice a timeout, unless this member waits for it to vote. */
function isDue(citizen: Citizen, member: Member): boolean {
  const { interval, timeout } = citizen.config;
  const waits = citizen.votes && isQuarantined(citizen);
  return citizen.now - member.lastPing >= (waits ? 0 : Math.max(interval, timeout / 2));
}
