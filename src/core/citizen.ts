/**
 * One member as a state machine: `step(citizen, input)` returns what is to be done. It never sends, sleeps or reads
 * a clock, and never throws, whatever it is told.
 *
 * @module
 */

import { countGrants, endLapsedLease } from "./candidacy.ts";
import { close, reviewClosing } from "./closing.ts";
import { considerStanding, isSuccessor } from "./election.ts";
import type { Effect, MemberInfo } from "./effect.ts";
import { heartbeat, repeat, repeatDue } from "./heartbeat.ts";
import type { Input } from "./input.ts";
import { setLeader } from "./leader.ts";
import { memberInfo } from "./member.ts";
import { setPeers } from "./membership.ts";
import { raise, resign, setStalled } from "./office.ts";
import { forgiveSilence, probesDue, reviewProbes } from "./probing.ts";
import { receive } from "./receive.ts";
import { type Citizen, isMeshed, type KnownLeader } from "./state.ts";
import { removalDue, reviewSuspects } from "./suspicion.ts";
import { reviewDeferred, reviewQuarantine } from "./voter.ts";

export { createCitizen } from "./state.ts";
export type { Citizen } from "./state.ts";
export { leaderOf } from "./leader.ts";

/** Takes one input and returns the effects to carry out, in order: before the next step, which overwrites them. */
export function step(citizen: Citizen, input: Input): readonly Effect[] {
  citizen.effects.length = 0;
  citizen.outbox.reset();
  citizen.now = Math.max(citizen.now, input.now);
  citizen.wall = input.wall;
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
  if (citizen.now >= probesDue(citizen)) reviewProbes(citizen);
  if (citizen.now >= removalDue(citizen)) reviewSuspects(citizen);
  if (citizen.now >= citizen.nextHeartbeat) heartbeat(citizen);
  else if (citizen.now >= (repeatDue(citizen) ?? Infinity)) repeat(citizen);
}

/** What follows from the new state, whatever the input was. */
function settle(citizen: Citizen, { kind }: Input): void {
  if (citizen.leader !== undefined && citizen.now >= citizen.leader.until && !isPromised(citizen, citizen.leader)) {
    setLeader(citizen, undefined);
  }
  reviewQuarantine(citizen);
  reviewDeferred(citizen);
  // Among many members each packet would be one too many to find one's rank again.
  if (kind !== "packet" || isMeshed(citizen) || isSuccessor(citizen)) considerStanding(citizen);
  reviewClosing(citizen);
  citizen.dueAt = nextDue(citizen);
}

/**
 * Whether the own vote is promised to the leader. Its newest status is older than the lease that this vote made longer,
 * and until the promise ends this member could vote for nobody else.
 */
function isPromised({ ballot: { grant }, now }: Citizen, { boot, term }: KnownLeader): boolean {
  return grant?.boot === boot && grant.term === term && now < grant.expiresAt;
}

function nextDue(citizen: Citizen): number {
  const { ballot, candidacy, closing, now } = citizen;
  // A suspicion that others confirm may be over already, which makes no tick late.
  const removal = Math.max(now, removalDue(citizen));
  let due = Math.min(citizen.nextHeartbeat, removal, probesDue(citizen), repeatDue(citizen) ?? Infinity);
  if (candidacy?.elected === true) due = sooner(due, candidacy.deadline, now);
  if (closing?.done === false) due = sooner(due, closing.nextTry, now);
  due = sooner(due, citizen.leader?.until, now);
  due = sooner(due, ballot.quarantineUntil, now);
  due = sooner(due, ballot.grant?.expiresAt, now);
  return sooner(due, citizen.standsAt, now);
}

/** The earlier of two times, where `at` is still to come. */
function sooner(due: number, at: number | undefined, now: number): number {
  return at !== undefined && at > now && at < due ? at : due;
}
