/**
 * What the application says: leaving office on request, because its thread hangs, or for good; and a token that came from outside.
 *
 * @module
 */

import { advanceLead, leaveOffice, stand, stepBack } from "./candidate.ts";
import type { Resignation } from "../input.ts";
import { giveUpAll } from "./named/commands.ts";
import { RETIREMENT } from "./patience.ts";
import { findSuccessor } from "./standing.ts";
import { type Election, isQuarantined } from "./state.ts";
import { isInForce } from "./support.ts";

/** Hands the lead to another member, and stands aside for a while. Nothing happens when it does not lead. */
export function resign(self: Election, { reason = "requested", to, aside = 0 }: Resignation): void {
  if (self.candidacy?.elected !== true) return;
  self.retiredUntil = self.ground.now + Math.max(aside, RETIREMENT * self.ground.config.timeout);
  leaveOffice(self, reason, findSuccessor(self, to));
}

/**
 * Another token has come to `term`. A leader of that term or an older one stands for a newer at once; those who
 * voted for it do so again.
 */
export function advanceTerm(self: Election, term: number): void {
  self.seenTerm = Math.max(self.seenTerm, term);
  if (self.candidacy === undefined || self.candidacy.term > term) return;
  if (!self.candidacy.elected) return stepBack(self);
  if (self.ground.config.quorum === "none") return advanceLead(self, term);
  leaveOffice(self, "outweighed", undefined);
  if (!isQuarantined(self)) stand(self, undefined);
}

/** Hands the lead over, and stands no more: this member closes. */
export function withdraw(self: Election, isLeaving: boolean): void {
  const successor = findSuccessor(self);
  self.closing = true;
  leaveOffice(self, "closed", successor);
  stepBack(self);
  giveUpAll(self, "closed", isLeaving);
}

/** This member promises nothing any more. Returns whether it has promised nothing that is in force, as far as it remembers. */
export function endVoting(self: Election): boolean {
  const { voting: { ballots } } = self;
  let idle = !isQuarantined(self);
  for (const ballot of ballots.values()) {
    ballot.deferred = undefined;
    idle &&= !isInForce(self, ballot);
  }
  return idle;
}

/** Gives the lead away while the application's thread hangs; it may stand again once the thread moves. */
export function setStalled(self: Election, stalled: boolean): void {
  self.stalled = stalled;
  if (!stalled) return;
  leaveOffice(self, "stalled", findSuccessor(self));
  stepBack(self);
  giveUpAll(self, "stalled");
}
