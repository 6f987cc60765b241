/**
 * What happens every interval, and more often towards those that owe an answer.
 *
 * @module
 */

import { abandon, countGrants, isExhausted, isUnanswered, nextClaim, owesVote, repeatReleases } from "./candidacy.ts";
import { considerHandOver } from "./election.ts";
import { askOthers, isSilent, reviewMembers } from "./membership.ts";
import type { Citizen, Member } from "./state.ts";
import { ownStatus, sendPing } from "./status.ts";
import { isQuarantined } from "./voter.ts";

/** Rounds of pings to those that owe an answer, in each interval. */
const ROUNDS = 4;

/** Pings everybody, renews the lease, and looks after the silent. */
export function heartbeat(citizen: Citizen): void {
  citizen.nextHeartbeat = citizen.now + untilNextBeat(citizen);
  if (citizen.closing !== undefined) return;
  reviewMembers(citizen);
  considerHandOver(citizen);
  if (citizen.candidacy !== undefined && isExhausted(citizen, citizen.candidacy)) abandon(citizen);
  repeatReleases(citizen);
  for (const member of citizen.byBoot.values()) if (isSilent(citizen, member)) askOthers(citizen, member);
  if (citizen.candidacy !== undefined) citizen.candidacy.askedAt = citizen.now;
  round(citizen, (member) => member.alive || isDue(citizen, member));
}

/**
 * Pings those once more that owe an answer: the voters while a claim has no quorum, and who was silent for long. A lost datagram then costs a quarter of an interval, not the lead.
 */
export function repeat(citizen: Citizen): void {
  const debtors = new Set(findDebtors(citizen));
  round(citizen, (member) => debtors.has(member));
}

/** When {@linkcode repeat} is due, in monotonic ms; undefined while nobody owes an answer. */
export function repeatDue(citizen: Citizen): number | undefined {
  if (citizen.closing !== undefined || findDebtors(citizen).next().done === true) return undefined;
  return citizen.lastRound + citizen.config.interval / ROUNDS;
}

function round(citizen: Citizen, isAsked: (member: Member) => boolean): void {
  const { candidacy } = citizen;
  citizen.lastRound = citizen.now;
  const claim = candidacy === undefined ? undefined : nextClaim(citizen, candidacy);
  const status = ownStatus(citizen);
  for (const member of citizen.members.values()) {
    if (isAsked(member)) sendPing(citizen, member, member.voter ? claim : undefined, status);
  }
  countGrants(citizen);
}

function* findDebtors(citizen: Citizen): Generator<Member> {
  const { candidacy } = citizen;
  const claims = candidacy !== undefined && isUnanswered(citizen, candidacy);
  for (const member of citizen.byBoot.values()) {
    if (isSilent(citizen, member) || (claims && owesVote(candidacy, member))) yield member;
  }
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
  const pause = isQuarantined(citizen) ? 0 : Math.max(interval, timeout / 2);
  return member.voter && citizen.now - member.lastPing >= pause;
}
