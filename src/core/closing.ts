/**
 * Leaving for good: hand over, stay as long as the others want the vote, say goodbye until everybody has heard it, then be done.
 *
 * @module
 */

import { endVoting, withdraw } from "./election/commands.ts";
import { isVoteWanted } from "./election/readiness.ts";
import { repeatReleases } from "./election/releases.ts";
import { cookieTo } from "./membership/sending.ts";
import { audience, nextNonce } from "./membership/state.ts";
import { sample } from "./random.ts";
import type { Closing, Farewell, MemberState } from "./state.ts";

/** Timeouts that a member stays at most because the others want its vote. */
export const STAY = 2;
/** Goodbyes sent within one interval, and for how many intervals. */
const FAREWELLS = 4;
const FAREWELL_INTERVALS = 2;
/** Members told, beside those that vote, where not everybody hears everybody; they tell the others. */
const TOLD = 10;

/**
 * Resigns if it leads, and tells its peers that it leaves: at once or, where that is to be graceful, when they are a quorum without
 * it. The effect `closed` follows. Said again without grace, it ends the stay.
 */
export function close(self: MemberState, graceful: boolean): void {
  const { election, ground: { now, config } } = self;
  const staysUntil = graceful ? now + STAY * config.timeout : now;
  if (self.closing === undefined) {
    self.closing = { staysUntil, farewell: undefined };
    withdraw(election, !graceful);
  } else self.closing.staysUntil = Math.min(self.closing.staysUntil, staysUntil);
}

/** When the closing has to be looked at next. */
export function nextClosingDue({ staysUntil, farewell }: Closing): number {
  if (farewell === undefined) return staysUntil;
  return farewell.done ? Infinity : farewell.nextTry;
}

/** Ends the stay when nobody wants it any longer; says goodbye to those that may have missed it, until nobody is left or the time is up. */
export function reviewClosing(self: MemberState): void {
  const { closing, ground: { now } } = self;
  if (closing === undefined) return;
  if (closing.farewell === undefined) {
    if (now < closing.staysUntil && isVoteWanted(self.election)) return;
    closing.farewell = beginFarewell(self);
  }
  goOn(self, closing.farewell);
}

function beginFarewell({ membership, election, ground: { now, config, random } }: MemberState): Farewell {
  const farewell: Farewell = {
    idle: endVoting(election),
    pending: new Map(),
    until: now + FAREWELL_INTERVALS * config.interval,
    nextTry: -Infinity,
    done: false,
  };
  const told = new Set([...audience(membership), ...sample(random, [...membership.byBoot.values()], TOLD)]);
  for (const peer of told) {
    const leave = { boot: peer.boot, cookie: cookieTo(peer), nonce: nextNonce(membership, peer) };
    farewell.pending.set(peer.address, leave);
  }
  return farewell;
}

function goOn(self: MemberState, farewell: Farewell): void {
  const { now, config, effects } = self.ground;
  if (farewell.done) return;
  if (farewell.pending.size === 0 || now >= farewell.until) {
    farewell.done = true;
    effects.push({ kind: "closed" });
    return;
  }
  if (now < farewell.nextTry) return;
  const again = farewell.nextTry !== -Infinity;
  farewell.nextTry = now + config.interval / FAREWELLS;
  if (again) repeatReleases(self.election);
  for (const [address, { cookie, nonce }] of farewell.pending) {
    effects.push({ kind: "send", address, cookie, message: { kind: "leave", nonce, idle: farewell.idle } });
  }
}
