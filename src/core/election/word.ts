/**
 * What this member says of itself as a voter, a candidate and a leader, and of another that leads.
 *
 * @module
 */

import type { Mutable } from "../message/blank.ts";
import type { LeaderHint, Status } from "../message/message.ts";
import { type Election, isEligible, isQuarantined } from "./state.ts";

/** Idle: nothing that this member did or promised can be behind a lease. */
function isIdle({ ballot: { grant }, candidacy, lastClaimAt, ground: { now, config } }: Election): boolean {
  return candidacy === undefined && now >= lastClaimAt + config.timeout &&
    (grant === undefined || now >= grant.expiresAt);
}

/** Completes a status with what the election has to say. */
export function sayStatus(self: Election, status: Mutable<Status>): void {
  status.eligible = isEligible(self);
  status.idle = isIdle(self);
  status.voting = self.membership.electorate.votes && !isQuarantined(self);
  status.highestTerm = self.seenTerm;
  status.leading = ownLead(self);
}

function ownLead({ candidacy, ground: { now, pool: { lead } } }: Election): Status["leading"] {
  if (candidacy?.elected !== true) return undefined;
  lead.term = candidacy.term;
  lead.remaining = Math.max(0, candidacy.deadline - now);
  return lead;
}

/** Who leads, to be passed on; undefined when nobody else does. */
export function sayLeader({ leader, ground: { config, now, pool: { leaderHint } } }: Election): LeaderHint | undefined {
  if (leader === undefined || leader.boot === config.boot) return undefined;
  leaderHint.boot = leader.boot;
  leaderHint.term = leader.term;
  leaderHint.beat = leader.beat;
  leaderHint.remaining = Math.max(0, leader.leaseEnd - now);
  return leaderHint;
}
