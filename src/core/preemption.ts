/**
 * With `preempt`, handing the lead to a heavier member: once that has been healthy for long enough, and the less often, the
 * shorter it held the lead before.
 *
 * @module
 */

import { leaveOffice } from "./candidacy.ts";
import { isReady, rivals } from "./election.ts";
import { heaviest, outranks } from "./rank.ts";
import type { Citizen } from "./state.ts";

/** Hands the lead to the heaviest member, if that is heavier than this one and may have it. */
export function considerHandOver(citizen: Citizen): void {
  const { config, candidacy, now, offices } = citizen;
  const { preemptAfter } = config;
  if (preemptAfter === undefined || candidacy?.elected !== true) return;
  const heavier = heaviest(
    rivals(citizen).filter((member) =>
      outranks(member, config) && isReady(member) && now - member.aliveSince >= preemptAfter &&
      now >= offices.heldBackUntil(member)
    ),
  );
  if (heavier === undefined) return;
  offices.offer(heavier);
  leaveOffice(citizen, "outweighed", heavier);
}
