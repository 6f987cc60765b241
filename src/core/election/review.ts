/**
 * What follows from the passing of time and from a new state, whatever the input was.
 *
 * @module
 */

import { setLeader } from "./leader.ts";
import { askForFresh } from "./candidate.ts";
import { nextBidDue, tellSurrendered } from "./named/bids.ts";
import { nextTelling, tellChanges } from "./named/rolls.ts";
import { considerNamed } from "./named/standing.ts";
import { reviewReadiness } from "./readiness.ts";
import { considerStanding } from "./standing.ts";
import type { Election, KnownLeader } from "./state.ts";
import { forceEnds, isInForce } from "./support.ts";
import { reviewDeferred, reviewQuarantine, reviewVote } from "./voter.ts";

/** Forgets a leader that is not heard of any more, votes where the vote has become free, and stands when it is time. */
export function review(self: Election, anew: boolean): void {
  const { leader, ground: { now } } = self;
  if (leader !== undefined && isGone(self, leader)) setLeader(self, undefined);
  else if (leader !== undefined && now >= leader.until && !isPromised(self, leader)) setLeader(self, undefined);
  reviewVote(self, false);
  reviewQuarantine(self);
  reviewDeferred(self);
  considerStanding(self, anew);
  considerNamed(self);
  askForFresh(self);
  tellSurrendered(self);
  tellChanges(self);
  reviewReadiness(self);
}

/** The leader has said that it leaves, to this member or to others. */
function isGone({ membership }: Election, { address, boot }: KnownLeader): boolean {
  return membership.peers.get(address)?.departed === boot;
}

/**
 * Whether the own vote is promised to the leader. Its newest status is older than the lease that this vote made longer,
 * and until the promise ends this member could vote for nobody else.
 */
function isPromised(self: Election, { boot, term }: KnownLeader): boolean {
  const { ballot, ballot: { vote } } = self;
  return vote?.boot === boot && vote.term === term && isInForce(self, ballot);
}

/** When something is due next: the earliest of these times that are still to come. */
export function nextDue(self: Election): number {
  const { ballot, voting, candidacy, leader, standsAt, ground: { now } } = self;
  let due = sooner(nextNamedDue(self), voting.quarantineUntil, now);
  if (candidacy?.elected === true) due = sooner(due, candidacy.deadline, now);
  if (leader !== undefined) due = sooner(due, leader.until, now);
  if (ballot.vote !== undefined) due = sooner(due, forceEnds(self, ballot.vote), now);
  return standsAt === undefined ? due : sooner(due, standsAt, now);
}

function nextNamedDue(self: Election): number {
  const { named, ground: { now } } = self;
  const due = named.bids.size > 0 ? nextBidDue(self) : Infinity;
  return sooner(sooner(due, named.dueAt, now), nextTelling(self), now);
}

function sooner(due: number, at: number, now: number): number {
  return at > now && at < due ? at : due;
}
