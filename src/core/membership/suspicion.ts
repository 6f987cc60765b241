/**
 * Suspicion: a member that does not answer has some time to contradict before it is removed; the more others do not hear
 * it either, the less. SWIM's suspicion with Lifeguard's timeout.
 *
 * @module
 */

import { MOST_SUSPICIONS, suspicionTimeout, WORST_HEALTH } from "./swim.ts";
import { deadRumor, spread, suspectRumor } from "./gossip.ts";
import type { Peer, Suspicion } from "./peer.ts";
import type { Boot, DeadRumor } from "../message/message.ts";
import { markDead } from "./membership.ts";
import type { Membership } from "./state.ts";

/** Intervals before a removal in which the member is asked; one that is said to have left has as many to contradict. */
const LAST_CALL = 2;

/** Of a suspicion of a member that was not asked since. */
const NEW_SUSPICION = { own: false, confirmed: false, left: false, probedAt: undefined } as const;

/** `by` did not hear the member in that incarnation. Passed on when it is news. */
export function suspect(self: Membership, peer: Peer, incarnation: number, by: Boot): void {
  if (!peer.alive || incarnation < peer.incarnation) return;
  peer.incarnation = incarnation;
  const own = by === self.ground.config.boot;
  if (peer.suspicion === undefined || peer.suspicion.incarnation < incarnation) {
    const since = own ? silentSince(self, peer) : self.ground.now;
    peer.suspicion = { ...NEW_SUSPICION, incarnation, since, by: new Set() };
    self.suspects.add(peer);
  }
  const { suspicion } = peer;
  if (own && !suspicion.own) {
    suspicion.own = true;
    // It need not be asked any more, however many suspect it already.
    hasten(self, peer, suspicion);
  }
  if (suspicion.by.has(by) || suspicion.by.size >= MOST_SUSPICIONS) return;
  suspicion.by.add(by);
  hasten(self, peer, suspicion);
  spread(self, suspectRumor(self, peer)!);
}

/** The member contradicted, or was heard. */
export function clearSuspicion(self: Membership, peer: Peer): void {
  peer.suspicion = undefined;
  self.suspects.delete(peer);
}

/**
 * Somebody says that the member is dead, or has left. That counts for as many suspicions as are wanted, and no more: a member
 * that was cut off for long removes everybody, and a member that knows the secret may lie. The others give each member its time to
 * contradict, and ask it themselves.
 */
export function condemn(self: Membership, peer: Peer, { incarnation, left }: DeadRumor): void {
  if (!peer.alive || incarnation < peer.incarnation) return;
  peer.incarnation = incarnation;
  if (!self.ground.config.lifeguard && !left) return declareDead(self, peer);
  // What was said of an earlier incarnation is over.
  const before = peer.suspicion?.incarnation === incarnation ? peer.suspicion : undefined;
  if (before?.confirmed === true && before.left >= left) return;
  const { since, by } = before ?? { since: self.ground.now, by: new Set<Boot>() };
  peer.suspicion = { ...before ?? NEW_SUSPICION, incarnation, since, by, confirmed: true, left };
  self.suspects.add(peer);
  if (left) self.lookups.add(peer);
  hasten(self, peer, peer.suspicion);
  spread(self, deadRumor(peer));
}

/** Removes those whose time to contradict is over. */
export function reviewSuspects(self: Membership): void {
  hastenAll(self);
  if (self.ground.now < self.removalsFrom) return;
  for (const peer of self.suspects) {
    if (self.ground.now >= removalDue(self, peer, peer.suspicion!)) declareDead(self, peer);
  }
  self.removalsFrom = findRemovalDue(self);
}

/** Those that are about to be removed because of what others say are asked before. */
export function lookUpCondemned(self: Membership): void {
  if (!self.ground.config.lifeguard || self.suspects.size === 0) return;
  const soon = self.ground.now + LAST_CALL * self.ground.config.interval;
  for (const peer of self.suspects) {
    const suspicion = peer.suspicion!;
    const isAsked = suspicion.own || suspicion.probedAt !== undefined;
    if (!isAsked && removalDue(self, peer, suspicion) <= soon) self.lookups.add(peer);
  }
}

/** When the next peer would be removed, or earlier: each packet asks, and may be about any suspect. */
export function nextRemovalDue(self: Membership): number {
  hastenAll(self);
  // One that others confirm may be due already, which makes no tick late.
  return Math.max(self.ground.now, self.removalsFrom);
}

/** When the next member would be removed, exactly. */
export function findRemovalDue(self: Membership): number {
  if (self.suspects.size === 0) return Infinity;
  let due = Infinity;
  for (const peer of self.suspects) due = Math.min(due, removalDue(self, peer, peer.suspicion!));
  return due;
}

/** What looks like others' silence may be this member's own: by how many points more, or fewer. */
export function changeLocalHealth(self: Membership, points: number): void {
  if (!self.ground.config.lifeguard) return;
  self.localHealth = Math.min(WORST_HEALTH, Math.max(0, self.localHealth + points));
}

/** Who was heard in each interval is removed one timeout after its last sign of life, wherever that fell between two pings. */
function silentSince({ ground: { config, now } }: Membership, { lastSign }: Peer): number {
  const expected = lastSign + 2 * config.interval;
  return config.lifeguard && expected <= now && now - expected < config.interval ? expected : now;
}

/** The member is dead, or has left: it is removed, and that is passed on. */
export function declareDead(self: Membership, peer: Peer): void {
  const rumor = deadRumor(peer);
  markDead(self, peer);
  spread(self, rumor);
}

/** What is new of a suspicion may end it sooner. */
function hasten(self: Membership, peer: Peer, suspicion: Suspicion): void {
  self.removalsFrom = Math.min(self.removalsFrom, removalDue(self, peer, suspicion));
}

/** The fewer could confirm a suspicion, the sooner all of them end. */
function hastenAll(self: Membership): void {
  if (witnessesOf(self) < MOST_SUSPICIONS) self.removalsFrom = findRemovalDue(self);
}

/** How many could confirm a suspicion. */
function witnessesOf({ byBoot, suspects }: Membership): number {
  return byBoot.size - suspects.size;
}

function removalDue(self: Membership, peer: Peer, suspicion: Suspicion): number {
  const { since, by, confirmed, left } = suspicion;
  const { interval, timeout, lifeguard } = self.ground.config;
  const answerDue = answerDueAt(self, suspicion);
  if (left) return Math.max(since + LAST_CALL * interval, answerDue);
  const witnesses = confirmed ? 0 : witnessesOf(self);
  // Nobody need have suspected it before the verdict came.
  const confirmations = Math.max(0, by.size - 1);
  const length = suspicionTimeout({ interval, timeout, confirmations, witnesses, lifeguard });
  const due = since + length;
  // Where everybody pings everybody, the own eyes see more than any rumor tells.
  return lifeguard ? Math.max(due, peer.lastSign + timeout, answerDue) : due;
}

/** Hearsay removes nobody that this member has not asked in vain. */
function answerDueAt({ ground: { now, config } }: Membership, { own, probedAt }: Suspicion): number {
  return own ? -Infinity : (probedAt ?? now) + config.interval;
}
