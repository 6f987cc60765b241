/**
 * Probes: a member that was pinged must give a sign of life in time. If it does not answer at once others are asked
 * to look after it, so that one lossy path accuses nobody; if that fails too, it is suspected.
 *
 * @module
 */

import { probeTimeout } from "./detection.ts";
import { drop } from "./drop.ts";
import type { Member, PendingProbe } from "./member.ts";
import type { Boot, Nack, Probe, Vouch } from "./message.ts";
import { sample } from "./random.ts";
import { type Citizen, type Errand, isCredible, wakeBy } from "./state.ts";
import { ownStatus, send, sendPing } from "./status.ts";
import { acquit, changeHealth, suspect } from "./suspicion.ts";
import { LIMITS } from "../limits.ts";

/** Of an interval: a sign of life so shortly before a ping answers it, because pings that cross need no ack. */
const FRESH = 0.75;
/** Of an interval: when others are asked, and how long these wait before they say that they heard nothing. */
const ASK_AFTER = 0.5;
const NACK_AFTER = 0.3;

/** A ping was sent: the member must give a sign of life. */
export function beginProbe(citizen: Citizen, member: Member): void {
  if (!member.alive || member.probe !== undefined) return;
  if (citizen.config.lifeguard && isFresh(citizen, member, citizen.now)) return;
  citizen.probing.begin(member, citizen.now);
}

/** A sign of life from the member itself, which those who asked are told. */
export function noteSign(citizen: Citizen, member: Member): void {
  member.lastHeard = citizen.now;
  member.lastSign = citizen.now;
  noteLife(citizen, member);
  const errand = citizen.errands.get(member.address);
  if (errand === undefined) return;
  citizen.errands.delete(member.address);
  for (const boot of errand.askers) {
    const asker = citizen.byBoot.get(boot);
    if (asker !== undefined) vouch(citizen, asker, member);
  }
}

/** Another member does not hear the target: vouch for it at once, or as soon as it answers. */
export function answerProbe(citizen: Citizen, asker: Member, probe: Probe): void {
  const target = citizen.members.get(probe.target);
  if (target === undefined || target === asker) return;
  if (target.alive && citizen.now - target.lastHeard <= citizen.config.interval) return vouch(citizen, asker, target);
  const trusts = isCredible(citizen, asker);
  const errand = citizen.errands.get(target.address) ?? beginErrand(citizen, target, trusts);
  if (errand === undefined) return;
  errand.askers.add(asker.boot);
  // A stranger's probe would be answered by more than it sent, and to others.
  if (errand.pinged || !trusts) return;
  errand.pinged = true;
  sendPing(citizen, target, undefined, ownStatus(citizen));
}

function beginErrand(citizen: Citizen, target: Member, trusts: boolean): Errand | undefined {
  // Strangers leave room for members.
  const most = trusts ? LIMITS.pendingProbes : LIMITS.pendingProbes / 2;
  if (citizen.errands.size >= most || !(target.alive || target.configured)) return undefined;
  const { interval, timeout } = citizen.config;
  const [nackAt, until] = [citizen.now + NACK_AFTER * interval, citizen.now + timeout];
  const errand: Errand = { askers: new Set(), pinged: false, nackAt, until };
  citizen.errands.set(target.address, errand);
  return errand;
}

/** Another member heard the target `age` ms ago. */
export function acceptVouch(citizen: Citizen, helper: Member, { target, boot, age }: Vouch): void {
  if (!isCredible(citizen, helper)) return drop(citizen, "unverified");
  const member = citizen.members.get(target);
  if (member?.alive !== true || member.boot !== boot) return;
  member.lastSign = Math.max(member.lastSign, citizen.now - age);
  noteLife(citizen, member);
}

/** Another member does not hear the target either, but was there to say so. */
export function acceptNack(citizen: Citizen, helper: Member, { target }: Nack): void {
  if (!isCredible(citizen, helper)) return drop(citizen, "unverified");
  const probe = citizen.members.get(target)?.probe;
  if (probe?.asked !== undefined && probe.nacks < probe.asked) probe.nacks += 1;
}

