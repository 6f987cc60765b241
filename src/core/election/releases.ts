/**
 * Giving a term back to those that may have granted it, again and again until they have heard it.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { cookieTo, send } from "../membership/sending.ts";
import { nextNonce } from "../membership/state.ts";
import type { Boot, Release } from "../message/message.ts";
import type { Election } from "./state.ts";

/** Tells a peer that this member's term is over. */
export function sendRelease(
  self: Election,
  peer: Peer,
  release: Pick<Release, "term" | "successor" | "unanswered">,
): void {
  const told = self.releases.some(({ boot, message }) => boot === peer.boot && message.term >= release.term);
  if (!peer.alive || told) return;
  const message: Release = { kind: "release", nonce: nextNonce(self.membership, peer), ...release };
  const until = self.ground.now + self.ground.config.timeout;
  self.releases = self.releases.filter((pending) => pending.address !== peer.address);
  self.releases.push({ address: peer.address, boot: peer.boot, cookie: cookieTo(peer), until, message });
  send(self.membership, peer, message);
}

/** Sends the releases that were not acknowledged once more. */
export function repeatReleases(self: Election): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => self.ground.now < pending.until);
  for (const { address, cookie, message } of self.releases) {
    self.ground.effects.push({ kind: "send", address, cookie, message });
  }
}

/** A release was acknowledged, if `nonce` is that of one. */
export function acknowledgeRelease(self: Election, from: Boot, nonce: number): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => pending.boot !== from || pending.message.nonce !== nonce);
}
