/**
 * What a packet does. Whatever does not fit is dropped and counted.
 *
 * @module
 */

import { abandon, countVote, leaveOffice, riseAbove } from "./candidacy.ts";
import { followLeader, forgetLeader } from "./leader.ts";
import { drop } from "./drop.ts";
import type { Event } from "./input.ts";
import {
  acceptVouch,
  admit,
  answerProbe,
  challenge,
  depart,
  findSender,
  isVerified,
  learn,
  matchAck,
  noteSign,
} from "./membership.ts";
import type { Ack, Boot, Claim, Leave, Ping, Release, Status, Vote } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import { outranks } from "./rank.ts";
import { type Citizen, isTrusted, type Member } from "./state.ts";
import { sendAck } from "./status.ts";
import { deferClaim, release, vote } from "./voter.ts";
import { LIMITS } from "../limits.ts";

type Packet = Extract<Event, { kind: "packet" }>;

/** Takes one packet. */
export function receive(citizen: Citizen, packet: Packet): void {
  const { from, to, message } = packet;
  if (from === citizen.config.boot || from === UNKNOWN_BOOT) return drop(citizen, "misdirected");
  if (message.kind === "ping") return receivePing(citizen, packet, message);
  if (to !== citizen.config.boot) return drop(citizen, "misdirected");
  if (message.kind === "ack") return receiveAck(citizen, packet, message);
  const member = citizen.byBoot.get(from);
  if (message.kind === "release") return receiveRelease(citizen, from, message);
  if (message.kind === "leave") return receiveLeave(citizen, from, message);
  if (member === undefined) return drop(citizen, "unverified");
  if (message.kind === "probe") answerProbe(citizen, member, message);
  else acceptVouch(citizen, message);
}

function receivePing(citizen: Citizen, packet: Packet, { nonce, status, claim }: Ping): void {
  if (citizen.closing !== undefined) return;
  const { source, from, to } = packet;
  const member = findSender(citizen, source, from, status);
  if (member === undefined) return;
  const verified = isVerified(citizen, member, from, to);
  if (verified) hear(citizen, member, status);
  // Who knows this boot has heard from it since it started, so its claim and its word are not of another age.
  const informed = to === citizen.config.boot;
  if (informed) takeTerms(citizen, member, status);
  const answer = informed && claim !== undefined
    ? receiveClaim(citizen, member, from, claim, nonce, status)
    : undefined;
  sendAck(citizen, member.voter ? member.address : source, from, {
    nonce,
    challenge: verified ? 0 : challenge(citizen, member),
    vote: answer,
  });
}

function receiveAck(citizen: Citizen, packet: Packet, ack: Ack): void {
  const { from, source } = packet;
  const { nonce, status } = ack;
  citizen.releases = citizen.releases.filter((pending) => pending.boot !== from || pending.nonce !== nonce);
  if (citizen.closing !== undefined) {
    const pending = citizen.closing.pending.get(status.address);
    if (pending?.boot === from && pending.nonce === nonce) citizen.closing.pending.delete(status.address);
    return;
  }
  const member = citizen.members.get(status.address) === undefined
    ? drop(citizen, "unverified")
    : findSender(citizen, source, from, status);
  if (member === undefined) return;
  const matched = matchAck(citizen, member, nonce);
  if (matched && !(member.alive && member.boot === from)) admit(citizen, member, from, status);
  if (!member.alive || member.boot !== from) return drop(citizen, "unverified");
  if (matched) noteSign(citizen, member);
  learn(citizen, member, status);
  takeTerms(citizen, member, status);
  takeLeading(citizen, member, status);
  if (ack.challenge !== 0) {
    sendAck(citizen, member.address, from, { nonce: ack.challenge, challenge: 0, vote: undefined });
  }
  if (ack.vote !== undefined) countVote(citizen, member, ack.vote);
}

function receiveClaim(
  citizen: Citizen,
  member: Member,
  from: Boot,
  claim: Claim,
  nonce: number,
  status: Status,
): Vote | undefined {
  if (citizen.config.quorum === "none") return undefined;
  if (isAbsurd(citizen, claim.term)) {
    drop(citizen, "absurd-term");
    return undefined;
  }
  if (member.voter) citizen.seenTerm = Math.max(citizen.seenTerm, claim.term);
  const { candidacy } = citizen;
  const prevails = status.leading !== undefined || outranks(status, citizen.config);
  const yields = candidacy?.elected === false && member.voter && prevails;
  if (yields) abandon(citizen);
  const answer = vote(citizen, member, from, claim);
  if (answer.refusal === "held" || answer.refusal === "quarantined") {
    deferClaim(citizen, member, from, claim, nonce);
  }
  return answer;
}

function receiveRelease(citizen: Citizen, from: Boot, { nonce, term, successor }: Release): void {
  const member = citizen.byBoot.get(from) ?? findDeparted(citizen, from);
  if (member === undefined) return drop(citizen, "unverified");
  sendAck(citizen, member.address, from, { nonce, challenge: 0, vote: undefined });
  if (isAbsurd(citizen, term)) return drop(citizen, "absurd-term");
  release(citizen, from, term);
  if (term <= member.endedTerm) return;
  member.endedTerm = term;
  forgetLeader(citizen, from, term);
  if (successor !== undefined && citizen.leader === undefined) {
    citizen.successor = { boot: successor, term, until: citizen.now + citizen.config.interval };
  }
}

function receiveLeave(citizen: Citizen, from: Boot, { nonce }: Leave): void {
  const member = citizen.byBoot.get(from) ?? findDeparted(citizen, from);
  if (member === undefined) return drop(citizen, "unverified");
  sendAck(citizen, member.address, from, { nonce, challenge: 0, vote: undefined });
  if (!member.alive || member.boot !== from) return;
  release(citizen, from, Infinity);
  depart(citizen, member);
}

/** A sign of life, with all that it tells. */
function hear(citizen: Citizen, member: Member, status: Status): void {
  noteSign(citizen, member);
  learn(citizen, member, status);
  takeLeading(citizen, member, status);
}

function takeTerms(citizen: Citizen, member: Member, status: Status): void {
  if (!member.voter) return;
  if (status.idle) member.toldIdle = true;
  if (isAbsurd(citizen, status.highestTerm)) return drop(citizen, "absurd-term");
  citizen.seenTerm = Math.max(citizen.seenTerm, status.highestTerm);
}

function takeLeading(citizen: Citizen, member: Member, status: Status): void {
  if (status.leading === undefined) return;
  if (isAbsurd(citizen, status.leading.term)) return drop(citizen, "absurd-term");
  const rules = citizen.candidacy?.elected === true;
  if (rules && citizen.config.quorum !== "none") return;
  if (rules && isTrusted(citizen, member) && status.leading.term > member.endedTerm) {
    if (outranks(member, citizen.config)) leaveOffice(citizen, "outweighed", undefined);
    else riseAbove(citizen, status.leading.term);
  }
  followLeader(citizen, member, status);
}

/** Terms follow the wall clock; one that is far ahead of it would leave no room for those to come. */
function isAbsurd(citizen: Citizen, term: number): boolean {
  return term > Math.max(citizen.seenTerm, citizen.wall) + LIMITS.termLead;
}

function findDeparted(citizen: Citizen, boot: Boot): Member | undefined {
  for (const member of citizen.members.values()) if (member.departed === boot) return member;
  return undefined;
}
