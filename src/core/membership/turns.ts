/**
 * Which peers are pinged in this interval: some of those that are there, and of those that are not.
 *
 * @module
 */

import type { Peer } from "./peer.ts";
import type { Membership } from "./state.ts";
import { type Budget, budgetOf, fanout } from "./swim.ts";

/** Timeouts between two pings to a process of another cluster: it may have been taken for that by mistake. */
const FOREIGN = 60;

/** What the election wants of the turns. */
export interface Wanted {
  /** Whether all voters are asked for their votes, or are to be found out to be reachable. */
  readonly voters: boolean;
  /** Whether this member waits for voters that are absent, and asks for them as often as for those that are there. */
  readonly absent: boolean;
}

/** Begins an interval: what may be sent in it. */
export function renewBudget(self: Membership): void {
  self.budget = ownBudget(self);
}

/** Finds the peers whose turn it is, in `self.turns`. */
export function findTurns(self: Membership, wanted: Wanted): void {
  const { orders: { credible, strangers, absent }, ground: { random, now }, budget, turns, voters } = self;
  turns.clear();
  credible.take(budget.turns, random, turns);
  strangers.take(fanout(strangers.size), random, turns);
  if (absent.size > 0) absent.take(budget.searches, random, turns, (peer) => isDue(self, peer, wanted));
  // If all members looked for the voters for ever, these would have no time for anything else.
  const looks = self.electorate.votes || now < self.newUntil;
  for (let place = 0; place < voters.items.length; place++) {
    const peer = voters.items[place]!;
    if (peer.alive ? wanted.voters : looks && isDue(self, peer, wanted)) turns.add(peer);
  }
  if (self.lookups.size === 0) return;
  let { lookups } = budget;
  for (const peer of self.lookups) {
    if (lookups-- <= 0) break;
    self.lookups.delete(peer);
    turns.add(peer);
  }
}

/** Finds the peers that are pinged again, in `self.turns`: those that `owes` says, and `more` of those that owe a sign of life. */
export function findRepeats(self: Membership, owes: (peer: Peer) => boolean, silent: Iterable<Peer>): void {
  const { turns, voters } = self;
  turns.clear();
  for (const peer of voters.items) if (owes(peer)) turns.add(peer);
  const most = turns.size + fanout(self.byBoot.size);
  for (const peer of silent) {
    if (turns.size >= most) break;
    turns.add(peer);
  }
}

function ownBudget({ orders, lookups, localHealth }: Membership): Budget {
  const [peers, absent] = [orders.credible.size, orders.absent.size];
  return budgetOf({ peers, absent, lookups: lookups.size, localHealth });
}

/** A peer that is not there is asked for ever, but only twice a timeout, unless this member waits for it to vote. */
function isDue({ ground: { now, config } }: Membership, peer: Peer, wanted: Wanted): boolean {
  const { interval, timeout } = config;
  if (peer.foreign !== undefined) return now - peer.lastPing >= FOREIGN * timeout;
  return now - peer.lastPing >= (wanted.absent ? 0 : Math.max(interval, timeout / 2));
}
