/**
 * What members say of one another, and how far it is believed: the later incarnation counts, and of the same one the
 * worse news. SWIM's order of messages.
 *
 * @module
 */

import { drop } from "./drop.ts";
import { aliveRumor, deadRumor, reincarnate, retell, spread, tellOfSelf } from "./gossip.ts";
import { takeReign } from "./leader.ts";
import type { Member } from "./member.ts";
import { enliven, isTaken, meet, update } from "./membership.ts";
import type { AliveRumor, DeadRumor, Gossip, Rumor, SuspectRumor } from "./message.ts";
import { type Citizen, isCredible } from "./state.ts";
import { acquit, changeHealth, convict, pronounce, suspect } from "./suspicion.ts";
import { LIMITS } from "../limits.ts";

/** Takes what rode on the datagram of a verified member. */
export function hear(citizen: Citizen, teller: Member, gossip: Gossip | undefined): void {
  if (gossip === undefined || !isCredible(citizen, teller)) return;
  const { rumors } = gossip;
  for (let place = 0; place < rumors.length; place++) believe(citizen, rumors[place]!);
  if (gossip.reign !== undefined) takeReign(citizen, gossip.reign);
}

/** Takes one rumor, and passes it on if it is news. */
export function believe(citizen: Citizen, rumor: Rumor): void {
  if (rumor.incarnation >= LIMITS.maxTerm) return drop(citizen, "absurd-term");
  if (rumor.address === citizen.config.address || rumor.boot === citizen.config.boot) return contradict(citizen, rumor);
  const member = citizen.members.get(rumor.address);
  switch (rumor.kind) {
    case "alive":
      return hearAlive(citizen, member, rumor);
    case "suspect":
    case "dead":
      if (member?.boot !== rumor.boot) return;
      if (member.alive) return hearIll(citizen, member, rumor);
      // Who still doubts it has missed that it was removed, and is alone with its suspicion.
      if (rumor.kind === "suspect" && rumor.incarnation <= member.incarnation && !citizen.mill.has(member.address)) {
        spread(citizen, deadRumor(member));
      }
  }
}

/** Takes a page of what somebody knows. It may be older than what is known here: the dead are a reason to look, no more. */
export function study(citizen: Citizen, rumor: Rumor): void {
  const member = citizen.members.get(rumor.address);
  if (rumor.kind !== "dead" || rumor.left || member === undefined) return believe(citizen, rumor);
  if (!member.alive || member.boot !== rumor.boot || rumor.incarnation < member.incarnation) return;
  member.disputed = rumor.incarnation;
  citizen.lookups.add(member);
}

/** The member says, or somebody says for it, that it lives in a later incarnation: whatever was said before is over. */
export function renew(citizen: Citizen, member: Member, incarnation: number): void {
  if (incarnation <= member.incarnation) return;
  member.incarnation = incarnation;
  if (member.disputed !== undefined && member.disputed < incarnation) member.disputed = undefined;
  acquit(citizen, member);
  spread(citizen, aliveRumor(member));
}

function hearAlive(citizen: Citizen, member: Member | undefined, rumor: AliveRumor): void {
  if (rumor.id === citizen.config.id) return drop(citizen, "duplicate-id");
  if (citizen.byBoot.has(rumor.boot) && citizen.byBoot.get(rumor.boot) !== member) return drop(citizen, "impostor");
  if (member?.alive === true && member.boot === rumor.boot) {
    if (rumor.incarnation <= member.incarnation || rumor.id !== member.id) return;
    update(citizen, member, rumor);
    return renew(citizen, member, rumor.incarnation);
  }
  if (member !== undefined && (rumor.incarnation <= member.incarnation || rumor.boot === member.departed)) return;
  // It may have moved: then the word comes again once its old address has been silent for long enough.
  if (isTaken(citizen, rumor, member)) return;
  const newcomer = member ?? meet(citizen, rumor.address);
  if (newcomer === undefined) return;
  enliven(citizen, newcomer, rumor.boot, rumor);
  spread(citizen, rumor);
}

function hearIll(citizen: Citizen, member: Member, rumor: SuspectRumor | DeadRumor): void {
  const isLeave = rumor.kind === "dead" && rumor.left;
  if (rumor.incarnation < member.incarnation && !isLeave) return retell(citizen, member);
  if (rumor.kind === "suspect") return suspect(citizen, member, rumor.incarnation, rumor.by);
  if (!isLeave) return convict(citizen, member, rumor.incarnation);
  member.departed = member.boot;
  member.incarnation = Math.max(member.incarnation, rumor.incarnation);
  pronounce(citizen, member);
}

/** Others are wrong about this member, or about its address. */
function contradict(citizen: Citizen, rumor: Rumor): void {
  const isOwn = rumor.boot === citizen.config.boot && rumor.address === citizen.config.address;
  if (rumor.incarnation < citizen.incarnation) {
    if (isOwn && rumor.kind !== "alive" && !citizen.mill.has(rumor.address)) tellOfSelf(citizen);
    return;
  }
  if (isOwn && rumor.kind === "alive" && rumor.incarnation === citizen.incarnation) return;
  if (isOwn && rumor.kind === "suspect") changeHealth(citizen, 1);
  reincarnate(citizen, rumor.incarnation);
}
