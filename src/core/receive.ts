/**
 * What a packet does. Whatever does not fit is dropped and counted.
 *
 * @module
 */

import { countVote, leaveOffice, riseAbove, yieldVote } from "./candidacy.ts";
import { isMesh } from "./detection.ts";
import { followLeader, forgetLeader, isAbsurd } from "./leader.ts";
import { drop } from "./drop.ts";
import type { Event } from "./input.ts";
import { aliveRumor, spread } from "./gossip.ts";
import { hear, renew } from "./hearsay.ts";
import type { Member } from "./member.ts";
import { challenge, enliven, findSender, isVerified, matchAck, update } from "./membership.ts";
import type { Ack, Boot, Claim, Leave, Message, Ping, Release, Status, Vote } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import { acceptNack, acceptVouch, answerProbe, noteSign } from "./probing.ts";
import { outranks } from "./rank.ts";
import { type Citizen, isTrusted, ringOf } from "./state.ts";
import { sendAck, sendChallenge } from "./status.ts";
import { pronounce } from "./suspicion.ts";
import { answerPull, pullAll, takePage } from "./sync.ts";
import { deferClaim, release, vote } from "./voter.ts";

type Packet = Extract<Event, { kind: "packet" }>;

/** Takes one packet. */
export function receive(citizen: Citizen, packet: Packet): void {
  const { from, to, message } = packet;
  if (from === citizen.config.boot || from === UNKNOWN_BOOT) return drop(citizen, "misdirected");
  if (message.kind === "ping") return receivePing(citizen, packet, message);
  if (to !== citizen.config.boot) return drop(citizen, "misdirected");
  if (message.kind === "ack") return receiveAck(citizen, packet, message);
  const member = citizen.byBoot.get(from) ?? findDeparted(citizen, from);
  if (member?.route !== packet.source) return drop(citizen, "unverified");
  if (message.kind === "release") return receiveRelease(citizen, member, from, message);
  if (message.kind === "leave") return receiveLeave(citizen, member, from, message);
  if (!isVerified(member, packet.source, from)) return drop(citizen, "unverified");
  receiveQuestion(citizen, member, from, message);
}

function receiveQuestion(
  citizen: Citizen,
  member: Member,
  from: Boot,
  message: Exclude<Message, Ping | Ack | Release | Leave>,
): void {
  switch (message.kind) {
    case "probe":
      return answerProbe(citizen, member, message);
    case "vouch":
      return acceptVouch(citizen, member, message);
    case "nack":
      return acceptNack(citizen, member, message);
    case "pull":
      return answerPull(citizen, member, message);
    case "page":
      if (!takePage(citizen, member, from, message)) drop(citizen, "unverified");
  }
}

function receivePing(citizen: Citizen, packet: Packet, { nonce, hears, status, claim, gossip }: Ping): void {
  if (citizen.closing !== undefined) return;
  const { source, from, to } = packet;
  const member = findSender(citizen, source, from, status);
  if (member === undefined) return;
  if (to !== citizen.config.boot || !isVerified(member, source, from)) {
    // To the address that the ping names: who wrote in its name does not see the challenge.
    return sendChallenge(citizen, member, from, nonce, challenge(citizen, member));
  }
  const isNews = learn(citizen, member, status);
  if (isNews) {
    noteSign(citizen, member);
    if (hears) member.lastHeardBy = citizen.now;
    takeTerms(citizen, member, status);
    takeLeading(citizen, member, status);
  }
  hear(citizen, member, gossip);
  const wantsAnswer = claim !== undefined || !isMutual(citizen, member);
  member.lastPinged = citizen.now;
  if (!wantsAnswer) return;
  const answer = claim !== undefined ? receiveClaim(citizen, member, from, { nonce, claim, status }) : undefined;
  sendAck(citizen, member, from, nonce, answer);
}

/**
 * Whether a ping only crosses this member's own: both sides then have their sign of life, and an ack would tell
 * nothing. Pings that follow fast on one another ask for the answer that was lost.
 */
function isMutual(citizen: Citizen, member: Member): boolean {
  const { interval } = citizen.config;
  if (!citizen.config.lifeguard || !isMesh(ringOf(citizen, member).size)) return false;
  const sinceTheirs = citizen.now - member.lastPinged;
  return sinceTheirs > interval * 0.4 && citizen.now - member.lastPing <= interval * 1.6;
}

function receiveAck(citizen: Citizen, packet: Packet, ack: Ack): void {
  const { from, source } = packet;
  const { nonce, status } = ack;
  if (citizen.releases.length > 0) {
    citizen.releases = citizen.releases.filter((pending) => pending.boot !== from || pending.nonce !== nonce);
  }
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
  if (matched) admit(citizen, member, source, from, status);
  if (!isVerified(member, source, from)) return drop(citizen, "unverified");
  if (matched) {
    noteSign(citizen, member);
    member.lastHeardBy = citizen.now;
  }
  if (learn(citizen, member, status)) {
    takeTerms(citizen, member, status);
    takeLeading(citizen, member, status);
  }
  hear(citizen, member, ack.gossip);
  if (ack.challenge !== 0) sendAck(citizen, member, from, ack.challenge, undefined);
  if (ack.vote !== undefined) countVote(citizen, member, ack.vote);
}

