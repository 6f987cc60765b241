/**
 * Leaving for good: hand over, say goodbye until everybody has heard it, then be done.
 *
 * @module
 */

import { withdraw } from "./election/commands.ts";
import { repeatReleases } from "./election/releases.ts";
import { cookieTo } from "./membership/sending.ts";
import { audience, nextNonce } from "./membership/state.ts";
import { sample } from "./random.ts";
import type { MemberState } from "./state.ts";

/** Goodbyes sent within one interval, and for how many intervals. */
const FAREWELLS = 4;
const FAREWELL_INTERVALS = 2;
/** Members told, beside those that vote, where not everybody hears everybody; they tell the others. */
const TOLD = 10;

/** Resigns if it leads, and tells its peers that it leaves. The effect `closed` follows. */
export function close(self: MemberState): void {
  if (self.closing !== undefined) return;
  const { membership, election, ground: { now, config, random } } = self;
  self.closing = {
    pending: new Map(),
    until: now + FAREWELL_INTERVALS * config.interval,
    nextTry: -Infinity,
    done: false,
  };
  withdraw(election);
  const told = new Set([...audience(membership), ...sample(random, [...membership.byBoot.values()], TOLD)]);
  for (const peer of told) {
    const farewell = { boot: peer.boot, cookie: cookieTo(peer), nonce: nextNonce(membership, peer) };
    self.closing.pending.set(peer.address, farewell);
  }
}

/** Says goodbye again to those that may have missed it, and ends when nobody is left or the time is up. */
export function reviewClosing(self: MemberState): void {
  const { closing, ground: { now, config, effects } } = self;
  if (closing === undefined || closing.done) return;
  if (closing.pending.size === 0 || now >= closing.until) {
    closing.done = true;
    effects.push({ kind: "closed" });
    return;
  }
  if (now < closing.nextTry) return;
  const again = closing.nextTry !== -Infinity;
  closing.nextTry = now + config.interval / FAREWELLS;
  if (again) repeatReleases(self.election);
  for (const [address, { cookie, nonce }] of closing.pending) {
    effects.push({ kind: "send", address, cookie, message: { kind: "leave", nonce } });
  }
}
