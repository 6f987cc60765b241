/**
 * Giving terms back to those that may have granted them, again and again until they have heard it.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { send } from "../membership/sending.ts";
import { nextNonce } from "../membership/state.ts";
import type { Boot, Release, ReleasedTerm } from "../message/message.ts";
import type { Election, PendingRelease } from "./state.ts";

/** Tells a peer that this member's term is over: at once if it is there, or as soon as it is again. */
export function sendRelease(self: Election, peer: Peer, released: ReleasedTerm): void {
  const { membership, asking, ground: { now, config } } = self;
  const { election, term } = released;
  const isTold = (pending: PendingRelease): boolean =>
    pending.boot === peer.boot &&
    pending.message.terms.some((known) => known.election === election && known.term >= term);
  if ((!peer.alive && !peer.voter) || self.releases.some(isTold)) return;
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
