/**
 * Leaving for good: hand over, say goodbye until everybody has heard it, then be done.
 *
 * @module
 */

import type { Effect } from "./effect.ts";
import { withdraw } from "./election/commands.ts";
import { repeatReleases } from "./election/releases.ts";
import { findSuccessor } from "./election/standing.ts";
import { cookieTo } from "./membership/sending.ts";
import { audience, nextNonce } from "./membership/state.ts";
import { type Leave, NO_COOKIE, type Release } from "./message/message.ts";
import { sample } from "./random.ts";
import type { MemberState } from "./state.ts";

/** Goodbyes sent within one interval, and for how many intervals. */
const FAREWELLS = 4;
const FAREWELL_INTERVALS = 2;
/** Members told, beside those that vote, where not everybody hears everybody; they tell the others. */
const TOLD = 10;
/** The nonce of what nobody waits for the answer to. */
const UNAWAITED = 0;

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

/** A message that is not sent yet. */
export type Prepared = Pick<Extract<Effect, { kind: "send" }>, "address" | "cookie"> & {
  readonly message: Release | Leave;
};

/** What would be said now to hand over and to leave; nobody waits for the answers. */
export function farewells({ membership, election }: MemberState): Prepared[] {
  const { candidacy } = election;
  const successor = findSuccessor(election);
  const told = audience(membership);
  if (successor !== undefined) told.add(successor);
  const said: (Release | Leave)[] = [{ kind: "leave", nonce: UNAWAITED }];
  if (candidacy?.elected === true) {
    const { term } = candidacy;
    said.unshift({ kind: "release", nonce: UNAWAITED, term, successor: successor?.boot, unanswered: false });
  }
  const heard = [...told].filter((peer) => cookieTo(peer) !== NO_COOKIE);
  return said.flatMap((message) => heard.map((peer) => ({ address: peer.address, cookie: cookieTo(peer), message })));
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
