/**
 * Standing in a named election, leading it and leaving it.
 *
 * @module
 */

import { LIMITS } from "../../../limits.ts";
import type { ResignReason } from "../../effect.ts";
import { drop } from "../../drop.ts";
import { nameOf, type Peer } from "../../membership/peer.ts";
import { textBytes } from "../../membership/rumor.ts";
import { send } from "../../membership/sending.ts";
import type { Boot, Claim, ElectionName, Request, TermId, Vote } from "../../message/message.ts";
import { nextRandom } from "../../random.ts";
import { backingOf } from "../asking.ts";
import { isAbsurd } from "../leader.ts";
import { leaseLength } from "../lease.ts";
import { ASKING_INTERVALS, LONGEST_WAIT, RETRY, WALL_GRAIN } from "../patience.ts";
import { sendReleases } from "../releases.ts";
import type { PromiseId } from "../promise_id.ts";
import { type Election, isQuorum, type Support } from "../state.ts";
import { noteStood, release, voteForSelf } from "../voter.ts";
import { countLease, isGranted, leanAnew, leave } from "./leases.ts";
import { enrol, reviewLead } from "./rolls.ts";
import type { Bid, Contest, SharedLease } from "./state.ts";

/** Of a claim without its name. */
const CLAIM_HEAD_BYTES = 1 + 7 + 1 + 8 + 7;
/** Parts of a request beside the one that rides on a ping. */
const MORE_PARTS = 30;
/** Stands with that term; `succeeds` is the one released to this member, if any. */
export function bid(self: Election, contest: Contest, term: number, succeeds: TermId | undefined): void {
  const { named, ground: { now }, membership: { voters } } = self;
  const { election } = contest;
  self.named.seenTerm = Math.max(self.named.seenTerm, term);
  const made: Bid = {
    ...{
      contest,
      election,
      term,
      succeeds,
      startedAt: now,
      granted: new Map(),
      claimed: new Set(),
      answered: new Set(),
    },
    ...{ elected: false, lease: undefined, told: undefined },
  };
  noteStood(self, election, term);
  contest.bid = made;
  contest.heir = undefined;
  named.open.delete(contest);
  named.bids.add(made);
  named.candidates += 1;
  named.fresh.add(made);
  for (const { address } of voters.items) owe(self, address, made);
}

/** This voter has not granted the bid in its present epoch. */
function owe({ named: { owed } }: Election, address: string, made: Bid): void {
  const known = owed.get(address);
  if (known === undefined) owed.set(address, new Set([made]));
  else known.add(made);
}

/** This member's own votes: for what it stands for, by the rules for everybody else. `isAnother`: it had promised itself something else until now. */
export function voteForOwn(self: Election, own: Support, promise: PromiseId, isAnother: boolean): void {
  const { named: { bids, fresh }, ground: { config } } = self;
  // In steady state there is nothing to look for.
  const all = isAnother ? bids : fresh;
  for (const made of [...all]) {
    if (isGranted(self, made, config.address)) continue;
    if (voteForSelf(self, own, claimOf(made))) made.granted.set(config.address, promise);
    leanAnew(self, made);
  }
  countAll(self);
}

/** What is claimed of the voters that have not granted it, in as many messages as it takes; part 0 is the request on a ping. */
export function sendClaims(self: Election): void {
  const { named: { owed, fresh }, membership: { voters } } = self;
  fresh.clear();
  for (const peer of voters.items) {
    const bids = owed.get(peer.address);
    if (peer.alive && bids !== undefined && bids.size > 0) claimFrom(self, peer, bids);
  }
}

function claimFrom(self: Election, peer: Peer, bids: ReadonlySet<Bid>): void {
  const { ground: { config }, asking } = self;
  let [part, room, claims]: [number, number, Claim[]] = [1, config.rumorBytes, []];
  const flush = (): void => {
    const request: Request = { sequence: asking.sequence, part, lease: config.timeout, urgent: true, claims };
    send(self.membership, peer, { kind: "claims", request });
    [part, room, claims] = [part + 1, config.rumorBytes, []];
  };
  for (const made of bids) {
    const bytes = CLAIM_HEAD_BYTES + textBytes(made.election);
    if (claims.length > 0 && (room < bytes || claims.length >= LIMITS.electionsPerMessage)) flush();
    if (part > MORE_PARTS) return;
    made.claimed.add(peer);
    claims.push(claimOf(made));
    room -= bytes;
  }
  if (claims.length > 0) flush();
}

function claimOf({ election, term, succeeds, elected: inOffice }: Bid): Claim {
  return { election, term, succeeds, inOffice };
}

/**
 * A voter has answered. `isAnother`: its promise is another than the one before, of which the votes are void, and are claimed again.
 * `promise` is undefined where the answer tells of none that counts.
 */
