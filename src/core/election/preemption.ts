/**
 * With `preempt`, handing the lead to a heavier member: once that has been healthy for long enough, and the less often, the
 * shorter it held the lead before.
 *
 * @module
 */

import { leaveOffice } from "./candidate.ts";
import { isReady, rivals } from "./standing.ts";
import { heaviest, outranks } from "./rank.ts";
import type { Election } from "./state.ts";

/** Hands the lead to the heaviest member, if that is heavier than this one and may have it. */
export function considerHandOver(self: Election): void {
  const { candidacy, offices, ground: { config, now } } = self;
  const { preemptAfter } = config;
  if (preemptAfter === undefined || candidacy?.elected !== true) return;
  const heavier = heaviest(
    rivals(self).filter((peer) =>
      outranks(peer, config) && isReady(self, peer) && now - peer.aliveSince >= preemptAfter &&
      now >= offices.heldBackUntil(peer)
    ),
  );
  if (heavier === undefined) return;
  offices.offer(heavier);
  leaveOffice(self, "outweighed", heavier);
}