/** Asks others about who does not answer, suspects who did not answer in time, and says what was not heard for others. */
export function reviewProbes(citizen: Citizen): void {
  // Probes are in the order of their start, so that those that have failed come first.
  for (;;) {
    const first = citizen.probing.members[0];
    if (first === undefined || citizen.now < failsAt(citizen, first.probe!)) break;
    fail(citizen, first, first.probe!);
  }
  const { members } = citizen.probing;
  for (let place = 0; place < members.length; place++) {
    const member = members[place]!;
    const probe = member.probe!;
    if (probe.asked === undefined && citizen.now >= asksAt(citizen, probe)) probe.asked = askOthers(citizen, member);
  }
  if (citizen.errands.size === 0) return;
  for (const [target, errand] of citizen.errands) {
    if (citizen.now >= errand.until) citizen.errands.delete(target);
    else if (citizen.now >= errand.nackAt) {
      errand.nackAt = Infinity;
      if (citizen.config.lifeguard) { for (const boot of errand.askers) nack(citizen, boot, target); }
    }
  }
}

/** A tick is due when the next of these is. */
export function scheduleProbes(citizen: Citizen): void {
  for (const { probe } of citizen.probing.members) {
    wakeBy(citizen, failsAt(citizen, probe!));
    if (probe!.asked === undefined) wakeBy(citizen, asksAt(citizen, probe!));
  }
  if (citizen.errands.size === 0) return;
  for (const { nackAt, until } of citizen.errands.values()) wakeBy(citizen, Math.min(nackAt, until));
}

/** Whether to ping the member again before the next heartbeat: a datagram may have been lost. */
export function isOverdue(citizen: Citizen, member: Member): boolean {
  if (!citizen.config.lifeguard) return false;
  const { probe, suspicion } = member;
  return suspicion?.own === true || (probe !== undefined && citizen.now < probe.startedAt + citizen.config.interval);
}

/** This member itself was away for `ms`: its silence is not that of the others. */
export function forgiveSilence(citizen: Citizen, ms: number): void {
  if (!citizen.config.lifeguard) return;
  changeHealth(citizen, 1);
  const later = (at: number): number => Math.min(citizen.now, at + ms);
  for (const member of citizen.byBoot.values()) {
    member.lastSign = later(member.lastSign);
    member.lastHeard = later(member.lastHeard);
  }
  for (const { probe } of citizen.probing.members) probe!.startedAt = later(probe!.startedAt);
  for (const member of citizen.suspects) {
    member.suspicion = { ...member.suspicion!, since: later(member.suspicion!.since) };
  }
}

/** What a sign of life is an answer to. */
function noteLife(citizen: Citizen, member: Member): void {
  if (member.probe !== undefined && isFresh(citizen, member, member.probe.startedAt)) {
    citizen.probing.end(member);
    changeHealth(citizen, -1);
  }
  // Own eyes, or those of who was asked, see more than a rumor tells.
  if (citizen.config.lifeguard && member.suspicion !== undefined && member.lastSign > member.suspicion.since) {
    acquit(citizen, member);
  }
}

function isFresh(citizen: Citizen, member: Member, startedAt: number): boolean {
  return member.lastSign >= startedAt - FRESH * citizen.config.interval;
}

function failsAt(citizen: Citizen, { startedAt }: PendingProbe): number {
  return startedAt + probeTimeout(citizen.config.interval, citizen.health);
}

function asksAt(citizen: Citizen, { startedAt }: PendingProbe): number {
  return startedAt + ASK_AFTER * citizen.config.interval;
}

function fail(citizen: Citizen, member: Member, { asked = 0, nacks }: PendingProbe): void {
  citizen.probing.end(member);
  // If nobody who was asked says at least that it heard nothing, the fault may be this member's own. Some may be as dead as
  // the one they were asked about: a single answer shows that this member hears.
  if (asked > 0 && nacks === 0) changeHealth(citizen, 1);
  suspect(citizen, member, member.incarnation, citizen.config.boot);
}

/** How many were asked. */
function askOthers(citizen: Citizen, silent: Member): number {
  const { budget } = citizen;
  if (budget.asked <= 0) return 0;
  citizen.budget = { ...budget, asked: budget.asked - 1 };
  const others = [...citizen.byBoot.values()].filter((member) =>
    member !== silent && member.suspicion === undefined && isCredible(citizen, member)
  );
  const helpers = sample(citizen.random, others, budget.helpers);
  for (const helper of helpers) send(citizen, helper, { kind: "probe", target: silent.address });
  return helpers.length;
}

function vouch(citizen: Citizen, asker: Member, target: Member): void {
  const age = Math.max(0, citizen.now - target.lastHeard);
  send(citizen, asker, { kind: "vouch", target: target.address, boot: target.boot, age });
}

function nack(citizen: Citizen, boot: Boot, target: string): void {
  const asker = citizen.byBoot.get(boot);
  if (asker !== undefined) send(citizen, asker, { kind: "nack", target });
}
