/**
 * Probes: a member that was pinged must give a sign of life in time. If it does not answer at once others are asked
 * to look after it, so that one lossy path accuses nobody; if that fails too, it is suspected.
 *
 * @module
 */

import { probeTimeout } from "./swim.ts";
import { drop } from "../drop.ts";
import type { Peer, PendingProbe } from "./peer.ts";
import { type Boot, type Nack, NO_COOKIE, type Probe, type Vouch } from "../message/message.ts";
import { sample } from "../random.ts";
import { cookieTo, ping, send } from "./sending.ts";
import { type IndirectProbe, isCredible, type Membership } from "./state.ts";
import { changeLocalHealth, clearSuspicion, suspect } from "./suspicion.ts";
import { LIMITS } from "../../limits.ts";

/** Of an interval: a sign of life so shortly before a ping answers it, because pings that cross need no ack. */
const FRESH = 0.75;
/** Of an interval: when others are asked, and how long these wait before they say that they heard nothing. */
const ASK_AFTER = 0.5;
const NACK_AFTER = 0.3;

/** A ping was sent: the member must give a sign of life. */
export function beginProbe(self: Membership, peer: Peer): void {
  if (!peer.alive || peer.probe !== undefined) return;
  if (self.ground.config.lifeguard && isFresh(self, peer, self.ground.now)) return;
  self.probing.begin(peer, self.ground.now);
}

/** A sign of life from the member itself, which those who asked are told. */
export function noteSign(self: Membership, peer: Peer): void {
  peer.lastHeard = self.ground.now;
  peer.lastSign = self.ground.now;
  noteLife(self, peer);
  const indirect = self.indirectProbes.get(peer.address);
  if (indirect === undefined) return;
  self.indirectProbes.delete(peer.address);
  for (const boot of indirect.askers) {
    const asker = self.byBoot.get(boot);
    if (asker !== undefined) vouch(self, asker, peer);
  }
}

/** Another member does not hear the target: vouch for it at once, or as soon as it answers. */
export function answerProbe(self: Membership, asker: Peer, probe: Probe): void {
  const target = self.peers.get(probe.target);
  if (target === undefined || target === asker) return;
  if (target.alive && self.ground.now - target.lastHeard <= self.ground.config.interval) {
    return vouch(self, asker, target);
  }
  const trusts = isCredible(self, asker);
  const indirect = self.indirectProbes.get(target.address) ?? beginIndirectProbe(self, target, trusts);
  if (indirect === undefined) return;
  indirect.askers.add(asker.boot);
  // A stranger's probe would be answered by more than it sent, and to others.
  if (indirect.pinged || !trusts) return;
  indirect.pinged = true;
  ping(self, target);
}

function beginIndirectProbe(self: Membership, target: Peer, trusts: boolean): IndirectProbe | undefined {
  // Strangers leave room for members.
  const most = trusts ? LIMITS.pendingProbes : LIMITS.pendingProbes / 2;
  if (self.indirectProbes.size >= most || !(target.alive || target.configured)) return undefined;
  const { interval, timeout } = self.ground.config;
  const [nackAt, until] = [self.ground.now + NACK_AFTER * interval, self.ground.now + timeout];
  const indirect: IndirectProbe = { askers: new Set(), pinged: false, nackAt, until };
  self.indirectProbes.set(target.address, indirect);
  return indirect;
}

/** Another member heard the target `age` ms ago. */
export function acceptVouch(self: Membership, helper: Peer, { target, boot, age }: Vouch): void {
  if (!isCredible(self, helper)) return drop(self.ground, "unverified");
  const peer = self.peers.get(target);
  if (peer?.alive !== true || peer.boot !== boot) return;
  peer.lastSign = Math.max(peer.lastSign, self.ground.now - age);
  noteLife(self, peer);
}

/** Another member does not hear the target either, but was there to say so. */
export function acceptNack(self: Membership, helper: Peer, { target }: Nack): void {
  if (!isCredible(self, helper)) return drop(self.ground, "unverified");
  const probe = self.peers.get(target)?.probe;
  if (probe?.asked !== undefined && probe.nacks < probe.asked) probe.nacks += 1;
}

/** Asks others about who does not answer, suspects who did not answer in time, and says what was not heard for others. */
export function reviewProbes(self: Membership): void {
  // Probes are in the order of their start, so that those that have failed come first.
  for (;;) {
    const first = self.probing.peers[0];
    if (first === undefined || self.ground.now < failsAt(self, first.probe!)) break;
    fail(self, first, first.probe!);
  }
  const { peers } = self.probing;
  for (let place = 0; place < peers.length; place++) {
    const peer = peers[place]!;
    const probe = peer.probe!;
    if (probe.asked === undefined && self.ground.now >= asksAt(self, probe)) probe.asked = askOthers(self, peer);
  }
  if (self.indirectProbes.size === 0) return;
  for (const [target, indirect] of self.indirectProbes) {
    if (self.ground.now >= indirect.until) self.indirectProbes.delete(target);
    else if (self.ground.now >= indirect.nackAt) {
      indirect.nackAt = Infinity;
      if (self.ground.config.lifeguard) { for (const boot of indirect.askers) nack(self, boot, target); }
    }
  }
}

