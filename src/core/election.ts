/**
 * When to stand: the member of rank r waits r intervals, so that the heaviest wins without a fight and one that
 * cannot reach a quorum does not block the rest.
 *
 * @module
 */

import { stand } from "./candidacy.ts";
import { gossipIntervals } from "./detection.ts";
import type { Member } from "./member.ts";
import { nextRandom } from "./random.ts";
import { heaviest, outranks } from "./rank.ts";
import { type Citizen, isEligible, isQuarantined, isTrusted, quorum } from "./state.ts";
import { OF_LATE } from "./status.ts";
import { isVoteFree } from "./voter.ts";

/** Ranks that wait an interval each. Those behind share as much time again, at random: they may be a thousand. */
const RANKS = 4;

/** Of an interval: what a rank waits once others had their chance, so that of those that become ready together one comes first. */
const STAGGER = 0.25;

/** Stands when nobody leads, this member has its vote, reaches a quorum, and everyone heavier had the chance. */
export function considerStanding(citizen: Citizen): void {
  if (!isVacant(citizen)) {
    citizen.vacantSince = undefined;
    citizen.readySince = undefined;
    citizen.standsAt = undefined;
    return;
  }
  if (citizen.vacantSince === undefined) {
    citizen.vacantSince = citizen.now;
    citizen.lot = nextRandom(citizen.random);
  }
  if (citizen.candidacy !== undefined) return;
  const canStand = isVoteFree(citizen) && (isSuccessor(citizen) || reachesQuorum(citizen));
  citizen.readySince = canStand ? citizen.readySince ?? citizen.now : undefined;
  citizen.standsAt = standingAt(citizen, citizen.vacantSince);
  if (!canStand || citizen.now < citizen.standsAt) return;
  stand(citizen, isSuccessor(citizen) ? citizen.successor!.released : undefined);
}

/** Whether its rank no longer keeps this member from standing: then any packet may bring what it still waits for. */
export function isOverdue({ standsAt, now }: Citizen): boolean {
  return standsAt !== undefined && now >= standsAt;
}

/** Whether this member will stand within an interval, if it can. */
export function isAboutToStand({ standsAt, now, config }: Citizen): boolean {
  return standsAt !== undefined && now >= standsAt - config.interval;
}

/** The member to hand the lead to: the heaviest that is alive and eligible, and not quarantined. */
export function findSuccessor(citizen: Citizen): Member | undefined {
  return heaviest(rivals(citizen).filter(isReady));
}

/** Whether the member could take the lead at once: a voter that is quarantined does not even have its own vote. */
export function isReady({ voter, voting }: Member): boolean {
  return voting || !voter;
}

/** Nobody leads as far as this member knows, and it may. */
function isVacant(citizen: Citizen): boolean {
  return isEligible(citizen) && citizen.leader === undefined && !isQuarantined(citizen);
}

/** Whether so many voters that make a quorum, self included, vote, and have shown of late that they hear this member. */
function reachesQuorum(citizen: Citizen): boolean {
  const { now, config, voters: { items } } = citizen;
  let reachable = citizen.votes ? 1 : 0;
  for (let place = 0; place < items.length; place++) {
    const { alive, voting, lastHeardBy } = items[place]!;
    if (alive && voting && now - lastHeardBy <= OF_LATE * config.interval) reachable += 1;
  }
  return reachable >= quorum(citizen);
}

function standingAt(citizen: Citizen, vacantSince: number): number {
  const { now, config, config: { interval }, offices } = citizen;
  if (isSuccessor(citizen)) return vacantSince;
  const named = citizen.successor;
  const waits = named !== undefined && now < named.until && citizen.byBoot.has(named.boot);
  const heavier = rivals(citizen).filter((member) =>
    named?.boot === member.boot || (outranks(member, config) && now >= offices.heldBackUntil(member))
  );
  const rank = waitOf(Math.max(heavier.length, waits ? 1 : 0), citizen.lot);
  // Where news takes several intervals the heaviest may not have heard yet that nobody leads.
  const hearing = gossipIntervals(citizen.byBoot.size) - 1;
  const inTurn = vacantSince + (rank + hearing) * interval;
  const staggered = (citizen.readySince ?? now) + rank * STAGGER * interval;
  return Math.max(inTurn, staggered, citizen.standNotBefore);
}

/** Intervals that a rank waits; `lot` is drawn once for each vacancy, from 0 up to, not including, 1. */
function waitOf(rank: number, lot: number): number {
  return rank <= RANKS ? rank : RANKS + Math.min(rank - RANKS, RANKS) * lot;
}

/** Whether the leader that released its term named this member. */
export function isSuccessor(citizen: Citizen): boolean {
  const { successor, config } = citizen;
  return successor?.boot === config.boot && citizen.now < successor.until;
}

/** Others that would lead, and are not suspected to be unable to, or were heard lately all the same. */
export function rivals(citizen: Citizen): Member[] {
  const { interval, timeout } = citizen.config;
  const patience = Math.max(2 * interval, timeout / 2);
  return [...citizen.byBoot.values()].filter((member) =>
    member.eligible && isTrusted(citizen, member) &&
    (member.suspicion === undefined || citizen.now - member.lastSign <= patience)
  );
}
