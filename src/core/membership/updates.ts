/**
 * What members say of one another, and how far it is believed: the later incarnation counts, and of the same one the
 * worse news. SWIM's order of messages.
 *
 * @module
 */

import { drop } from "../drop.ts";
import { clockBound } from "../ground.ts";
import { type AliveRumor, type DeadRumor, type Rumor, type SuspectRumor, UNKNOWN_BOOT } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { aliveRumor, deadRumor, refute, retell, spread, tellOfSelf } from "./gossip.ts";
import { isTaken, markAlive, meet, update } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { Membership } from "./state.ts";
import { changeLocalHealth, clearSuspicion, condemn, suspect } from "./suspicion.ts";

/** Takes one rumor, and passes it on if it is news. */
export function believe(self: Membership, rumor: Rumor): void {
  const peer = self.peers.get(rumor.address);
  if (rumor.boot === UNKNOWN_BOOT) return drop(self.ground, "misdirected");
  if (isBeyond(self, peer, rumor)) return drop(self.ground, "absurd-term");
  if (rumor.address === self.ground.config.address || rumor.boot === self.ground.config.boot) {
    return hearOfSelf(self, rumor);
  }
  switch (rumor.kind) {
    case "alive":
      return hearAlive(self, peer, rumor);
    case "suspect":
    case "dead":
      if (peer?.boot !== rumor.boot) return;
      if (peer.alive) return hearIll(self, peer, rumor);
      // Who still doubts it has missed that it was removed, and is alone with its suspicion.
      if (rumor.kind === "suspect" && rumor.incarnation <= peer.incarnation && !self.broadcasts.has(peer.address)) {
        spread(self, deadRumor(peer));
      }
  }
}

/** Takes a page of what somebody knows. It may be older than what is known here: the dead are a reason to look, no more. */
export function mergeRemote(self: Membership, rumor: Rumor): void {
  const peer = self.peers.get(rumor.address);
  if (rumor.kind !== "dead" || rumor.left || peer === undefined) return believe(self, rumor);
  if (!peer.alive || peer.boot !== rumor.boot || rumor.incarnation < peer.incarnation) return;
  peer.disputed = rumor.incarnation;
  self.lookups.add(peer);
}

/** The member says, or somebody says for it, that it lives in a later incarnation: whatever was said before is over. */
export function renew(self: Membership, peer: Peer, incarnation: number): void {
  if (incarnation <= peer.incarnation) return;
  peer.incarnation = incarnation;
  if (peer.disputed !== undefined && peer.disputed < incarnation) peer.disputed = undefined;
  clearSuspicion(self, peer);
  spread(self, aliveRumor(peer));
}

function hearAlive(self: Membership, peer: Peer | undefined, rumor: AliveRumor): void {
  if (rumor.id === self.ground.config.id) return drop(self.ground, "duplicate-id");
  if (self.byBoot.has(rumor.boot) && self.byBoot.get(rumor.boot) !== peer) return drop(self.ground, "impostor");
  if (peer?.alive === true && peer.boot === rumor.boot) {
    if (rumor.incarnation <= peer.incarnation || rumor.id !== peer.id) return;
    update(self, peer, rumor);
    return renew(self, peer, rumor.incarnation);
  }
  const isOver = rumor.boot === peer?.departed || rumor.boot === peer?.foreign;
  if (peer !== undefined && (rumor.incarnation <= peer.incarnation || isOver)) return;
  // It may have moved: then the word comes again once its old address has been silent for long enough.
  if (isTaken(self, rumor, peer)) return;
  const newcomer = peer ?? meet(self, rumor.address);
  if (newcomer === undefined) return;
  markAlive(self, newcomer, rumor.boot, rumor);
  spread(self, rumor);
}

function hearIll(self: Membership, peer: Peer, rumor: SuspectRumor | DeadRumor): void {
  if (rumor.incarnation < peer.incarnation) return retell(self, peer);
  if (rumor.kind === "suspect") return suspect(self, peer, rumor.incarnation, rumor.by);
  condemn(self, peer, rumor);
}

/**
 * An incarnation counts on from the wall clock at a member's start. One far above the own clock could never be refuted: it is taken
 * from the member itself only.
 */
function isBeyond({ ground, incarnation }: Membership, peer: Peer | undefined, rumor: Rumor): boolean {
  if (rumor.incarnation >= LIMITS.maxTerm) return true;
  const known = rumor.boot === ground.config.boot ? incarnation : rumor.boot === peer?.boot ? peer.incarnation : 0;
  return rumor.incarnation > Math.max(clockBound(ground), known + LIMITS.refutations);
}

/** Others are wrong about this member, or about its address. */
function hearOfSelf(self: Membership, rumor: Rumor): void {
  const isOwn = rumor.boot === self.ground.config.boot && rumor.address === self.ground.config.address;
  if (rumor.incarnation < self.incarnation) {
    if (isOwn && rumor.kind !== "alive" && !self.broadcasts.has(rumor.address)) tellOfSelf(self);
    return;
  }
  if (isOwn && rumor.kind === "alive" && rumor.incarnation === self.incarnation) return;
  if (isOwn && rumor.kind === "suspect") changeLocalHealth(self, 1);
  if (isOwn && rumor.kind === "dead") self.ground.effects.push({ kind: "refuted", left: rumor.left });
  refute(self, rumor.incarnation);
}
