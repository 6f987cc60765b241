/**
 * Leaving for good: hand over, say goodbye until everybody has heard it, then be done.
 *
 * @module
 */

import { abandon, leaveOffice, repeatReleases } from "./candidacy.ts";
import { findSuccessor } from "./election.ts";
import { sample } from "./random.ts";
import { audience, type Citizen, nextNonce } from "./state.ts";

/** Goodbyes sent within one interval, and for how many intervals. */
const TRIES = 4;
const PATIENCE = 2;
/** Members told, beside those that vote, where not everybody hears everybody; they tell the others. */
const TOLD = 10;

/** Resigns if it leads, and tells its peers that it leaves. The effect `closed` follows. */
export function close(citizen: Citizen): void {
  if (citizen.closing !== undefined) return;
  const { interval } = citizen.config;
  citizen.closing = { pending: new Map(), until: citizen.now + PATIENCE * interval, nextTry: -Infinity, done: false };
  leaveOffice(citizen, "closed", findSuccessor(citizen));
  abandon(citizen);
  const told = new Set([...audience(citizen), ...sample(citizen.random, [...citizen.byBoot.values()], TOLD)]);
  for (const member of told) {
    citizen.closing.pending.set(member.address, { boot: member.boot, nonce: nextNonce(citizen, member) });
  }
}

/** Says goodbye again to whom it may have been lost, and ends when nobody is left or the time is up. */
export function reviewClosing(citizen: Citizen): void {
  const { closing } = citizen;
  if (closing === undefined || closing.done) return;
  if (closing.pending.size === 0 || citizen.now >= closing.until) {
    closing.done = true;
    citizen.effects.push({ kind: "closed" });
    return;
  }
  if (citizen.now < closing.nextTry) return;
  const again = closing.nextTry !== -Infinity;
  closing.nextTry = citizen.now + citizen.config.interval / TRIES;
  if (again) repeatReleases(citizen);
  for (const [address, { boot, nonce }] of closing.pending) {
    citizen.effects.push({ kind: "send", address, to: boot, message: { kind: "leave", nonce } });
  }
}
