/**
 * What this member says of itself, and the messages that carry it.
 *
 * @module
 */

import { gossipFor } from "./gossip.ts";
import type { Member } from "./member.ts";
import type { Ack, Boot, Claim, Gossip, Message, Status, Vote } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import type { Sent } from "./outbox.ts";
import { type Citizen, isEligible, isQuarantined, nextNonce } from "./state.ts";

/** Intervals within which a member was heard of late: one heartbeat may be lost. */
export const OF_LATE = 2;

/** Idle: nothing that this member did or promised can be behind a lease. */
export function isIdle(citizen: Citizen): boolean {
  const { grant } = citizen.ballot;
  return citizen.candidacy === undefined &&
    citizen.now >= citizen.lastClaimAt + citizen.config.timeout &&
    (grant === undefined || citizen.now >= grant.expiresAt);
}

/** This member's own status, newer than any before. */
export function ownStatus(citizen: Citizen): Status {
  const { config } = citizen;
  const status = citizen.outbox.status();
  status.beat = ++citizen.beat;
  status.incarnation = citizen.incarnation;
  status.id = config.id;
  status.address = config.address;
  status.weight = config.weight;
  status.eligible = isEligible(citizen);
  status.idle = isIdle(citizen);
  status.voting = citizen.votes && !isQuarantined(citizen);
  status.highestTerm = citizen.seenTerm;
  status.leading = ownLead(citizen);
  return status;
}

function ownLead({ candidacy, now, outbox }: Citizen): Status["leading"] {
  if (candidacy?.elected !== true) return undefined;
  const lead = outbox.lead();
  lead.term = candidacy.term;
  lead.remaining = Math.max(0, candidacy.deadline - now);
  return lead;
}

/** Sends `message` to the process last known at the member's address. */
export function send(citizen: Citizen, member: Member, message: Message): void {
  citizen.effects.push({ kind: "send", address: member.address, to: bootOf(member), message });
}

function bootOf({ boot, departed }: Member): Boot {
  return boot === departed ? UNKNOWN_BOOT : boot;
}

/** Pings a member, with a claim when it is asked for its vote. */
export function sendPing(citizen: Citizen, member: Member, claim: Claim | undefined, status: Status): void {
  const { interval } = citizen.config;
  const outstanding = member.pings.add();
  outstanding.nonce = nextNonce(citizen, member);
  outstanding.sentAt = citizen.now;
  member.lastPing = citizen.now;
  const ping = citizen.outbox.ping();
  ping.address = member.address;
  ping.to = bootOf(member);
  ping.message.nonce = outstanding.nonce;
  ping.message.hears = citizen.now - member.lastHeard <= OF_LATE * interval;
  ping.message.status = status;
  ping.message.claim = claim;
  ping.message.gossip = gossipTo(citizen, member);
  citizen.effects.push(ping);
}

/** Answers `nonce` to the boot that asked, with the vote when it was asked for that. */
export function sendAck(citizen: Citizen, member: Member, to: Boot, nonce: number, vote: Vote | undefined): void {
  const { message } = pushAck(citizen, member, to, nonce);
  message.challenge = 0;
  message.vote = vote;
  message.gossip = gossipTo(citizen, member);
}

/** Answers `nonce`, and asks for an ack in turn: the boot has not proved yet that it is there. */
export function sendChallenge(citizen: Citizen, member: Member, to: Boot, nonce: number, challenge: number): void {
  const { message } = pushAck(citizen, member, to, nonce);
  message.challenge = challenge;
  message.vote = undefined;
  message.gossip = undefined;
}

function pushAck(citizen: Citizen, { address }: Member, to: Boot, nonce: number): Sent<Ack> {
  const ack = citizen.outbox.ack();
  ack.address = address;
  ack.to = to;
  ack.message.nonce = nonce;
  ack.message.status = ownStatus(citizen);
  citizen.effects.push(ack);
  return ack;
}

function gossipTo(citizen: Citizen, member: Member): Gossip | undefined {
  // Who has not proved to be there would be sent more than it sent.
  return member.route === "" || !member.alive ? undefined : gossipFor(citizen, member);
}