export function countAnswer(
  self: Election,
  peer: Peer,
  votes: readonly Vote[],
  promise: PromiseId | undefined,
  isAnother: boolean,
): void {
  const { named } = self;
  if (named.bids.size === 0 && votes.length === 0) return;
  const { address } = peer;
  const touched = new Set<Bid>();
  if (isAnother) {
    for (const made of named.bids) {
      if (isGranted(self, made, address)) continue;
      owe(self, address, made);
      if (made.granted.has(address)) touched.add(made);
    }
  }
  for (const vote of votes) if (vote.election !== "") countVote(self, peer, promise, vote, touched);
  for (const made of touched) if (named.bids.has(made)) leanAnew(self, made);
  for (const lease of named.leases) {
    if (lease !== undefined && (touched.size > 0 || lease.voters.includes(address))) review(self, lease);
  }
  endGroundless(self, touched);
}

function countVote(
  self: Election,
  peer: Peer,
  promise: PromiseId | undefined,
  { election, term, refusal, limit }: Vote,
  touched: Set<Bid>,
): void {
  const made = self.named.contests.get(election)?.bid;
  if (made?.term !== term) {
    // The voter would keep a vote of no use to anybody. Where this member never stood it has given none.
    if (refusal === undefined && self.named.roll.entries.has(election)) {
      sendReleases(self, peer, [{ election, term, successor: undefined, unanswered: false }]);
    }
    return;
  }
  made.answered.add(peer.address);
  if (refusal === undefined) {
    if (promise === undefined) return;
    made.granted.set(peer.address, promise);
    self.named.owed.get(peer.address)?.delete(made);
    touched.add(made);
    return;
  }
  if (refusal === "forgotten" || refusal === "stale-term") learnTerm(self, limit);
  if (refusal === "too-many") {
    self.ground.effects.push({
      kind: "mismatch",
      what: "too-many-elections",
      member: nameOf(peer),
      value: LIMITS.elections,
    });
  }
  if (made.elected) return;
  if (refusal === "future-term") abandon(self, made);
  else if (refusal === "forgotten" || refusal === "stale-term") standHigher(self, made);
}

/** A voter says what a term has to be above. */
function learnTerm(self: Election, term: number): void {
  if (isAbsurd(self, term)) drop(self.ground, "absurd-term");
  else self.named.seenTerm = Math.max(self.named.seenTerm, term);
}

/** The next candidacy has a term that is above what this voter has promised: it need not wait long. */
function standHigher(self: Election, made: Bid): void {
  const { now, config, random } = self.ground;
  makeWay(self, made);
  made.contest.notBefore = now + config.interval * nextRandom(random);
}

/** Counts all leases anew: the voters may have changed. */
export function recount(self: Election): void {
  const { named } = self;
  if (named.bids.size === 0) return;
  for (const made of named.bids) leanAnew(self, made);
  for (const { address } of self.membership.voters.items) {
    for (const made of named.bids) if (!isGranted(self, made, address)) owe(self, address, made);
  }
  countAll(self);
  endGroundless(self, new Set(named.bids));
}

function countAll(self: Election): void {
  for (const lease of self.named.leases) if (lease !== undefined) review(self, lease);
}

/** Counts a lease: those that lean on it take office, or leave it. */
function review(self: Election, lease: SharedLease): void {
  if (countLease(self, lease)) {
    for (const made of [...lease.newcomers]) {
      if (made.elected) tellLease(self, made, lease);
      else takeOffice(self, made, lease);
    }
    lease.newcomers.clear();
    return;
  }
  for (const made of [...lease.bids]) if (made.elected) vacate(self, made, "lease-expired", undefined);
}

/** Those that lead without the votes of a quorum lead no longer. */
function endGroundless(self: Election, among: ReadonlySet<Bid>): void {
  for (const made of among) {
    if (made.elected && made.lease === undefined && self.named.bids.has(made)) {
      vacate(self, made, "lease-expired", undefined);
    }
  }
}

/** Where the view of an election is to find its deadline. */
function tellLease({ ground: { effects } }: Election, made: Bid, lease: SharedLease): void {
  if (made.told === lease) return;
  made.told = lease;
  const { slot, generation } = lease;
  effects.push({ kind: "lead", election: made.election, leading: true, term: made.term, slot, generation });
}

function takeOffice(self: Election, made: Bid, lease: SharedLease): void {
  const { named, ground: { config, effects } } = self;
  made.elected = true;
  named.candidates -= 1;
  named.isDirty = true;
  tellLease(self, made, lease);
  effects.push({ kind: "elected", election: made.election, id: config.id, token: made.term });
  enrol(self, { election: made.election, stands: true, term: made.term });
  reviewLead(self, made.election);
}

/**
 * Leaves office: the view is cleared first, then voters hear of it, and the heir is asked to claim. `isLeaving`: the farewell of this
 * member goes out in this step, and ends all of its votes.
 */
export function vacate(
  self: Election,
  made: Bid,
  reason: ResignReason,
  heir: Boot | undefined,
  isLeaving = false,
): void {
  const { contest, term, election } = made;
  const { ground: { config, effects, now } } = self;
  effects.push(
    { kind: "lead", election, leading: false, term, slot: 0, generation: 0 },
    { kind: "resigned", election, id: config.id, token: term, reason },
  );
  end(self, made, heir, isLeaving);
  enrol(self, { election, stands: self.named.roll.entries.get(election)?.stands ?? false, term: 0 });
  reviewLead(self, election);
  if (heir === undefined) contest.notBefore = Math.max(contest.notBefore, now + config.interval);
  else contest.heir = { boot: heir, released: { term, boot: config.boot }, until: now + config.interval };
}

