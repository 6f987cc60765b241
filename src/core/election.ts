/**
 * When to stand: the member of rank r waits r intervals, so that the heaviest wins without a fight and one that
 * cannot reach a quorum does not block the rest.
 *
 * @module
 */

import { leaveOffice, stand } from "./candidacy.ts";
import { gossipIntervals } from "./detection.ts";
import type { Member } from "./member.ts";
import { heaviest, outranks } from "./rank.ts";
import { type Citizen, isEligible, isTrusted, quorum } from "./state.ts";
import { isVoteFree } from "./voter.ts";

/** Intervals without an answer after which a vote is not counted on. */
const UNANSWERED = 2;

/** Timeouts that a lighter leader keeps the lead from a member that was handed it before. */
const HAND_OVER_HOLD = 10;

/** Stands when nobody leads, the vote is free and everyone heavier had the chance; keeps count since when. */
export function considerStanding(citizen: Citizen): void {
  if (!mayStand(citizen)) {
    citizen.vacantSince = undefined;
    citizen.standsAt = undefined;
    return;
  }
  citizen.vacantSince ??= citizen.now;
  citizen.standsAt = standingAt(citizen);
  if (citizen.now < citizen.standsAt) return;
  stand(citizen, isSuccessor(citizen) ? citizen.successor!.term : 0);
}

/** The member to hand the lead to: the heaviest that is alive and eligible. */
export function findSuccessor(citizen: Citizen): Member | undefined {
  return heaviest(rivals(citizen));
}

/** With `preempt`, hands the lead to a heavier member once it has been healthy for a whole timeout. */
export function considerHandOver(citizen: Citizen): void {
  const { config, candidacy, now } = citizen;
  if (!config.preempt || candidacy?.elected !== true) return;
  const heavier = heaviest(
    rivals(citizen).filter((member) =>
      outranks(member, config) && now - member.aliveSince >= config.timeout &&
      now >= (citizen.handedTo.get(member.boot) ?? -Infinity)
    ),
  );
  if (heavier === undefined) return;
  for (const [boot, until] of citizen.handedTo) if (now >= until) citizen.handedTo.delete(boot);
  citizen.handedTo.set(heavier.boot, now + HAND_OVER_HOLD * config.timeout);
  leaveOffice(citizen, "outweighed", heavier);
}

function mayStand(citizen: Citizen): boolean {
  return isEligible(citizen) && citizen.candidacy === undefined && citizen.leader === undefined &&
    isVoteFree(citizen) && canReachQuorum(citizen);
}

function canReachQuorum(citizen: Citizen): boolean {
  let reachable = citizen.votes ? 1 : 0;
  for (const member of citizen.voters.items) if (member.alive && answers(citizen, member)) reachable += 1;
  return reachable >= quorum(citizen);
}

/** Who hears nobody must not stand: its claims would bind votes whose grants it cannot hear, for as long as it removes nobody. */
function answers({ now, config }: Citizen, { probe, suspicion }: Member): boolean {
  return suspicion?.own !== true && (probe === undefined || now < probe.startedAt + UNANSWERED * config.interval);
}

function standingAt(citizen: Citizen): number {
  const since = citizen.vacantSince ?? citizen.now;
  if (isSuccessor(citizen)) return since;
  const named = citizen.successor;
  const waits = named !== undefined && citizen.now < named.until && citizen.byBoot.has(named.boot);
  const heavier = rivals(citizen).filter((member) => outranks(member, citizen.config) || named?.boot === member.boot);
  const rank = Math.max(heavier.length, waits ? 1 : 0);
  // Where news takes several intervals the heaviest may not have heard yet that nobody leads.
  const hearing = gossipIntervals(citizen.byBoot.size) - 1;
  return Math.max(since + (rank + hearing) * citizen.config.interval, citizen.standNotBefore);
}

/** Whether the leader that released its term named this member. */
export function isSuccessor(citizen: Citizen): boolean {
  const { successor, config } = citizen;
  return successor?.boot === config.boot && citizen.now < successor.until;
}

/** Others that would lead, and are not suspected to be unable to, or were heard lately all the same. */
function rivals(citizen: Citizen): Member[] {
  const { interval, timeout } = citizen.config;
  const patience = Math.max(2 * interval, timeout / 2);
  return [...citizen.byBoot.values()].filter((member) =>
    member.eligible && isTrusted(citizen, member) &&
    (member.suspicion === undefined || citizen.now - member.lastSign <= patience)
  );
}
