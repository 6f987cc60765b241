/**
 * Who is there. A peer counts as alive once it has answered a challenge, and as long as it, or a peer that hears it,
 * gives a sign of life within one timeout. Indirect probes follow SWIM (Das, Gupta, Motivala, 2002).
 *
 * @module
 */

import { drop } from "./drop.ts";
import { forgetLeader } from "./leader.ts";
import { type Boot, type Probe, type Status, UNKNOWN_BOOT, type Vouch } from "./message.ts";
import { sample } from "./random.ts";
import { type Citizen, type Member, memberInfo, nextNonce, unknownMember } from "./state.ts";
import { ownStatus, send, sendPing } from "./status.ts";
import { LIMITS } from "../limits.ts";

/** The complete list of voters: new ones are pinged at once, missing ones stay until they are silent. */
export function setVoters(citizen: Citizen, addresses: readonly string[], size: number): void {
  citizen.clusterSize = size;
  const named = new Set(addresses);
  named.delete(citizen.config.address);
  for (const address of named) {
    const member = citizen.members.get(address);
    if (member === undefined) {
      citizen.members.set(address, unknownMember(address, true));
      continue;
    }
    const known = member.voter;
    member.voter = true;
    member.leaving = false;
    if (member.alive && !known) citizen.effects.push({ kind: "updated", member: memberInfo(member) });
  }
  for (const member of citizen.members.values()) {
    if (!member.voter || named.has(member.address)) continue;
    member.leaving = true;
    if (!member.alive) forget(citizen, member);
  }
  citizen.nextHeartbeat = citizen.now;
}

/**
 * The member at the address a packet names, or undefined when the packet is to be ignored. A stranger is taken at
 * its word only when it writes from the address it names, and only so many at a time.
 */
export function findSender(citizen: Citizen, source: string, from: Boot, status: Status): Member | undefined {
  const known = citizen.members.get(status.address);
  if (status.id === citizen.config.id || isTaken(citizen, status, known)) return drop(citizen, "duplicate-id");
  const isSpoofed = known?.voter !== true && status.address !== source;
  const holder = citizen.byBoot.get(from);
  const isStolen = holder !== undefined && holder !== known;
  if (isSpoofed || isStolen || status.address === citizen.config.address) return drop(citizen, "impostor");
  if (known !== undefined) return from === known.departed ? drop(citizen, "departed") : known;
  let strangers = 0;
  let unverified = 0;
  for (const member of citizen.members.values()) {
    if (member.voter) continue;
    if (member.alive) strangers += 1;
    else unverified += 1;
  }
  if (strangers >= LIMITS.strangers) return drop(citizen, "too-many-members");
  if (unverified >= LIMITS.unverified) return drop(citizen, "too-many-strangers");
  const stranger = unknownMember(status.address, false);
  stranger.lastPing = citizen.now;
  citizen.members.set(status.address, stranger);
  return stranger;
}

/** Whether a packet is the word of this member: of the process, and from the place, that proved to be there. */
export function isVerified(member: Member, source: string, from: Boot): boolean {
  return member.alive && member.boot === from && member.route === source;
}

/** The nonce that a member must echo before it counts; the same for every hello within one timeout. */
export function challenge(citizen: Citizen, member: Member): number {
  if (citizen.now - member.challenge.sentAt >= citizen.config.timeout) {
    member.challenge = { nonce: nextNonce(citizen, member), sentAt: citizen.now };
  }
  return member.challenge.nonce;
}

/** Whether an ack answers a ping, which it does once, or the challenge, neither older than one timeout. */
export function matchAck(citizen: Citizen, member: Member, nonce: number): boolean {
  const oldest = citizen.now - citizen.config.timeout;
  if (nonce === member.challenge.nonce) return member.challenge.sentAt >= oldest;
  const index = member.pings.findIndex((ping) => ping.nonce === nonce);
  if (index < 0) return false;
  const [ping] = member.pings.splice(index, 1);
  if (ping === undefined || ping.sentAt < oldest) return false;
  citizen.effects.push({ kind: "round-trip", ms: citizen.now - ping.sentAt });
  return true;
}

/** The process `from` at the member's address has proved that it is there now. */
export function admit(citizen: Citizen, member: Member, source: string, from: Boot, status: Status): void {
  if (member.alive) bury(citizen, member);
  for (const other of citizen.byBoot.values()) {
    if (other.id !== status.id) continue;
    bury(citizen, other);
    forget(citizen, other);
  }
  // What the process before was asked must not bring it back.
  if (member.boot !== from) member.pings = [];
  if (member.boot !== from) member.endedTerm = 0;
  member.alive = true;
  member.boot = from;
  member.route = source;
  member.departed = UNKNOWN_BOOT;
  member.beat = 0;
  member.id = status.id;
  member.weight = status.weight;
  member.eligible = status.eligible;
  member.aliveSince = citizen.now;
  citizen.byBoot.set(from, member);
  citizen.effects.push({ kind: "added", member: memberInfo(member) });
}

/**
 * Takes what a verified member says of itself; its id is fixed for as long as it is alive. Returns whether it is
 * news: an older status, late or played back by somebody, is none.
 */
