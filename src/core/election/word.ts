/**
 * What this member says of itself as a voter, a candidate and a leader, and of another that leads.
 *
 * @module
 */

import type { Lead, Mutable } from "../message/blank.ts";
import type { LeaderHint, Status } from "../message/message.ts";
import { type Election, isEligible, isQuarantined } from "./state.ts";

/** Idle: nothing that this member did or promised can be behind a lease. */
function isIdle(self: Election): boolean {
  const { candidacy, named: { bids }, asking, voting: { supports }, ground: { now, config } } = self;
  if (candidacy !== undefined || bids.size > 0 || now < asking.lastAt + config.timeout) return false;
  for (const { elections, expiresAt } of supports.values()) if (elections > 0 && now < expiresAt) return false;
  return true;
}

/** What the election has to say of a status. */
export type SaidByElection = "eligible" | "idle" | "voting" | "highestTerm" | "leading" | "roll";

/** Completes a status with what the election has to say. */
export function sayStatus(self: Election, status: Mutable<Status>): void {
  void ({
    eligible: status.eligible = isEligible(self),
    idle: status.idle = isIdle(self),
    voting: status.voting = self.membership.electorate.votes && !isQuarantined(self),
    highestTerm: status.highestTerm = self.seenTerm,
    leading: status.leading = ownLead(self),
    roll: status.roll = self.named.roll.version,
  } satisfies Pick<Status, SaidByElection>);
}

function ownLead({ candidacy, ground: { now, pool: { lead } } }: Election): Status["leading"] {
  if (candidacy?.elected !== true) return undefined;
  void ({
    term: lead.term = candidacy.term,
    remaining: lead.remaining = Math.max(0, candidacy.deadline - now),
  } satisfies Lead);
  return lead;
}

/** Who leads, to be passed on; undefined when nobody else does. */
export function sayLeader({ leader, ground: { config, now, pool: { leaderHint } } }: Election): LeaderHint | undefined {
  if (leader === undefined || leader.boot === config.boot) return undefined;
  void ({
    boot: leaderHint.boot = leader.boot,
    term: leaderHint.term = leader.term,
    beat: leaderHint.beat = leader.beat,
    remaining: leaderHint.remaining = Math.max(0, leader.leaseEnd - now),
  } satisfies LeaderHint);
  return leaderHint;
}
