/**
 * Suspicion: a member that does not answer has some time to contradict before it is removed; the more others do not hear
 * it either, the less. SWIM's suspicion with Lifeguard's timeout.
 *
 * @module
 */

import { MOST_SUSPICIONS, suspicionTimeout, WORST_HEALTH } from "./detection.ts";
import { deadRumor, spread, suspectRumor } from "./gossip.ts";
import type { Member, Suspicion } from "./member.ts";
import { bury } from "./membership.ts";
import type { Boot } from "./message.ts";
import { type Citizen, wakeBy } from "./state.ts";

/** Intervals before a removal in which the member is asked. */
const LAST_CALL = 2;

/** `by` did not hear the member in that incarnation. Passed on when it is news. */
export function suspect(citizen: Citizen, member: Member, incarnation: number, by: Boot): void {
  if (!member.alive || incarnation < member.incarnation) return;
  member.incarnation = incarnation;
  const own = by === citizen.config.boot;
  if (member.suspicion === undefined || member.suspicion.incarnation < incarnation) {
    const since = own ? silentSince(citizen, member) : citizen.now;
    member.suspicion = { incarnation, since, by: new Set(), own: false, convicted: false };
    citizen.suspects.add(member);
  }
  const { suspicion } = member;
  if (own) suspicion.own = true;
  if (suspicion.by.has(by) || suspicion.by.size >= MOST_SUSPICIONS) return;
  suspicion.by.add(by);
  hasten(citizen, member, suspicion);
  spread(citizen, suspectRumor(citizen, member)!);
}

/** The member contradicted, or was heard. */
export function acquit(citizen: Citizen, member: Member): void {
  member.suspicion = undefined;
  citizen.suspects.delete(member);
}

/**
 * Somebody says that the member is dead: that counts for as many suspicions as are wanted, and no more. Who was cut off
 * for long removes everybody; the others give each member its time to contradict.
 */
export function convict(citizen: Citizen, member: Member, incarnation: number): void {
  if (!member.alive || incarnation < member.incarnation) return;
  member.incarnation = incarnation;
  if (!citizen.config.lifeguard) return pronounce(citizen, member);
  // What was said of an earlier incarnation is over.
  const before = member.suspicion?.incarnation === incarnation ? member.suspicion : undefined;
  const { since = citizen.now, by = new Set<Boot>(), own = false, convicted = false } = before ?? {};
  if (convicted) return;
  member.suspicion = { incarnation, since, by, own, convicted: true };
  citizen.suspects.add(member);
  hasten(citizen, member, member.suspicion);
  spread(citizen, deadRumor(member));
}

/** Removes those whose time to contradict is over. */
export function reviewSuspects(citizen: Citizen): void {
  hastenAll(citizen);
  if (citizen.now < citizen.removalsFrom) return;
  for (const member of citizen.suspects) {
    if (citizen.now >= convictionDue(citizen, member, member.suspicion!)) pronounce(citizen, member);
  }
  citizen.removalsFrom = findRemovalDue(citizen);
}

/** Those that are about to be removed because of what others say are asked before, as far as the budget goes. */
export function lookUpCondemned(citizen: Citizen): void {
  if (!citizen.config.lifeguard || citizen.suspects.size === 0) return;
  const soon = citizen.now + LAST_CALL * citizen.config.interval;
  for (const member of citizen.suspects) {
    const suspicion = member.suspicion!;
    if (!suspicion.own && convictionDue(citizen, member, suspicion) <= soon) citizen.lookups.add(member);
  }
}

/** A tick is due when the next member would be removed, or earlier: each packet asks, and may be about any suspect. */
export function scheduleRemoval(citizen: Citizen): void {
  hastenAll(citizen);
  // One that others confirm may be due already, which makes no tick late.
  wakeBy(citizen, Math.max(citizen.now, citizen.removalsFrom));
}

/** When the next member would be removed, exactly. */
export function findRemovalDue(citizen: Citizen): number {
  if (citizen.suspects.size === 0) return Infinity;
  let due = Infinity;
  for (const member of citizen.suspects) due = Math.min(due, convictionDue(citizen, member, member.suspicion!));
  return due;
}

/** What looks like others' silence may be this member's own: by how many points more, or fewer. */
export function changeHealth(citizen: Citizen, points: number): void {
  if (!citizen.config.lifeguard) return;
  citizen.health = Math.min(WORST_HEALTH, Math.max(0, citizen.health + points));
}

/** Who was heard in each interval is removed one timeout after its last sign of life, wherever that fell between two pings. */
function silentSince({ config, now }: Citizen, { lastSign }: Member): number {
  const expected = lastSign + 2 * config.interval;
  return config.lifeguard && expected <= now && now - expected < config.interval ? expected : now;
}

/** The member is dead, or has left: it is removed, and that is passed on. */
export function pronounce(citizen: Citizen, member: Member): void {
  bury(citizen, member);
  spread(citizen, deadRumor(member));
}

/** What is new of a suspicion may end it sooner. */
function hasten(citizen: Citizen, member: Member, suspicion: Suspicion): void {
  citizen.removalsFrom = Math.min(citizen.removalsFrom, convictionDue(citizen, member, suspicion));
}

/** The fewer could confirm a suspicion, the sooner all of them end. */
function hastenAll(citizen: Citizen): void {
  if (witnessesOf(citizen) < MOST_SUSPICIONS) citizen.removalsFrom = findRemovalDue(citizen);
}

/** How many could confirm a suspicion. */
function witnessesOf({ byBoot, suspects }: Citizen): number {
  return byBoot.size - suspects.size;
}

function convictionDue(citizen: Citizen, member: Member, { since, by, convicted }: Suspicion): number {
  const { interval, timeout, lifeguard } = citizen.config;
  const witnesses = convicted ? 0 : witnessesOf(citizen);
  // Nobody need have suspected it before the verdict came.
  const confirmations = Math.max(0, by.size - 1);
  const length = suspicionTimeout({ interval, timeout, confirmations, witnesses, lifeguard });
  const due = since + length;
  // Where everybody pings everybody, the own eyes see more than any rumor tells.
  return lifeguard ? Math.max(due, member.lastSign + timeout) : due;
}
