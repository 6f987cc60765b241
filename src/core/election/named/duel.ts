/**
 * Two leaders of one election, as plain democracy has them after a partition: the one that comes later in rank gives way, and the
 * other goes on under a term above both, so that its token fences the other's.
 *
 * @module
 */

import type { Peer } from "../../membership/peer.ts";
import { isTrusted } from "../../membership/state.ts";
import type { RollEntry } from "../../message/message.ts";
import type { Election } from "../state.ts";
import { leadIn, vacate } from "./bids.ts";
import { raise } from "./commands.ts";
import { precedes } from "./rank.ts";
import { ownRank } from "./standing.ts";

/** A peer has said which elections it leads. */
export function settleDuels(self: Election, peer: Peer, entries: readonly RollEntry[]): void {
  if (self.ground.config.quorum !== "none" || !isTrusted(self.membership, peer)) return;
  const { boot, id, weight } = peer;
  const key = self.named.rolls.get(boot)?.key ?? "";
  for (const { election, term } of entries) {
    const made = term > 0 ? leadIn(self, election) : undefined;
    if (made === undefined) continue;
    if (precedes(made.contest, { boot, key, id, weight }, ownRank(self))) vacate(self, made, "outweighed", undefined);
    else if (term >= made.term) raise(self, made, term + 1);
  }
}
