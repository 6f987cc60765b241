/**
 * What the application says of named elections.
 *
 * @module
 */

import type { ElectionName } from "../../message/message.ts";
import type { ContestTerms, Resignation } from "../../input.ts";
import type { ResignReason } from "../../effect.ts";
import { RETIREMENT } from "../patience.ts";
import type { Election } from "../state.ts";
import { bid, leadIn, makeWay, vacate } from "./bids.ts";
import { enrol, noteUnrest, reviewLead } from "./rolls.ts";
import { heirOf, newContest, rankedRivals } from "./standing.ts";
import type { Bid, Contest } from "./state.ts";

/** Stands in an election from now on. */
export function enter(self: Election, election: ElectionName, { byWeight, rebalances }: ContestTerms): void {
  const { named } = self;
  if (named.contests.has(election)) return;
  const contest = newContest(self, election, { byWeight, rebalances });
  named.contests.set(election, contest);
  enrol(self, { election, stands: true, term: 0 });
  reviewLead(self, election);
  noteUnrest(self);
}

/** Hands the lead in an election over, and stands there no longer. */
export function withdrawFrom(self: Election, election: ElectionName): void {
  const { named } = self;
  const contest = named.contests.get(election);
  if (contest === undefined) return;
  resignFrom(self, election, {});
  if (contest.bid !== undefined) makeWay(self, contest.bid);
  named.contests.delete(election);
  named.open.delete(contest);
  named.retired.delete(contest);
  enrol(self, { election, stands: false, term: 0 });
}

/** Hands the lead in an election to another member, and stands aside for a while. Nothing happens when it does not lead there. */
export function resignFrom(
  self: Election,
  election: ElectionName,
  { reason = "requested", to, aside = 0 }: Resignation,
): void {
  const { ground: { now, config } } = self;
  const made = leadIn(self, election);
  if (made === undefined) return;
  const { contest } = made;
  if (reason !== "outweighed") {
    contest.retiredUntil = now + Math.max(aside, RETIREMENT * config.timeout);
    self.named.retired.add(contest);
    enrol(self, { election, stands: false, term: made.term });
  }
  vacate(self, made, reason, heirOf(self, contest, rankedRivals(self), to)?.boot);
}

/** Why the lead in an election cannot be handed to the member with that id; undefined when it can. */
export function obstacleIn(self: Election, election: ElectionName, id: string): string | undefined {
  const contest = self.named.contests.get(election);
  if (contest === undefined || heirOf(self, contest, rankedRivals(self), id) !== undefined) return undefined;
  if (id === self.ground.config.id) return "it is this member itself";
  return self.membership.byId.has(id)
    ? "it does not stand there, or is not ready to lead"
    : "no member of that id is alive";
}

/** Gives up all leads: to those that come next. Where this member leaves in this step its farewell says it for all of them. */
export function giveUpAll(self: Election, reason: ResignReason, isLeaving = false): void {
  const { named } = self;
  if (named.bids.size === 0) return;
  const others = rankedRivals(self);
  for (const made of [...named.bids]) {
    if (!made.elected) makeWay(self, made);
    else {
      const heir = reason === "suspended" ? undefined : heirOf(self, made.contest, others)?.boot;
      vacate(self, made, reason, heir, isLeaving);
    }
  }
}

/** Gives up what this member stands for and does not lead. */
export function endCandidacies(self: Election): void {
  for (const made of [...self.named.bids]) makeWay(self, made);
}

/** Another token of an election has come to `term`: a leader of that term or an older one stands for a newer at once. */
export function advanceTermIn(self: Election, election: ElectionName, term: number): void {
  self.named.seenTerm = Math.max(self.named.seenTerm, term);
  const contest = self.named.contests.get(election);
  const made = contest?.bid;
  if (contest === undefined || made === undefined || made.term > term) return;
  if (self.ground.config.quorum === "none") return raise(self, made, term + 1);
  standAnew(self, contest, made);
}

function standAnew(self: Election, contest: Contest, made: Bid): void {
  if (made.elected) vacate(self, made, "outweighed", undefined);
  else makeWay(self, made);
  bid(self, contest, Math.max(self.seenTerm, self.named.seenTerm) + 1, undefined);
}

/** Leads on under a higher term: there are no votes to lose in a plain democracy. */
export function raise(self: Election, made: Bid, term: number): void {
  const { election, lease } = made;
  made.term = term;
  self.named.seenTerm = Math.max(self.named.seenTerm, term);
  if (!made.elected || lease === undefined) return;
  const { slot, generation } = lease;
  self.ground.effects.push({ kind: "lead", election, leading: true, term, slot, generation });
  enrol(self, { election, stands: true, term });
  reviewLead(self, election);
}
