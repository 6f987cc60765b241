/**
 * One member as a state machine: `step(citizen, input)` returns what is to be done. It never sends, sleeps or reads
 * a clock, and never throws, whatever it is told.
 *
 * @module
 */

import { countGrants, endLapsedLease } from "./candidacy.ts";
import { noteClocks } from "./clock_jump.ts";
import { close, reviewClosing } from "./closing.ts";
import { considerStanding, isOverdue, isSuccessor } from "./election.ts";
import type { Effect, MemberInfo } from "./effect.ts";
import { empty } from "./few.ts";
import { heartbeat, isRepeatDue, repeat, scheduleRepeat } from "./heartbeat.ts";
import type { Input } from "./input.ts";
import { setLeader } from "./leader.ts";
import { memberInfo } from "./member.ts";
import { setPeers } from "./membership.ts";
import { raise, resign, setStalled } from "./office.ts";
import { forgiveSilence, reviewProbes, scheduleProbes } from "./probing.ts";
import { receive } from "./receive.ts";
import { type Citizen, isMeshed, type KnownLeader, wakeBy } from "./state.ts";
import { reviewSuspects, scheduleRemoval } from "./suspicion.ts";
import { reviewDeferred, reviewQuarantine } from "./voter.ts";

export { createCitizen } from "./state.ts";
export type { Citizen } from "./state.ts";
export { leaderOf } from "./leader.ts";

/** Takes one input and returns the effects to carry out, in order: before the next step, which overwrites them. */
export function step(citizen: Citizen, input: Input): readonly Effect[] {
  empty(citizen.effects);
  citizen.outbox.reset();
  citizen.now = Math.max(citizen.now, input.now);
  citizen.wall = input.wall;
  noteClocks(citizen);
  endLapsedLease(citizen);
  const { interval, timeout } = citizen.config;
  // What was said while this member was not run may still be waiting to be read.
  if (citizen.now - citizen.dueAt > timeout / 2) {
    citizen.standNotBefore = Math.max(citizen.standNotBefore, citizen.now + interval);
  }
  switch (input.kind) {
    case "tick":
      tick(citizen);
      break;
    case "packet":
      receive(citizen, input);
      break;
    case "peers":
      setPeers(citizen, input);
      countGrants(citizen);
      break;
    case "resign":
      resign(citizen);
      break;
    case "stall":
      setStalled(citizen, input.stalled);
      break;
    case "raise":
      raise(citizen, input.term);
      break;
    case "close":
      close(citizen);
      break;
  }
  settle(citizen, input);
  return citizen.effects;
}

/** The monotonic ms at which a tick is due at the latest. */
export function wakeAt(citizen: Citizen): number {
  return citizen.dueAt;
}

/** The peers that are alive. */
export function members(citizen: Citizen): MemberInfo[] {
  return [...citizen.byBoot.values()].map(memberInfo);
}

/** The peer that is alive with that boot. */
export function memberBy(citizen: Citizen, boot: string): MemberInfo | undefined {
  const member = citizen.byBoot.get(boot);
  return member === undefined ? undefined : memberInfo(member);
}

function tick(citizen: Citizen): void {
  const late = citizen.now - citizen.nextHeartbeat;
  if (late > citizen.config.interval) forgiveSilence(citizen, late);
  reviewProbes(citizen);
  reviewSuspects(citizen);
  if (citizen.now >= citizen.nextHeartbeat) heartbeat(citizen);
  else if (isRepeatDue(citizen)) repeat(citizen);
}

/** What follows from the new state, whatever the input was. */
function settle(citizen: Citizen, { kind }: Input): void {
  if (citizen.leader !== undefined && citizen.now >= citizen.leader.until && !isPromised(citizen, citizen.leader)) {
    setLeader(citizen, undefined);
  }
  reviewQuarantine(citizen);
  reviewDeferred(citizen);
  // Among many members each packet would be one too many to find one's rank again.
  if (kind !== "packet" || isMeshed(citizen) || isSuccessor(citizen) || isOverdue(citizen)) considerStanding(citizen);
  reviewClosing(citizen);
  schedule(citizen);
}

/**
 * Whether the own vote is promised to the leader. Its newest status is older than the lease that this vote made longer,
 * and until the promise ends this member could vote for nobody else.
 */
function isPromised({ ballot: { grant }, now }: Citizen, { boot, term }: KnownLeader): boolean {
  return grant?.boot === boot && grant.term === term && now < grant.expiresAt;
}

/** Finds out when the next tick is due. */
function schedule(citizen: Citizen): void {
  const { ballot, candidacy, closing } = citizen;
  citizen.dueAt = citizen.nextHeartbeat;
  scheduleRemoval(citizen);
  scheduleProbes(citizen);
  scheduleRepeat(citizen);
  if (candidacy?.elected === true) wakeLater(citizen, candidacy.deadline);
  if (closing?.done === false) wakeLater(citizen, closing.nextTry);
  if (citizen.leader !== undefined) wakeLater(citizen, citizen.leader.until);
  wakeLater(citizen, ballot.quarantineUntil);
  if (ballot.grant !== undefined) wakeLater(citizen, ballot.grant.expiresAt);
  if (citizen.standsAt !== undefined) wakeLater(citizen, citizen.standsAt);
}

/** A tick is due then, if that is still to come. */
function wakeLater(citizen: Citizen, at: number): void {
  if (at > citizen.now) wakeBy(citizen, at);
}
