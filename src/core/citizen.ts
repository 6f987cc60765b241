/**
 * One member as a state machine: `step(self, input)` returns what is to be done. It never sends, sleeps or reads
 * a clock, and never throws, whatever it is told.
 *
 * @module
 */

import { close, nextClosingDue, reviewClosing } from "./closing.ts";
import { countGrants, endLapsedLease } from "./election/candidate.ts";
import { noteClocks } from "./election/clock_jump.ts";
import { advanceTerm, resign, setStalled } from "./election/commands.ts";
import { leaderOf as electedLeader } from "./election/leader.ts";
import { endLapsedLeases, recount } from "./election/named/bids.ts";
import { advanceTermIn, enter, obstacleIn, resignFrom, withdrawFrom } from "./election/named/commands.ts";
import { leaderIn } from "./election/named/rolls.ts";
import { nextDue, review } from "./election/review.ts";
import { obstacleTo as findObstacle, postpone } from "./election/standing.ts";
import { type Turnout, turnoutOf as electionTurnout } from "./election/turnout.ts";
import type { Effect, LeaderInfo, MemberInfo } from "./effect.ts";
import { heartbeat, isRepeatDue, nextRepeatDue, repeat } from "./heartbeat.ts";
import type { Input } from "./input.ts";
import { setPeers, setStale } from "./membership/membership.ts";
import { infoOf } from "./membership/peer.ts";
import { forgiveSilence, nextProbeDue, reviewProbes } from "./membership/probing.ts";
import { cookieTo, introduce } from "./membership/sending.ts";
import { isMeshed } from "./membership/state.ts";
import { nextRemovalDue, reviewSuspects } from "./membership/suspicion.ts";
import type { Boot, Cookie, ElectionName } from "./message/message.ts";
import { receive } from "./receive.ts";
import { empty } from "./small_set.ts";
import { speak } from "./speak.ts";
import type { MemberState } from "./state.ts";

export { createMember } from "./state.ts";
export type { Turnout, VoterTurnout } from "./election/turnout.ts";
export type { MemberState } from "./state.ts";

/** Takes one input and returns the effects to carry out, in order: before the next step, which overwrites them. */
export function step(self: MemberState, input: Input): readonly Effect[] {
  begin(self, input);
  const { membership, election } = self;
  switch (input.kind) {
    case "tick":
      tick(self);
      break;
    case "packet":
      receive(self, input);
      break;
    case "peers":
      setPeers(membership, input);
      self.nextHeartbeat = self.ground.now;
      countGrants(election);
      recount(election);
      break;
    case "stale":
      setStale(membership, input.isStale);
      break;
    case "resign":
      if (input.election === undefined) resign(election, input);
      else resignFrom(election, input.election, input);
      break;
    case "enter":
      enter(election, input.election, input);
      break;
    case "withdraw":
      withdrawFrom(election, input.election);
      break;
    case "stall":
      setStalled(election, input.stalled);
      break;
    case "advance-term":
      if (input.election === undefined) advanceTerm(election, input.term);
      else advanceTermIn(election, input.election, input.term);
      break;
    case "introduce":
      introduce(membership, input.boot);
      break;
    case "close":
      close(self, input.graceful === true);
      break;
  }
  review(election, input.kind !== "packet" || isMeshed(membership));
  reviewClosing(self);
  self.dueAt = nextTick(self);
  speak(self);
  return self.ground.effects;
}

/** The monotonic ms at which a tick is due at the latest. */
export function wakeAt(self: MemberState): number {
  return self.dueAt;
}

/** Who leads now, as this member knows, with the token. */
export function leaderOf(self: MemberState): LeaderInfo | undefined {
  return electedLeader(self.election);
}

/** Which of the voters answer. */
export function turnoutOf(self: MemberState): Turnout {
  return electionTurnout(self.election);
}

/** Why this member cannot hand the lead to the one with that id; undefined when it can. */
export function obstacleTo(self: MemberState, id: string, election?: ElectionName): string | undefined {
  return election === undefined ? findObstacle(self.election, id) : obstacleIn(self.election, election, id);
}

/** Who leads each named election that this member stands in or knows a leader of, by name. The record has no prototype. */
export function electionsOf(self: MemberState): Record<string, LeaderInfo | null> {
  const { contests, leads } = self.election.named;
  const elections: Record<string, LeaderInfo | null> = Object.create(null);
  for (const name of [...contests.keys(), ...leads.keys()]) elections[name] = leaderIn(self.election, name) ?? null;
  return elections;
}

/** Who leads a named election, as this member knows, with the token. */
export function namedLeaderOf(self: MemberState, election: ElectionName): LeaderInfo | undefined {
  return leaderIn(self.election, election);
}

/** Whether this member does not lead, and all that had to hear of it have said that they did, or have been told often enough. */
export function hasHandedOver({ election: { candidacy, releases } }: MemberState): boolean {
  return candidacy?.elected !== true && releases.length === 0;
}

/** The peers that are alive. */
export function peersOf(self: MemberState): MemberInfo[] {
  return [...self.membership.byBoot.values()].map(infoOf);
}

/** Whether options or discovery name that address. */
export function isNamed(self: MemberState, address: string): boolean {
  return self.membership.named.has(address);
}

/** The peer that is alive with that boot, if the datagram shows what that peer must. */
export function speaker(self: MemberState, boot: Boot, cookie: Cookie): MemberInfo | undefined {
  const peer = self.membership.byBoot.get(boot);
  return peer?.expected === cookie ? infoOf(peer) : undefined;
}

/** Where to send what the application says to all, and what to show there; `NO_COOKIE` before the peer has told. */
export function addressees(self: MemberState): { address: string; boot: Boot; cookie: Cookie }[] {
  return [...self.membership.byBoot.values()].map((peer) => ({
    address: peer.address,
    boot: peer.boot,
    cookie: cookieTo(peer),
  }));
}

/** Time has passed: a lease that has lapsed ends before anything else happens. */
function begin(self: MemberState, { now, wall }: Input): void {
  const { ground, election } = self;
  empty(ground.effects);
  ground.pool.reset();
  ground.now = Math.max(ground.now, now);
  ground.wall = wall;
  noteClocks(election);
  endLapsedLease(election);
  endLapsedLeases(election);
  const { interval, timeout } = ground.config;
  // What was said while this member was not run may still be waiting to be read.
  if (ground.now - self.dueAt > timeout / 2) postpone(election, interval);
}

function tick(self: MemberState): void {
  const { membership, ground: { now, config } } = self;
  const late = now - self.nextHeartbeat;
  if (late > config.interval) forgiveSilence(membership, late);
  reviewProbes(membership);
  reviewSuspects(membership);
  if (now >= self.nextHeartbeat) heartbeat(self);
  else if (isRepeatDue(self)) repeat(self);
}

/** When the next tick is due. */
function nextTick(self: MemberState): number {
  const { membership, election, closing, nextHeartbeat, ground: { now } } = self;
  const membershipDue = Math.min(nextRemovalDue(membership), nextProbeDue(membership));
  const due = Math.min(nextHeartbeat, membershipDue, nextDue(election), nextRepeatDue(self));
  const closingDue = closing === undefined ? Infinity : nextClosingDue(closing);
  return closingDue > now ? Math.min(due, closingDue) : due;
}
