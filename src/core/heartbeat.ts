/**
 * What happens every interval, and more often towards those that owe an answer.
 *
 * @module
 */

import { abandon, countGrants, isExhausted, isUnanswered, nextClaim, owesVote, repeatReleases } from "./candidacy.ts";
import { type Budget, budgetOf, fanout } from "./detection.ts";
import { isAboutToStand } from "./election.ts";
import { reincarnate } from "./gossip.ts";
import { considerHandOver } from "./preemption.ts";
import type { Member } from "./member.ts";
import { sweepStrangers } from "./membership.ts";
import { beginProbe, isOverdue } from "./probing.ts";
import { answerTime } from "./round_trip.ts";
import { type Citizen, isEligible, isQuarantined, wakeBy } from "./state.ts";
import { ownStatus, sendPing } from "./status.ts";
import { lookUpCondemned } from "./suspicion.ts";
import { pullIfDue } from "./sync.ts";

/** Rounds of pings to those that owe an answer, in each interval. */
const ROUNDS = 4;

/** Pings those whose turn it is, renews the lease, and looks after the silent. */
export function heartbeat(citizen: Citizen): void {
  citizen.nextHeartbeat = citizen.now + untilNextBeat(citizen);
  if (citizen.closing !== undefined) return;
  lookUpCondemned(citizen);
  citizen.budget = ownBudget(citizen);
  sweepStrangers(citizen);
  considerHandOver(citizen);
  if (citizen.candidacy !== undefined && isExhausted(citizen, citizen.candidacy)) abandon(citizen);
  repeatReleases(citizen);
  if (isEligible(citizen) !== citizen.toldEligible) reincarnate(citizen, citizen.incarnation);
  if (citizen.candidacy !== undefined) citizen.candidacy.askedAt = citizen.now;
  findTurns(citizen);
  round(citizen);
  pullIfDue(citizen);
}

/**
 * Pings those once more that owe an answer: the voters while a claim has no quorum, and some of those that did not answer. A
 * lost datagram then costs a quarter of an interval, not the lead.
 */
export function repeat(citizen: Citizen): void {
  const { turns } = citizen;
  turns.clear();
  if (awaitsVotes(citizen)) {
    for (const member of citizen.voters.items) if (owesAnswer(citizen, member)) turns.add(member);
  }
  const most = turns.size + fanout(citizen.byBoot.size);
  if (citizen.now >= citizen.lastRound + patience(citizen, citizen.health)) {
    for (const member of [...citizen.probing.members, ...citizen.suspects]) {
      if (turns.size >= most) break;
      if (isOverdue(citizen, member)) turns.add(member);
    }
  }
  round(citizen);
}

/** Whether it is time to {@linkcode repeat}. */
export function isRepeatDue(citizen: Citizen): boolean {
  const health = repeatsWith(citizen);
  return health !== undefined && citizen.now >= citizen.lastRound + patience(citizen, health);
}

/** A tick is due when it will be time to {@linkcode repeat}. */
export function scheduleRepeat(citizen: Citizen): void {
  const health = repeatsWith(citizen);
  if (health !== undefined) wakeBy(citizen, citizen.lastRound + patience(citizen, health));
}

/** The local health that the next round waits with; undefined while nobody owes an answer. Votes are asked for as if it were good. */
function repeatsWith(citizen: Citizen): number | undefined {
  if (citizen.closing !== undefined) return undefined;
  if (awaitsVotes(citizen) && owesVotes(citizen)) return 0;
  return owesSign(citizen) ? citizen.health : undefined;
}

/**
 * ms between two rounds: no shorter than answers take, and the longer the worse this member hears. Where the network or a
 * processor has too much to do already, shouting would give it more.
 */
function patience({ config, roundTrips }: Citizen, health: number): number {
  const { interval } = config;
  return Math.max(interval / ROUNDS * (1 + health), Math.min(answerTime(roundTrips), interval));
}

/** Pings those whose turn it is. */
function round(citizen: Citizen): void {
  const { candidacy } = citizen;
  citizen.lastRound = citizen.now;
  const claim = candidacy === undefined ? undefined : nextClaim(citizen, candidacy);
  const status = ownStatus(citizen);
  for (const member of citizen.turns.items) {
    sendPing(citizen, member, member.voter ? claim : undefined, status);
    beginProbe(citizen, member);
  }
  countGrants(citizen);
}

/** Whose turn it is: some of those that are there, and of those that are not; voters while they are asked for votes. */
function findTurns(citizen: Citizen): void {
  const { rings: { credible, strangers, absent }, random, budget, turns, voters } = citizen;
  turns.clear();
  credible.take(budget.turns, random, turns);
  strangers.take(fanout(strangers.size), random, turns);
  if (absent.size > 0) absent.take(budget.searches, random, turns, (member) => isDue(citizen, member));
  // Whether it reaches a quorum is found out before it stands.
  const asks = citizen.candidacy !== undefined || isAboutToStand(citizen);
  for (let place = 0; place < voters.items.length; place++) {
    const member = voters.items[place]!;
    // If all members looked for the voters for ever, these would have no time for anything else.
    const looks = citizen.votes || citizen.now < citizen.newUntil;
    if (member.alive ? asks : looks && isDue(citizen, member)) turns.add(member);
  }
  if (citizen.lookups.size === 0) return;
  let { lookups } = budget;
  for (const member of citizen.lookups) {
    if (lookups-- <= 0) break;
    citizen.lookups.delete(member);
    turns.add(member);
  }
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

/** Whether any voter owes its vote. */
function owesVotes(citizen: Citizen): boolean {
  const { items } = citizen.voters;
  for (let place = 0; place < items.length; place++) if (owesAnswer(citizen, items[place]!)) return true;
  return false;
}

/** Whether anybody owes a sign of life. */
function owesSign(citizen: Citizen): boolean {
  for (const member of citizen.probing.members) if (isOverdue(citizen, member)) return true;
  // Each packet asks, and going through a set leaves garbage behind.
  if (citizen.suspects.size === 0) return false;
  for (const member of citizen.suspects) if (isOverdue(citizen, member)) return true;
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