/** Gives up a candidacy that reaches no quorum: soon again where others were in the way, else later and later. */
export function abandon(self: Election, made: Bid): void {
  const { membership: { electorate }, ground: { config, now, random } } = self;
  const { contest } = made;
  const answered = made.answered.size + (electorate.votes ? 1 : 0);
  const isAnswered = isQuorum(self, answered, answered);
  end(self, made, undefined, false);
  const wait = isAnswered ? RETRY * config.interval : Math.min(2 ** contest.failures, LONGEST_WAIT) * config.timeout;
  if (!isAnswered) contest.failures += 1;
  contest.notBefore = now + wait * (isAnswered ? nextRandom(random) : 0.5 + nextRandom(random) / 2);
}

/** Ends a candidacy without fault: it may stand again at once. */
export function makeWay(self: Election, made: Bid): void {
  if (!made.elected) end(self, made, undefined, false);
}

function end(self: Election, made: Bid, heir: Boot | undefined, isLeaving: boolean): void {
  const { named, membership, ground: { config } } = self;
  const { contest, election, term } = made;
  leave(self, made);
  named.bids.delete(made);
  named.fresh.delete(made);
  for (const bids of named.owed.values()) bids.delete(made);
  if (!made.elected) named.candidates -= 1;
  contest.bid = undefined;
  if (named.contests.get(election) === contest && contest.openSince !== undefined) named.open.add(contest);
  named.isDirty = true;
  release(self, config.boot, election, term);
  if (isLeaving) return;
  const heard = new Set(made.claimed);
  const next = heir === undefined ? undefined : membership.byBoot.get(heir);
  if (next !== undefined) heard.add(next);
  named.surrendered.push({ released: { election, term, successor: heir, unanswered: false }, told: heard });
}

/** Tells of all that was given up in this step, with as few messages as it takes. */
export function tellSurrendered(self: Election): void {
  const { named } = self;
  if (named.surrendered.length === 0) return;
  const { surrendered } = named;
  named.surrendered = [];
  const peers = new Set(surrendered.flatMap(({ told }) => [...told]));
  for (const peer of peers) {
    sendReleases(self, peer, surrendered.filter(({ told }) => told.has(peer)).map(({ released }) => released));
  }
}

/** Demotes first: called before anything else is looked at. */
export function endLapsedLeases(self: Election): void {
  const { named: { leases }, ground: { now, wall } } = self;
  for (const lease of leases) {
    if (lease === undefined || lease.deadline === -Infinity) continue;
    if (now < lease.deadline && wall < lease.wallDeadline) continue;
    // The wall clock ran on while the monotonic clock did not: the machine slept, or somebody set its clock.
    const isOrdinary = now >= lease.deadline - WALL_GRAIN;
    for (const made of [...lease.bids]) {
      if (made.elected) vacate(self, made, isOrdinary ? "lease-expired" : "suspended", undefined);
      else makeWay(self, made);
    }
  }
}

/** Gives up the candidacies that have asked long enough, and those whose term could win after a newer one was forgotten. */
export function endExhausted(self: Election): void {
  const { named, ground: { now, config } } = self;
  if (named.candidates === 0) return;
  const patience = Math.min(ASKING_INTERVALS * config.interval, leaseLength(config.timeout, config.drift));
  for (const made of [...named.bids]) if (!made.elected && now >= made.startedAt + patience) abandon(self, made);
}

/** When the next lease ends, or the next candidacy has asked long enough. */
export function nextBidDue({ named, ground: { now, config } }: Election): number {
  let due = Infinity;
  for (const lease of named.leases) {
    if (lease !== undefined && lease.deadline > now && lease.deadline < due) due = lease.deadline;
  }
  return named.candidates > 0 ? Math.min(due, now + config.interval) : due;
}

/** Whether the last requests to all voters have not prolonged every lease, or a candidate waits for votes. */
export function awaitsAnswers({ named, asking, ground: { config } }: Election): boolean {
  if (named.candidates > 0) return true;
  const length = leaseLength(config.timeout, config.drift);
  return named.leases.some((lease) => lease !== undefined && lease.deadline < asking.askedAt + length);
}

/** Whether a voter owes an answer to the last request to all, or votes to candidates. */
export function owesAnswer(self: Election, { address, voter }: Peer): boolean {
  const { named, asking } = self;
  if (!voter || named.bids.size === 0) return false;
  if (named.candidates > 0 && (named.owed.get(address)?.size ?? 0) > 0) return true;
  return (backingOf(self, address)?.sentAt.now ?? -Infinity) < asking.askedAt;
}

/** The bid of this member in that election, if it leads it. */
export function leadIn({ named: { contests } }: Election, election: ElectionName): Bid | undefined {
  const made = contests.get(election)?.bid;
  return made?.elected === true ? made : undefined;
}
