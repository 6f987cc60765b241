/**
 * A wall clock that jumps against the monotonic one: the machine slept, somebody set its clock, or it was set back to an
 * earlier state (a snapshot, a clone) and has forgotten what it promised since.
 *
 * @module
 */

import { leaveOffice, stepBack } from "./candidate.ts";
import { endCandidacies, giveUpAll } from "./named/commands.ts";
import { endAllSupport } from "./support.ts";
import { type Election, quarantineOf, recordOf } from "./state.ts";

/** Part of a timeout that a clock must jump by to count. */
const JUMP = 0.5;

/**
 * Compares the clocks with those of the step before. After a jump this member neither stands on nor counts on promises that it
 * may have forgotten: it withholds its vote as if it had just started. Plain democracy has no promises to keep.
 */
export function noteClocks(self: Election): void {
  const { ballot, voting, ground: { config, now, wall } } = self;
  const jump = wall - now - self.skew;
  self.skew = wall - now;
  if (config.quorum === "none" || Math.abs(jump) <= JUMP * config.timeout) return;
  voting.quarantineUntil = now + quarantineOf(config);
  voting.floorTerm = 0;
  endAllSupport(self);
  ballot.deferred = undefined;
  for (const peer of self.membership.voters.items) recordOf(self, peer).toldIdleAt = -Infinity;
  // Set back, it may hold what others have been given since. A clock that is only behind takes nothing away from a lease.
  if (jump > 0) leaveOffice(self, "suspended", undefined);
  stepBack(self);
  if (jump > 0) giveUpAll(self, "suspended");
  else endCandidacies(self);
}
