/**
 * When to stand: the member of rank r waits r intervals, so that the heaviest wins without a fight and one that
 * cannot reach a quorum does not block the rest.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { OF_LATE } from "../membership/sending.ts";
import { isTrusted } from "../membership/state.ts";
import { gossipIntervals } from "../membership/swim.ts";
import { nextRandom } from "../random.ts";
import { stand } from "./candidate.ts";
import { heaviest, outranks } from "./rank.ts";
import { type Election, isEligible, isQuarantined, isQuorum, recordOf } from "./state.ts";
import { isVoteFree } from "./voter.ts";

/** Ranks that wait an interval each. Those behind share as much time again, at random: they may be a thousand. */
const RANKS = 4;

/** Of an interval: what a rank waits once others had their chance, so that of those that become ready together one comes first. */
const STAGGER = 0.25;

/**
 * Stands when nobody leads, this member has its vote, reaches a quorum, and everyone heavier had the chance. Among many members
 * each packet would be one too many to find one's rank again: it is found `anew` only where that is cheap, or a tick is due.
 */
export function considerStanding(self: Election, anew: boolean): void {
  if (!isVacant(self)) {
    self.outOfReachSince = undefined;
    self.vacantSince = undefined;
    self.readySince = undefined;
    self.standsAt = undefined;
    return;
  }
  if (self.vacantSince === undefined) {
    self.vacantSince = self.ground.now;
    self.lot = nextRandom(self.ground.random);
  }
  noteReach(self);
  if (self.candidacy !== undefined) return;
  const canStand = isVoteFree(self) && (isSuccessor(self) || self.outOfReachSince === undefined);
  if (canStand !== (self.readySince !== undefined)) self.readySince = canStand ? self.ground.now : undefined;
  else if (!anew && !isSuccessor(self) && !(canStand && isTurn(self))) return;
  self.standsAt = standingAt(self, self.vacantSince);
  if (!canStand || self.ground.now < self.standsAt) return;
  stand(self, isSuccessor(self) ? self.successor!.released : undefined);
}

/** This member does not stand for the next `ms`. */
export function postpone(self: Election, ms: number): void {
  self.standNotBefore = Math.max(self.standNotBefore, self.ground.now + ms);
}

/** Whether its rank no longer keeps this member from standing, as far as it was found out. */
function isTurn({ standsAt, ground }: Election): boolean {
  return standsAt !== undefined && ground.now >= standsAt;
}

/** A member that was cut off for a whole timeout begins anew: what failed before says nothing of the links that it has now. */
function noteReach(self: Election): void {
  const { outOfReachSince, ground: { now, config } } = self;
  if (!reachesQuorum(self)) {
    self.outOfReachSince ??= now;
    return;
  }
  if (outOfReachSince === undefined) return;
  self.outOfReachSince = undefined;
  if (now - outOfReachSince < config.timeout) return;
  self.failures = 0;
  self.standNotBefore = Math.min(self.standNotBefore, now);
}

/** Whether this member will stand within an interval, if it can. */
export function isAboutToStand({ standsAt, ground: { now, config } }: Election): boolean {
  return standsAt !== undefined && now >= standsAt - config.interval;
}

/** The member to hand the lead to: the heaviest that is alive and eligible, and not quarantined; or the one with that id, if it is. */
export function findSuccessor(self: Election, id?: string): Peer | undefined {
  return heaviest(rivals(self).filter((peer) => (id === undefined || peer.id === id) && isReady(self, peer)));
}

/** Why the lead cannot be handed to the member with that id; undefined when it can. */
export function obstacleTo(self: Election, id: string): string | undefined {
  const { membership, ground: { config } } = self;
  if (id === config.id) return "it is this member itself";
  const peer = membership.byId.get(id);
  if (peer === undefined) return "no member of that id is alive";
  if (!peer.eligible) return "it is not eligible";
  if (!isTrusted(membership, peer)) return "it is not in the list of members";
  if (!rivals(self).includes(peer)) return "it is suspected to be gone";
  return isReady(self, peer) ? undefined : "it has just started, and does not vote yet";
}

/** Whether the member could take the lead at once: a voter that is quarantined does not even have its own vote. */
export function isReady(self: Election, peer: Peer): boolean {
  return !peer.voter || recordOf(self, peer).voting;
}

/** Nobody leads as far as this member knows, and it may. */
function isVacant(self: Election): boolean {
  return isEligible(self) && self.leader === undefined && !isQuarantined(self);
}

/** Whether so many voters that make a quorum, self included, vote, and have shown of late that they hear this member. */
export function reachesQuorum(self: Election): boolean {
  const { ground: { now, config }, membership: { electorate, voters: { items } } } = self;
  const own = electorate.votes ? 1 : 0;
  let [named, all] = [own, own];
  for (let place = 0; place < items.length; place++) {
    const peer = items[place]!;
    const hears = peer.alive && now - peer.lastHeardBy <= OF_LATE * config.interval;
    if (!hears || !recordOf(self, peer).voting) continue;
    all += 1;
    if (!peer.leaving) named += 1;
  }
  return isQuorum(self, named, all);
}

function standingAt(self: Election, vacantSince: number): number {
  const { offices, ground: { now, config } } = self;
  const { interval } = config;
  if (isSuccessor(self)) return vacantSince;
  const named = self.successor;
  const waits = named !== undefined && now < named.until && self.membership.byBoot.has(named.boot);
  const heavier = rivals(self).filter((peer) =>
    named?.boot === peer.boot || (outranks(peer, config) && now >= offices.heldBackUntil(peer))
  );
  const rank = waitOf(Math.max(heavier.length, waits ? 1 : 0), self.lot);
  // Where news takes several intervals the heaviest may not have heard yet that nobody leads.
  const hearing = gossipIntervals(self.membership.byBoot.size) - 1;
  const inTurn = vacantSince + (rank + hearing) * interval;
  const staggered = (self.readySince ?? now) + rank * STAGGER * interval;
  return Math.max(inTurn, staggered, self.standNotBefore);
}

/** Intervals that a rank waits; `lot` is drawn once for each vacancy, from 0 up to, not including, 1. */
export function waitOf(rank: number, lot: number): number {
  return rank <= RANKS ? rank : RANKS + Math.min(rank - RANKS, RANKS) * lot;
}

/** Whether the leader that released its term named this member. */
export function isSuccessor(self: Election): boolean {
  const { successor, ground: { config, now } } = self;
  return successor?.boot === config.boot && now < successor.until;
}

/** Others that would lead, and are not suspected to be unable to, or were heard lately all the same; not those said to have left. */
export function rivals(self: Election): Peer[] {
  const { interval, timeout } = self.ground.config;
  const patience = Math.max(2 * interval, timeout / 2);
  const isDoubted = ({ suspicion, lastSign }: Peer): boolean =>
    suspicion !== undefined && (suspicion.left || self.ground.now - lastSign > patience);
  return [...self.membership.byBoot.values()].filter((peer) =>
    peer.eligible && isTrusted(self.membership, peer) && !isDoubted(peer)
  );
}
