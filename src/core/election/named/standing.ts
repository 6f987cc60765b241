/**
 * When to stand in a named election: the member of rank r waits r intervals, so that the first wins without a fight.
 *
 * @module
 */

import { LIMITS } from "../../../limits.ts";
import type { Peer } from "../../membership/peer.ts";
import { isTrusted } from "../../membership/state.ts";
import { nextRandom } from "../../random.ts";
import { isReady, reachesQuorum, rivals, waitOf } from "../standing.ts";
import { type Election, isEligible, isQuarantined } from "../state.ts";
import { forceEnds } from "../support.ts";
import { bid, endExhausted, recount } from "./bids.ts";
import { precedes, type Ranked } from "./rank.ts";
import { enrol, forgetGone, keyOf, noteUnrest } from "./rolls.ts";
import type { Contest } from "./state.ts";

/** Intervals that a member which is new has to say where it stands. */
const INTRODUCTION = 3;

/** Others that would lead, with what their ranks are computed from. */
export type Rival = Ranked & { readonly peer: Peer };

/** Stands where nobody leads, and everyone that comes first had the chance. */
export function considerNamed(self: Election): void {
  const { named, membership, ground: { now, config } } = self;
  if (membership.changes !== named.seenChanges) {
    named.seenChanges = membership.changes;
    forgetGone(self);
    recount(self);
    noteUnrest(self);
    named.isDirty = true;
    named.rollChanges += 1;
  }
  if (!named.isDirty && now < named.dueAt) return;
  named.isDirty = false;
  named.dueAt = Infinity;
  endExhausted(self);
  returnFromRetirement(self);
  noteReadiness(self);
  if (named.readySince === undefined) {
    if (named.open.size > 0) named.dueAt = Math.min(named.dueAt, now + config.interval);
  } else if (named.open.size > 0) standWhereDue(self, named.readySince);
  if (named.candidates > 0) named.dueAt = Math.min(named.dueAt, now + config.interval);
}

/** A member that could not stand for a whole timeout begins anew: what failed before says nothing of the links that it has now. */
function noteReadiness(self: Election): void {
  const { named, ground: { now, config } } = self;
  if (!mayStand(self)) {
    named.readySince = undefined;
    named.notReadySince ??= now;
    return;
  }
  named.readySince ??= now;
  const wasOut = named.notReadySince !== undefined && now - named.notReadySince >= config.timeout;
  named.notReadySince = undefined;
  if (!wasOut) return;
  for (const contest of named.open) {
    contest.failures = 0;
    contest.notBefore = Math.min(contest.notBefore, now);
  }
}

/**
 * Those in which this member comes first come first: where many elections are vacant at once each member has as many candidacies as it
 * may with them, and candidates for the same elections would only keep the votes from each other.
 */
function standWhereDue(self: Election, readySince: number): void {
  const { named, ground: { now } } = self;
  const others = rankedRivals(self);
  const heardFrom = introducedBy(self);
  const later: Contest[] = [];
  for (const contest of [...named.open]) {
    const at = Math.max(standingAt(self, contest, others, readySince), heardFrom);
    if (now < at) named.dueAt = Math.min(named.dueAt, at);
    else if (contest.rank.before > 0) later.push(contest);
    // One that is elected makes room, and all are looked at again.
    else if (named.candidates < LIMITS.candidacies) stand(self, contest);
    else return;
  }
  for (const contest of later.slice(0, LIMITS.candidacies - named.candidates)) stand(self, contest);
}

function stand(self: Election, contest: Contest): void {
  const { ground: { wall, config, now } } = self;
  const { heir } = contest;
  const isNamed = heir !== undefined && heir.boot === config.boot && now < heir.until;
  bid(
    self,
    contest,
    Math.max(self.seenTerm, self.named.seenTerm, Math.floor(wall) - 1) + 1,
    isNamed ? heir.released : undefined,
  );
}