export function learn(citizen: Citizen, member: Member, status: Status): boolean {
  if (status.beat <= member.beat) return false;
  member.beat = status.beat;
  if (member.weight === status.weight && member.eligible === status.eligible) return true;
  member.weight = status.weight;
  member.eligible = status.eligible;
  citizen.effects.push({ kind: "updated", member: memberInfo(member) });
  return true;
}

/** A sign of life from the member itself, which those who asked are told. */
export function noteSign(citizen: Citizen, member: Member): void {
  member.lastHeard = citizen.now;
  member.lastSign = citizen.now;
  const waiting = citizen.probes.get(member.address);
  if (waiting === undefined) return;
  citizen.probes.delete(member.address);
  for (const boot of waiting.askers) {
    const asker = citizen.byBoot.get(boot);
    if (asker !== undefined) vouch(citizen, asker, member);
  }
}

/** Another member does not hear the target: vouch for it at once, or as soon as it answers. */
export function answerProbe(citizen: Citizen, asker: Member, probe: Probe): void {
  const target = citizen.members.get(probe.target);
  if (target === undefined || target === asker) return;
  if (target.alive && citizen.now - target.lastHeard <= citizen.config.interval) {
    return vouch(citizen, asker, target);
  }
  const waiting = citizen.probes.get(target.address);
  if (waiting !== undefined) {
    waiting.askers.add(asker.boot);
  } else if (citizen.probes.size < LIMITS.pendingProbes && (target.alive || target.voter)) {
    const until = citizen.now + citizen.config.timeout;
    citizen.probes.set(target.address, { askers: new Set([asker.boot]), until });
    sendPing(citizen, target, undefined, ownStatus(citizen));
  }
}

/** Another member heard the target `age` ms ago. */
export function acceptVouch(citizen: Citizen, { target, boot, age }: Vouch): void {
  const member = citizen.members.get(target);
  if (member?.alive !== true || member.boot !== boot) return;
  member.lastSign = Math.max(member.lastSign, citizen.now - age);
}

/** The member said that it leaves. */
export function depart(citizen: Citizen, member: Member): void {
  member.departed = member.boot;
  bury(citizen, member);
  if (!member.voter || member.leaving) forget(citizen, member);
}

/** Whether a member has missed so many heartbeats that others are asked about it. */
export function isSilent(citizen: Citizen, member: Member): boolean {
  return member.alive && citizen.now - member.lastSign >= 2 * citizen.config.interval;
}

/** Removes who was silent for a timeout, and gives up on unanswered strangers and probes. */
export function reviewMembers(citizen: Citizen): void {
  const { timeout } = citizen.config;
  for (const member of citizen.members.values()) {
    if (!member.alive) {
      if (!member.voter && citizen.now - member.lastPing >= timeout) forget(citizen, member);
    } else if (citizen.now >= member.lastSign + timeout) {
      bury(citizen, member);
      if (!member.voter || member.leaving) forget(citizen, member);
    }
  }
  for (const [target, { until }] of citizen.probes) if (citizen.now >= until) citizen.probes.delete(target);
}

/** This member itself was away for `ms`: its silence is not that of the others. */
export function forgiveSilence(citizen: Citizen, ms: number): void {
  for (const member of citizen.byBoot.values()) {
    member.lastSign = Math.min(citizen.now, member.lastSign + ms);
    member.lastHeard = Math.min(citizen.now, member.lastHeard + ms);
  }
}

/** When the next member would be removed, in monotonic ms. */
export function removalDue(citizen: Citizen): number {
  let due = Infinity;
  for (const member of citizen.byBoot.values()) due = Math.min(due, member.lastSign + citizen.config.timeout);
  return due;
}

/** Whether somebody else has this id. A voter does not lose it to a stranger. */
function isTaken(citizen: Citizen, status: Status, known: Member | undefined): boolean {
  if (known?.alive === true && known.id === status.id) return false;
  for (const member of citizen.byBoot.values()) {
    if (member !== known && member.id === status.id && (member.voter || known?.voter !== true)) return true;
  }
  return false;
}

function vouch(citizen: Citizen, asker: Member, target: Member): void {
  const age = Math.max(0, citizen.now - target.lastHeard);
  send(citizen, asker, { kind: "vouch", target: target.address, boot: target.boot, age });
}

/** Asks a few others to probe a silent member, so that one lossy path removes nobody. */
export function askOthers(citizen: Citizen, silent: Member): void {
  const others = [...citizen.byBoot.values()].filter((member) => member !== silent);
  for (const helper of sample(citizen.random, others, LIMITS.probers)) {
    send(citizen, helper, { kind: "probe", target: silent.address });
  }
}

function bury(citizen: Citizen, member: Member): void {
  citizen.byBoot.delete(member.boot);
  member.alive = false;
  member.toldIdle = false;
  citizen.effects.push({ kind: "removed", member: memberInfo(member) });
  if (member.departed === member.boot) forgetLeader(citizen, member.boot, Infinity);
}

function forget(citizen: Citizen, member: Member): void {
  citizen.members.delete(member.address);
}
