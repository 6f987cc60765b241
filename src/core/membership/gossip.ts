/**
 * What is said of peers on the datagrams that are sent anyway.
 *
 * @module
 */

import { NO_RUMORS } from "../message/blank.ts";
import type { DeadRumor, Rumor, SuspectRumor } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import type { Peer } from "./peer.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "./rumor.ts";
import type { Membership } from "./state.ts";
import { transmissions } from "./swim.ts";

/** Passes on what is said of a peer. */
export function spread(self: Membership, rumor: Rumor): void {
  self.broadcasts.spread(rumor);
}

/** What is to be said of a peer that is alive. */
export function aliveRumor({ address, boot, incarnation, id, weight, eligible }: Peer): Rumor {
  return { kind: "alive", address, boot, incarnation, id, weight, eligible };
}

/** What is to be said of a peer that is suspected, in the name of one that suspects it. */
export function suspectRumor(self: Membership, { address, boot, suspicion }: Peer): SuspectRumor | undefined {
  if (suspicion === undefined) return undefined;
  const own = self.ground.config.boot;
  const [first = own] = suspicion.by;
  return { kind: "suspect", address, boot, incarnation: suspicion.incarnation, by: suspicion.own ? own : first };
}

/** What is to be said of the process that was last at a peer's address. */
export function deadRumor({ address, boot, departed, incarnation, suspicion }: Peer): DeadRumor {
  return { kind: "dead", address, boot, incarnation, left: departed === boot || suspicion?.left === true };
}

/** Somebody has not heard the latest of a peer: it is told again, if it is not being told. */
export function retell(self: Membership, peer: Peer): void {
  if (!self.broadcasts.has(peer.address)) spread(self, aliveRumor(peer));
}

/** A new incarnation, above `incarnation`, for what others say of this member is not so, or no longer. */
export function refute(self: Membership, incarnation: number): void {
  // Others ignore a greater one, and with it the whole status.
  self.incarnation = Math.min(Math.max(self.incarnation, incarnation) + 1, LIMITS.maxTerm - 1);
  tellOfSelf(self);
}

/** Tells that this member would lead from now on, or would not. */
export function tellEligible(self: Membership, eligible: boolean): void {
  self.toldEligible = eligible;
  refute(self, self.incarnation);
}

/** Tells that this member is there, in its latest incarnation. */
export function tellOfSelf(self: Membership): void {
  const { incarnation, toldEligible: eligible, ground: { config: { address, boot, id, weight } } } = self;
  spread(self, { kind: "alive", address, boot, incarnation, id, weight, eligible });
}

/** The rumors that a datagram to this peer carries beside its message, which takes `reserved` bytes more than usual. */
export function rumorsFor(self: Membership, peer: Peer, reserved: number): readonly Rumor[] {
  const { config } = self.ground;
  let room = config.rumorBytes - reserved;
  const buddy = config.lifeguard ? buddyRumor(self, peer) : undefined;
  if (buddy !== undefined) room -= bytesOf(buddy);
  // Where many die at once, what the dead are told would be missed by the living.
  const inVain = peer.suspicion !== undefined;
  const limit = transmissions(self.byBoot.size);
  const rumors = room < LEAST_RUMOR_BYTES ? NO_RUMORS : self.broadcasts.take(room, limit, inVain);
  return buddy === undefined ? rumors : [buddy, ...rumors];
}

/** Lifeguard's buddy system: a peer that is doubted hears of it first from those that doubt it, and can refute. */
function buddyRumor(self: Membership, peer: Peer): Rumor | undefined {
  if (peer.disputed === undefined) {
    return peer.suspicion?.confirmed === true ? deadRumor(peer) : suspectRumor(self, peer);
  }
  return { kind: "dead", address: peer.address, boot: peer.boot, incarnation: peer.disputed, left: false };
}
