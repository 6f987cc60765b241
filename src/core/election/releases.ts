/**
 * Giving a term back to those that may have granted it, again and again until they have heard it.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { send } from "../membership/sending.ts";
import { nextNonce } from "../membership/state.ts";
import type { Boot } from "../message/message.ts";
import type { Election } from "./state.ts";

/** Tells a peer that this member's term is over; `successor` is asked to claim at once. */
export function sendRelease(self: Election, peer: Peer, term: number, successor: Boot | undefined): void {
  const told = self.releases.some((pending) => pending.boot === peer.boot && pending.term >= term);
  if (!peer.alive || told) return;
  const nonce = nextNonce(self.membership, peer);
  const until = self.ground.now + self.ground.config.timeout;
  self.releases = self.releases.filter((pending) => pending.address !== peer.address);
  self.releases.push({ address: peer.address, boot: peer.boot, nonce, term, successor, until });
  send(self.membership, peer, { kind: "release", nonce, term, successor });
}

/** Sends the releases that were not acknowledged once more. */
export function repeatReleases(self: Election): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => self.ground.now < pending.until);
  for (const { address, boot, nonce, term, successor } of self.releases) {
    const message = { kind: "release", nonce, term, successor } as const;
    self.ground.effects.push({ kind: "send", address, to: boot, message });
  }
}

/** A release was acknowledged, if `nonce` is that of one. */
export function acknowledgeRelease(self: Election, from: Boot, nonce: number): void {
  if (self.releases.length === 0) return;
  self.releases = self.releases.filter((pending) => pending.boot !== from || pending.nonce !== nonce);
}