function receiveClaim(
  citizen: Citizen,
  member: Member,
  from: Boot,
  { nonce, claim, status }: { readonly nonce: number; readonly claim: Claim; readonly status: Status },
): Vote | undefined {
  if (citizen.config.quorum === "none") return undefined;
  if (isAbsurd(claim.term)) {
    drop(citizen, "absurd-term");
    return undefined;
  }
  if (member.configured) citizen.seenTerm = Math.max(citizen.seenTerm, claim.term);
  const { candidacy } = citizen;
  const prevails = status.leading !== undefined || outranks(status, citizen.config);
  const yields = candidacy?.elected === false && member.configured && prevails;
  if (yields) yieldVote(citizen);
  const inOffice = status.leading?.term === claim.term;
  const answer = vote(citizen, member, from, claim, inOffice);
  if (answer.refusal === "held" || answer.refusal === "quarantined") {
    deferClaim(citizen, member, from, claim, nonce);
  }
  return answer;
}

function receiveRelease(citizen: Citizen, member: Member, from: Boot, { nonce, term, successor }: Release): void {
  sendAck(citizen, member, from, nonce, undefined);
  if (isAbsurd(term)) return drop(citizen, "absurd-term");
  release(citizen, from, term);
  // What a process before this one released says nothing of the one that is there now.
  if (member.boot !== from || term <= member.endedTerm) return;
  member.endedTerm = term;
  forgetLeader(citizen, from, term);
  if (citizen.config.quorum === "none" && isTrusted(citizen, member)) riseAbove(citizen, term);
  if (successor !== undefined && citizen.leader === undefined && isTrusted(citizen, member)) {
    const released = { term, boot: from };
    citizen.successor = { boot: successor, released, until: citizen.now + citizen.config.interval };
  }
}

function receiveLeave(citizen: Citizen, member: Member, from: Boot, { nonce }: Leave): void {
  sendAck(citizen, member, from, nonce, undefined);
  if (!member.alive || member.boot !== from) return;
  release(citizen, from, Infinity);
  member.departed = from;
  pronounce(citizen, member);
}

/** The process `from` at the member's address has proved that it is there now. */
function admit(citizen: Citizen, member: Member, source: string, from: Boot, status: Status): void {
  if (member.alive && member.boot === from) {
    member.route = source;
    return;
  }
  const { incarnation, boot } = member;
  const isOutdated = boot !== UNKNOWN_BOOT && status.incarnation <= incarnation;
  enliven(citizen, member, from, status);
  member.route = source;
  if (isOutdated) {
    // The others will have it for dead, or an earlier process for alive, until it has contradicted.
    member.disputed = incarnation;
    member.incarnation = incarnation;
  } else spread(citizen, aliveRumor(member));
  // A partition has ended: there may be more behind it.
  if (boot === from) pullAll(citizen, member);
}

/**
 * Takes what a verified member says of itself; its id is fixed for as long as it is alive. Returns whether it is
 * news: an older status, late or played back by somebody, is none.
 */
function learn(citizen: Citizen, member: Member, status: Status): boolean {
  if (status.beat <= member.beat) return false;
  member.beat = status.beat;
  member.voting = status.voting;
  update(citizen, member, status);
  renew(citizen, member, status.incarnation);
  return true;
}

function takeTerms(citizen: Citizen, member: Member, status: Status): void {
  if (!member.configured) return;
  if (status.idle) member.toldIdle = true;
  if (isAbsurd(status.highestTerm)) return drop(citizen, "absurd-term");
  citizen.seenTerm = Math.max(citizen.seenTerm, status.highestTerm);
  // The other leader of a plain democracy may have given way before this one had heard of it.
  if (citizen.config.quorum === "none" && status.highestTerm > (citizen.candidacy?.term ?? Infinity)) {
    riseAbove(citizen, status.highestTerm);
  }
}

function takeLeading(citizen: Citizen, member: Member, status: Status): void {
  if (status.leading === undefined) return;
  if (isAbsurd(status.leading.term)) return drop(citizen, "absurd-term");
  const rules = citizen.candidacy?.elected === true;
  if (rules && citizen.config.quorum !== "none") return;
  if (rules && isTrusted(citizen, member) && status.leading.term > member.endedTerm) {
    if (outranks(member, citizen.config)) leaveOffice(citizen, "outweighed", undefined);
    else riseAbove(citizen, status.leading.term);
  }
  followLeader(citizen, member, status);
}

function findDeparted(citizen: Citizen, boot: Boot): Member | undefined {
  for (const member of citizen.members.values()) if (member.departed === boot) return member;
  return undefined;
}