/** When the next of these is due. */
export function nextProbeDue(self: Membership): number {
  let due = Infinity;
  const { peers } = self.probing;
  for (let place = 0; place < peers.length; place++) {
    const probe = peers[place]!.probe!;
    due = Math.min(due, failsAt(self, probe));
    if (probe.asked === undefined) due = Math.min(due, asksAt(self, probe));
  }
  if (self.indirectProbes.size === 0) return due;
  for (const { nackAt, until } of self.indirectProbes.values()) due = Math.min(due, nackAt, until);
  return due;
}

/** Whether anybody owes a sign of life. */
export function isAwaited(self: Membership): boolean {
  for (const peer of self.probing.peers) if (isOverdue(self, peer)) return true;
  // Each packet asks, and going through a set leaves garbage behind.
  if (self.suspects.size === 0) return false;
  for (const peer of self.suspects) if (isOverdue(self, peer)) return true;
  return false;
}

/** The peers that owe a sign of life, those first that have been waited for the longest. */
export function listAwaited(self: Membership): Peer[] {
  return [...self.probing.peers, ...self.suspects].filter((peer) => isOverdue(self, peer));
}

/** Whether to ping the member again before the next heartbeat: a datagram may have been lost. */
function isOverdue(self: Membership, peer: Peer): boolean {
  if (!self.ground.config.lifeguard) return false;
  const { probe, suspicion } = peer;
  return suspicion?.own === true ||
    (probe !== undefined && self.ground.now < probe.startedAt + self.ground.config.interval);
}

/** This member itself was away for `ms`: its silence is not that of the others. */
export function forgiveSilence(self: Membership, ms: number): void {
  if (!self.ground.config.lifeguard) return;
  changeLocalHealth(self, 1);
  const later = (at: number): number => Math.min(self.ground.now, at + ms);
  for (const peer of self.byBoot.values()) {
    peer.lastSign = later(peer.lastSign);
    peer.lastHeard = later(peer.lastHeard);
  }
  for (const { probe } of self.probing.peers) probe!.startedAt = later(probe!.startedAt);
  for (const peer of self.suspects) {
    peer.suspicion = { ...peer.suspicion!, since: later(peer.suspicion!.since) };
  }
}

/** What a sign of life is an answer to. */
function noteLife(self: Membership, peer: Peer): void {
  if (peer.probe !== undefined && isFresh(self, peer, peer.probe.startedAt)) {
    self.probing.end(peer);
    changeLocalHealth(self, -1);
  }
  // Own eyes, or those of who was asked, see more than a rumor tells.
  if (self.ground.config.lifeguard && peer.suspicion !== undefined && peer.lastSign > peer.suspicion.since) {
    clearSuspicion(self, peer);
  }
}

function isFresh(self: Membership, peer: Peer, startedAt: number): boolean {
  return peer.lastSign >= startedAt - FRESH * self.ground.config.interval;
}

function failsAt(self: Membership, { startedAt }: PendingProbe): number {
  return startedAt + probeTimeout(self.ground.config.interval, self.localHealth);
}

function asksAt(self: Membership, { startedAt }: PendingProbe): number {
  return startedAt + ASK_AFTER * self.ground.config.interval;
}

function fail(self: Membership, peer: Peer, { asked = 0, nacks }: PendingProbe): void {
  self.probing.end(peer);
  // If nobody who was asked says at least that it heard nothing, the fault may be this member's own. Some may be as dead as
  // the one they were asked about: a single answer shows that this member hears.
  if (asked > 0 && nacks === 0) changeLocalHealth(self, 1);
  suspect(self, peer, peer.incarnation, self.ground.config.boot);
}

/** How many were asked. */
function askOthers(self: Membership, silent: Peer): number {
  const { budget } = self;
  if (budget.asked <= 0) return 0;
  self.budget = { ...budget, asked: budget.asked - 1 };
  const others = [...self.byBoot.values()].filter((peer) =>
    peer !== silent && peer.suspicion === undefined && isCredible(self, peer) && cookieTo(peer) !== NO_COOKIE
  );
  const helpers = sample(self.ground.random, others, budget.helpers);
  for (const helper of helpers) send(self, helper, { kind: "probe", target: silent.address });
  return helpers.length;
}

function vouch(self: Membership, asker: Peer, target: Peer): void {
  const age = Math.max(0, self.ground.now - target.lastHeard);
  send(self, asker, { kind: "vouch", target: target.address, boot: target.boot, age });
}

function nack(self: Membership, boot: Boot, target: string): void {
  const asker = self.byBoot.get(boot);
  if (asker !== undefined) send(self, asker, { kind: "nack", target });
}