function standingAt(self: Election, contest: Contest, others: readonly Rival[], readySince: number): number {
  const { ground: { now, config }, voting } = self;
  const { heir, openSince = now, notBefore, election } = contest;
  const isHeirKnown = heir !== undefined && now < heir.until;
  if (isHeirKnown && heir.boot === config.boot) return Math.max(openSince, contest.retiredUntil);
  const before = rankIn(self, contest, others);
  const rank = isHeirKnown && self.membership.byBoot.has(heir.boot) ? Math.max(before, 1) : before;
  // While the own vote is another's, a candidate would get in the way of those that have theirs.
  const ballot = voting.ballots.get(election);
  const freeAt = ballot?.vote?.boot === config.boot ? -Infinity : forceEnds(self, ballot?.vote);
  // Who comes first may have many to stand for, and gets through so many at a time.
  const crowd = rank > 0 ? self.named.open.size / LIMITS.candidacies : 0;
  const inTurn = Math.max(openSince, readySince) + (waitOf(rank, contest.lot) + crowd) * config.interval;
  return Math.max(inTurn, notBefore, contest.retiredUntil, freeAt);
}

/** How many come before this member in an election: found out again when that may have changed. */
function rankIn(self: Election, contest: Contest, others: readonly Rival[]): number {
  const { named, ground: { now, config } } = self;
  const { rank } = contest;
  if (rank.changes === named.rollChanges && now - rank.at < config.interval / 2) return rank.before;
  const own = ownRank(self);
  const before = candidatesOf(self, contest, others).filter((rival) => precedes(contest, rival, own)).length;
  contest.rank = { before, at: now, changes: named.rollChanges };
  return before;
}

/** Members that are new have a moment to say where they stand; when it is over. */
function introducedBy({ named: { rolls }, membership, ground: { config } }: Election): number {
  let by = -Infinity;
  for (const peer of membership.byBoot.values()) {
    const roll = rolls.get(peer.boot);
    if (!isTrusted(membership, peer) || roll === undefined || roll.known >= roll.newest) continue;
    by = Math.max(by, roll.since + INTRODUCTION * config.interval);
  }
  return by;
}

/** The members of {@linkcode rivals}, as they are ranked. */
export function rankedRivals(self: Election): Rival[] {
  return rivals(self).flatMap((peer) => {
    const key = self.named.rolls.get(peer.boot)?.key;
    return key === undefined ? [] : [{ peer, key, boot: peer.boot, id: peer.id, weight: peer.weight }];
  });
}

/** Those of the members that stand in that election. */
export function candidatesOf({ named: { rolls } }: Election, { election }: Contest, others: readonly Rival[]): Rival[] {
  return others.filter(({ boot }) => rolls.get(boot)?.entries.get(election)?.stands === true);
}

/** What this member's own rank is computed from. */
export function ownRank({ ground: { config } }: Election): Ranked {
  return { boot: config.boot, key: keyOf(config), id: config.id, weight: config.weight };
}

/** Who would take a lead over at once: the first in rank that can, or the one of that id. */
export function heirOf(self: Election, contest: Contest, others: readonly Rival[], id?: string): Peer | undefined {
  let first: Rival | undefined;
  for (const rival of candidatesOf(self, contest, others)) {
    if (!isReady(self, rival.peer) || (id !== undefined && rival.id !== id)) continue;
    if (first === undefined || precedes(contest, rival, first)) first = rival;
  }
  return first?.peer;
}

/** Whether this member may lead any named election now. */
function mayStand(self: Election): boolean {
  return isEligible(self) && !isQuarantined(self) && reachesQuorum(self);
}

/** Those that resigned on request stand again. */
function returnFromRetirement(self: Election): void {
  const { named, ground: { now } } = self;
  for (const contest of named.retired) {
    const { election, retiredUntil } = contest;
    if (now < retiredUntil) named.dueAt = Math.min(named.dueAt, retiredUntil);
    else {
      named.retired.delete(contest);
      enrol(self, { election, stands: true, term: 0 });
    }
  }
}

/** A contest in which this member begins to stand. */
export function newContest(self: Election, election: string, terms: Pick<Contest, "byWeight" | "rebalances">): Contest {
  return {
    ...{ ...terms, election, bid: undefined, openSince: undefined, lot: nextRandom(self.ground.random) },
    ...{ notBefore: -Infinity, retiredUntil: -Infinity, failures: 0, heir: undefined },
    rank: { before: 0, at: -Infinity, changes: -1 },
  };
}
