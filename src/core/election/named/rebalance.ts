/**
 * Leads that move to the member that comes first in rank: once it has been healthy for a while, and a few at a time.
 *
 * @module
 */

import { LIMITS } from "../../../limits.ts";
import { isReady } from "../standing.ts";
import type { Election } from "../state.ts";
import { vacate } from "./bids.ts";
import { precedes } from "./rank.ts";
import { candidatesOf, ownRank, rankedRivals, type Rival } from "./standing.ts";
import type { Bid } from "./state.ts";

/** Timeouts for which a member must have been alive, and after which one that came and went before is trusted again. */
const HEALTHY_AFTER = 2;
const STEADY = 10;
/**
 * Leads that move with each heartbeat: that part of those that have to, so many at least, and no more than an heir can stand for, to
 * which others move theirs at the same time.
 */
const PACE = { least: 8, part: 1 / 8, most: LIMITS.candidacies / 2 };

/** Moves leads, if any have to move and it is time; to be called with each heartbeat. */
export function considerRebalance(self: Election): void {
  const { named, ground: { now, config } } = self;
  if (now < named.rebalanceAt) return;
  named.rebalanceAt = Infinity;
  const others = rankedRivals(self);
  const moves: { readonly made: Bid; readonly heir: Rival }[] = [];
  for (const made of named.bids) {
    if (!made.elected || made.contest.rebalances === false) continue;
    const heir = firstBefore(self, made, others);
    if (heir === undefined) continue;
    if (now < healthyAt(self, heir)) named.rebalanceAt = Math.min(named.rebalanceAt, healthyAt(self, heir));
    else if (isReady(self, heir.peer)) moves.push({ made, heir });
    else named.rebalanceAt = Math.min(named.rebalanceAt, now + config.timeout);
  }
  const most = Math.min(Math.max(PACE.least, Math.ceil(moves.length * PACE.part)), PACE.most);
  for (const { made, heir } of moves.slice(0, most)) move(self, made, heir);
  if (moves.length > most) named.rebalanceAt = Math.min(named.rebalanceAt, now + config.interval);
}

/** Gives a lead to the heir, or asks for that. What is asked for may take its time, and is asked for again later. */
function move(self: Election, made: Bid, { boot, id }: Rival): void {
  const { named, ground: { effects, now, config } } = self;
  if (made.contest.rebalances !== "asked") return vacate(self, made, "outweighed", boot);
  effects.push({ kind: "relocate", election: made.election, to: id });
  named.rebalanceAt = Math.min(named.rebalanceAt, now + STEADY * config.timeout);
}

/** The member that comes first in the election, if it is not this one. */
function firstBefore(self: Election, { contest }: Bid, others: readonly Rival[]): Rival | undefined {
  const own = ownRank(self);
  let first: Rival | undefined;
  for (const rival of candidatesOf(self, contest, others)) {
    if (precedes(contest, rival, first ?? own)) first = rival;
  }
  return first;
}

/** When a member has been alive for long enough to be given leads; one that came and went more than once of late has to wait longer. */
function healthyAt({ named: { departures }, ground: { config } }: Election, { peer, key }: Rival): number {
  const isUnsteady = (departures.get(key)?.length ?? 0) > 1 &&
    peer.aliveSince - departures.get(key)![0]! < STEADY * config.timeout;
  return peer.aliveSince + (isUnsteady ? STEADY : HEALTHY_AFTER) * config.timeout;
}
