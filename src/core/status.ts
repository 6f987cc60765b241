/**
 * What this member says of itself, and the messages that carry it.
 *
 * @module
 */

import { gossipFor } from "./gossip.ts";
import type { Member } from "./member.ts";
import type { Claim, Message, Status, Vote } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import { type Citizen, isEligible, nextNonce } from "./state.ts";
import { LIMITS } from "../limits.ts";

/** Idle: nothing that this member did or promised can be behind a lease. */
export function isIdle(citizen: Citizen): boolean {
  const { grant } = citizen.ballot;
  return citizen.candidacy === undefined &&
    citizen.now >= citizen.lastClaimAt + citizen.config.timeout &&
    (grant === undefined || citizen.now >= grant.expiresAt);
}

/** This member's own status, newer than any before. */
export function ownStatus(citizen: Citizen): Status {
  const { config, candidacy } = citizen;
  return {
    beat: ++citizen.beat,
    incarnation: citizen.incarnation,
    id: config.id,
    address: config.address,
    weight: config.weight,
    eligible: isEligible(citizen),
    idle: isIdle(citizen),
    highestTerm: citizen.seenTerm,
    leading: candidacy?.elected === true
      ? { term: candidacy.term, remaining: Math.max(0, candidacy.deadline - citizen.now) }
      : undefined,
  };
}

/** Sends `message` to the process last known at the member's address. */
export function send(citizen: Citizen, member: Member, message: Message): void {
  const to = member.boot === member.departed ? UNKNOWN_BOOT : member.boot;
  citizen.effects.push({ kind: "send", address: member.address, to, message });
}

/** Pings a member, with a claim when it is asked for its vote. */
export function sendPing(citizen: Citizen, member: Member, claim: Claim | undefined, status: Status): void {
  const nonce = nextNonce(citizen, member);
  if (member.pings.length >= LIMITS.outstandingPings) member.pings.shift();
  member.pings.push({ nonce, sentAt: citizen.now });
  member.lastPing = citizen.now;
  send(citizen, member, { kind: "ping", nonce, status, claim, ...gossipTo(citizen, member) });
}

/** Answers `nonce` to the boot that asked. */
export function sendAck(
  citizen: Citizen,
  member: Member,
  to: string,
  ack: { readonly nonce: number; readonly challenge: number; readonly vote: Vote | undefined },
): void {
  const gossip = ack.challenge === 0 ? gossipTo(citizen, member) : undefined;
  const message: Message = { kind: "ack", ...ack, status: ownStatus(citizen), ...gossip };
  citizen.effects.push({ kind: "send", address: member.address, to, message });
}

function gossipTo(citizen: Citizen, member: Member): Pick<Extract<Message, { kind: "ping" }>, "gossip"> | undefined {
  // Who has not proved to be there would be sent more than it sent.
  const gossip = member.route === "" || !member.alive ? undefined : gossipFor(citizen, member);
  return gossip && { gossip };
}
