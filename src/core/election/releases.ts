/**
 * Giving terms back to those that may have granted them, again and again until they have heard it.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { send } from "../membership/sending.ts";
import { nextNonce } from "../membership/state.ts";
import { textBytes } from "../membership/rumor.ts";
import type { Boot, Release, ReleasedTerm } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import type { Election, PendingRelease } from "./state.ts";

/** Of a released term without its election's name. */
const RELEASE_BYTES = 1 + 7 + 8 + 1;

/** Tells a peer that terms of this member in named elections are over, with as few messages as it takes. */
export function sendReleases(self: Election, peer: Peer, terms: readonly ReleasedTerm[]): void {
  let [page, room]: [ReleasedTerm[], number] = [[], self.ground.config.rumorBytes];
  for (const released of terms) {
    if (isTold(self, peer, released)) continue;
    const bytes = RELEASE_BYTES + textBytes(released.election);
    if (page.length > 0 && (room < bytes || page.length >= LIMITS.electionsPerMessage)) {
      tell(self, peer, page);
      [page, room] = [[], self.ground.config.rumorBytes];
    }
    page.push(released);
    room -= bytes;
  }
  if (page.length > 0 && (peer.alive || peer.voter)) tell(self, peer, page);
}

function isTold({ releases }: Election, { boot }: Peer, { election, term }: ReleasedTerm): boolean {
  return releases.some((pending) =>
    pending.boot === boot && pending.message.terms.some((known) => known.election === election && known.term >= term)
  );
}

function tell(self: Election, peer: Peer, terms: readonly ReleasedTerm[]): void {
  const { membership, asking, ground: { now, config } } = self;
  asking.sequence += 1;
  const message: Release = { kind: "release", nonce: nextNonce(membership, peer), sequence: asking.sequence, terms };
  const newest = new Map(terms.map(({ election, term }) => [election, term]));
  // What says less than this one is not said again: a voter that acknowledges nothing must not have it all kept.
  self.releases = self.releases.filter((pending) =>
    pending.peer !== peer || pending.boot !== peer.boot ||
    pending.message.terms.some(({ election, term }) => term > (newest.get(election) ?? -Infinity))
  );
  self.releases.push({ peer, boot: peer.boot, until: now + config.timeout, message });
  if (peer.alive) send(membership, peer, message);
}

/** Tells a peer that this member's term is over: at once if it is there, or as soon as it is again. */
export function sendRelease(self: Election, peer: Peer, released: ReleasedTerm): void {
  const { membership, asking, ground: { now, config } } = self;
  const { election } = released;
  if ((!peer.alive && !peer.voter) || isTold(self, peer, released)) return;
  asking.sequence += 1;
  const message: Release = {
    kind: "release",
    nonce: nextNonce(membership, peer),
    sequence: asking.sequence,
    terms: [released],
  };
  const until = now + config.timeout;
  // An older term of the same election is given back by the newer one, too.
  self.releases = self.releases.filter((pending) =>
    pending.peer !== peer || pending.boot !== peer.boot ||
    pending.message.terms.some((known) => known.election !== election)
  );
  self.releases.push({ peer, boot: peer.boot, until, message });
  if (peer.alive) send(membership, peer, message);
}

/** Sends the releases that were not acknowledged once more. */
export function repeatReleases(self: Election): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => isOwed(self, pending));
  for (const { peer, message } of self.releases) if (peer.alive) send(self.membership, peer, message);
}

/** A release was acknowledged, if `nonce` is that of one. */
export function acknowledgeRelease(self: Election, from: Boot, nonce: number): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => pending.boot !== from || pending.message.nonce !== nonce);
}

function isOwed({ membership, ground: { now } }: Election, { peer, boot, until }: PendingRelease): boolean {
  // Another process there has promised nothing.
  if (peer.boot !== boot || membership.peers.get(peer.address) !== peer) return false;
  return peer.voter || now < until;
}
