/**
 * What others say of named elections.
 *
 * @module
 */

import type { Peer } from "../../membership/peer.ts";
import { isTrusted } from "../../membership/state.ts";
import type { Boot, Claim, ReleasedTerm, Vote } from "../../message/message.ts";
import type { Election } from "../state.ts";
import { makeWay } from "./bids.ts";
import { precedes } from "./rank.ts";
import { noteReleased } from "./rolls.ts";
import { ownRank } from "./standing.ts";

/** Answers a claim by `vote`: a candidate makes way for one that comes before it, or leads. */
export function takeNamedClaim(self: Election, peer: Peer, claim: Claim, vote: () => Vote): Vote {
  const { named, voting } = self;
  named.seenTerm = Math.max(named.seenTerm, claim.term);
  const made = named.contests.get(claim.election)?.bid;
  if (made !== undefined && !made.elected) {
    const { id, weight, boot } = peer;
    const key = named.rolls.get(boot)?.key;
    const prevails = claim.inOffice ||
      (key !== undefined && precedes(made.contest, { boot, key, id, weight }, ownRank(self)));
    // Making way for a claim that is refused all the same would be the end of both.
    const isWorthIt = claim.inOffice || claim.term > (voting.ballots.get(claim.election)?.promisedTerm ?? 0);
    if (prevails && isWorthIt) makeWay(self, made);
  }
  return vote();
}

/** A process has given a term back, and may have named another that is to claim at once. */
export function takeNamedRelease(
  self: Election,
  peer: Peer,
  { from, election, term, successor }: Pick<ReleasedTerm, "election" | "term" | "successor"> & { readonly from: Boot },
): void {
  const { named, membership, ground: { now, config } } = self;
  if (peer.boot !== from || !isTrusted(membership, peer)) return;
  noteReleased(self, from, election, term);
  const contest = named.contests.get(election);
  if (contest === undefined || successor === undefined || named.leads.has(election)) return;
  contest.heir = { boot: successor, released: { term, boot: from }, until: now + config.interval };
  named.isDirty = true;
}
