/**
 * What rides on the datagrams that are sent anyway: rumors of members, and who leads.
 *
 * @module
 */

import { transmissions } from "./detection.ts";
import type { Member } from "./member.ts";
import type { DeadRumor, Gossip, Reign, Rumor, SuspectRumor } from "./message.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "./rumor.ts";
import { type Citizen, isEligible } from "./state.ts";
import { LIMITS } from "../limits.ts";

/** Passes on what is said of a member. */
export function spread(citizen: Citizen, rumor: Rumor): void {
  citizen.mill.spread(rumor);
}

/** What is to be said of a member that is alive. */
export function aliveRumor({ address, boot, incarnation, id, weight, eligible }: Member): Rumor {
  return { kind: "alive", address, boot, incarnation, id, weight, eligible };
}

/** What is to be said of a member that is suspected, in the name of one who does. */
export function suspectRumor(citizen: Citizen, { address, boot, suspicion }: Member): SuspectRumor | undefined {
  if (suspicion === undefined) return undefined;
  const [first = citizen.config.boot] = suspicion.by;
  const by = suspicion.own ? citizen.config.boot : first;
  return { kind: "suspect", address, boot, incarnation: suspicion.incarnation, by };
}

/** What is to be said of the process that was last at a member's address. */
export function deadRumor({ address, boot, departed, incarnation }: Member): DeadRumor {
  return { kind: "dead", address, boot, incarnation, left: departed === boot };
}

/** Somebody has not heard the latest of a member: it is told again, if it is not being told. */
export function retell(citizen: Citizen, member: Member): void {
  if (!citizen.mill.has(member.address)) spread(citizen, aliveRumor(member));
}

/** A new incarnation, above `incarnation`, for what others say of this member is not so, or no longer. */
export function reincarnate(citizen: Citizen, incarnation: number): void {
  // Others ignore a greater one, and with it the whole status.
  citizen.incarnation = Math.min(Math.max(citizen.incarnation, incarnation) + 1, LIMITS.maxTerm - 1);
  citizen.toldEligible = isEligible(citizen);
  tellOfSelf(citizen);
}

/** Tells that this member is there, in its latest incarnation. */
export function tellOfSelf(citizen: Citizen): void {
  const { address, boot, id, weight } = citizen.config;
  const { incarnation, toldEligible: eligible } = citizen;
  spread(citizen, { kind: "alive", address, boot, incarnation, id, weight, eligible });
}

/** What a datagram to this member carries beside its message. */
export function gossipFor(citizen: Citizen, member: Member): Gossip | undefined {
  let room = citizen.config.rumorBytes;
  const buddy = citizen.config.lifeguard ? buddyRumor(citizen, member) : undefined;
  if (buddy !== undefined) room -= bytesOf(buddy);
  // Where many die at once, what the dead are told would be missed by the living.
  const inVain = member.suspicion !== undefined;
  const rumors = room < LEAST_RUMOR_BYTES ? [] : citizen.mill.take(room, transmissions(citizen.byBoot.size), inVain);
  const reign = knownReign(citizen);
  if (reign === undefined && rumors.length === 0 && buddy === undefined) return undefined;
  const gossip = citizen.outbox.gossip();
  gossip.reign = reign;
  gossip.rumors = buddy === undefined ? rumors : [buddy, ...rumors];
  return gossip;
}

/** Lifeguard's buddy system: who is doubted hears of it first from those who doubt, and can contradict. */
function buddyRumor(citizen: Citizen, member: Member): Rumor | undefined {
  if (member.disputed === undefined) return suspectRumor(citizen, member);
  return { kind: "dead", address: member.address, boot: member.boot, incarnation: member.disputed, left: false };
}

function knownReign({ leader, config, now, outbox }: Citizen): Reign | undefined {
  if (leader === undefined || leader.boot === config.boot) return undefined;
  const reign = outbox.reign();
  reign.boot = leader.boot;
  reign.term = leader.term;
  reign.beat = leader.beat;
  reign.remaining = Math.max(0, leader.leaseEnd - now);
  return reign;
}
