/**
 * Standing for the lead, holding it and leaving it.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { ResignReason } from "../effect.ts";
import { nameOf, type Peer } from "../membership/peer.ts";
import { answerTime } from "../membership/round_trip.ts";
import { ping } from "../membership/sending.ts";
import { audience } from "../membership/state.ts";
import {
  type Answer,
  type Boot,
  DEFAULT_ELECTION,
  type ReleasedTerm,
  type TermId,
  type Vote,
} from "../message/message.ts";
import { backingOf, isBacked, noteBacking, openRequest, requestTo } from "./asking.ts";
import { nextRandom } from "../random.ts";
import { empty, SmallSet } from "../small_set.ts";
import { isAbsurd, setLeader } from "./leader.ts";
import { leaseFrom, leaseLength, type SendTime } from "./lease.ts";
import { countAnswer, sendClaims, voteForOwn } from "./named/bids.ts";
import { ASKING_INTERVALS, LONGEST_WAIT, RETRY, WALL_GRAIN } from "./patience.ts";
import { sendRelease } from "./releases.ts";
import type { PromiseId } from "./promise_id.ts";
import { type Candidacy, type Election, isQuorum, quorum, type Support } from "./state.ts";
import { isVoteFree, release, supportSelf, voteForSelf } from "./voter.ts";

/** Round trips as long as answers take that a candidate asks for a quorum before it makes way, beside so many intervals. */
const ASKING_TRIPS = 1.5;

/** Stands with a term above every other, and asks all voters. `succeeds` is the term released to this member, if any. */
export function stand(self: Election, succeeds: TermId | undefined): void {
  const term = mint(self);
  const before = { seenTerm: self.seenTerm, promisedTerm: self.ballot.promisedTerm };
  self.seenTerm = term;
  self.ballot.promisedTerm = term;
  self.ballot.deferred = undefined;
  self.readySince = undefined;
  self.standsAt = undefined;
  self.candidacy = {
    election: DEFAULT_ELECTION,
    term,
    succeeds,
    startedAt: self.ground.now,
    granted: new Map(),
    claimed: new SmallSet(),
    answered: new SmallSet(),
    kept: new Set(),
    distant: new SmallSet(),
    before,
    counting: { named: [], all: [] },
    elected: false,
    deadline: -Infinity,
    wallDeadline: -Infinity,
  };
  const asks = ask(self, true);
  for (const peer of self.membership.voters.items) {
    if (peer.alive && asks) ping(self.membership, peer).request = requestTo(self, peer);
  }
  countGrants(self);
}

/** A term above all others, which this member has never stood for. */
function mint({ seenTerm, distantTerms, ground: { wall } }: Election): number {
  const term = Math.max(seenTerm + 1, Math.floor(wall));
  return distantTerms !== undefined && term >= distantTerms.from ? Math.max(term, distantTerms.to + 1) : term;
}

/**
 * Begins a round of requests, to `all` voters or to those that owe an answer: this member's own support and vote come first. Returns
 * whether others are to be asked; in plain democracy the own vote is enough.
 */
export function ask(self: Election, all: boolean): boolean {
  const { asking, candidacy, ground: { now, config } } = self;
  const sentAt = openRequest(self);
  if (all) asking.askedAt = now;
  const own = supportSelf(self, asking.sequence);
  if (own !== undefined) {
    const { epoch } = own;
    const before = backingOf(self, config.address);
    const promise = noteBacking(self, config.address, { boot: config.boot, epoch, sequence: asking.sequence, sentAt });
    if (promise !== undefined) {
      if (candidacy !== undefined) voteForCandidacy(self, candidacy, own, promise);
      voteForOwn(self, own, promise, promise !== before);
    }
  }
  if (config.quorum === "none") return false;
  asking.lastAt = now;
  return true;
}

function voteForCandidacy(self: Election, candidacy: Candidacy, own: Support, promise: PromiseId): void {
  const { election, term, succeeds, elected: inOffice } = candidacy;
  if (voteForSelf(self, own, { election, term, succeeds, inOffice })) {
    candidacy.granted.set(self.ground.config.address, promise);
  }
}

/** Asks for what this member stands for since this step, and has not claimed yet. */
export function askForFresh(self: Election): void {
  if (self.named.fresh.size === 0) return;
  self.named.claimedAt = self.ground.now;
  if (ask(self, false)) sendClaims(self);
  else self.named.fresh.clear();
}

/** Takes the answer of the voter `from`: what it has promised, then its votes, which count as long as that promise. */
export function takeAnswer(self: Election, peer: Peer, from: Boot, { sequence, epoch, votes }: Answer): void {
  const sentAt = self.asking.sent.get(sequence);
  const isPromise = epoch > 0 && sentAt !== undefined;
  const before = backingOf(self, peer.address);
  const promise = isPromise ? noteBacking(self, peer.address, { boot: from, epoch, sequence, sentAt }) : undefined;
  for (const vote of votes) if (vote.election === DEFAULT_ELECTION) countVote(self, peer, promise, vote);
  countAnswer(self, peer, votes, promise, promise !== undefined && promise !== before);
  countGrants(self);
}

/**
 * The process `from` leaves. Where its vote is this candidate's at that moment, nobody else has got it since, or ever will: it counts
 * as long as the voter does. Without it whoever takes that one's place would make a quorum greater than the votes that are left.
 */
export function keepVote(self: Election, { address }: Peer, from: Boot): void {
  const { candidacy, ground: { now, wall, config } } = self;
  const sentAt = candidacy && countedFrom(self, candidacy, address);
  if (sentAt === undefined || candidacy?.granted.get(address)?.boot !== from) return;
  const length = leaseLength(config.timeout, config.drift);
  if (now < sentAt.now + length && wall < sentAt.wall + length) candidacy.kept.add(from);
}

/** `promise` is undefined where the answer tells of none that counts. */
function countVote(self: Election, peer: Peer, promise: PromiseId | undefined, vote: Vote): void {
  const { candidacy } = self;
  if (vote.term !== candidacy?.term) {
    // The voter would keep a vote of no use to anybody.
    const { election, term } = vote;
    if (vote.refusal === undefined) {
      sendRelease(self, peer, { election, term, successor: undefined, unanswered: false });
    }
    return;
  }
  candidacy.answered.add(peer);
  noteLimit(self, candidacy, peer, vote);
  const isLost = vote.refusal === "stale-term" || vote.refusal === "forgotten";
  if (isLost && !candidacy.elected) return abandon(self);
  if (vote.refusal === undefined && promise !== undefined) candidacy.granted.set(peer.address, promise);
}

/** A voter says what the claim went beyond. */
function noteLimit(self: Election, { distant }: Candidacy, peer: Peer, { refusal, limit }: Vote): void {
  const { ground } = self;
  const member = nameOf(peer);
  if (refusal === "forgotten") {
    if (isAbsurd(self, limit)) drop(ground, "absurd-term");
    else self.seenTerm = Math.max(self.seenTerm, limit);
  }
  if (refusal === "longer-lease") {
    ground.effects.push({ kind: "mismatch", what: "shorter-timeout", member, value: limit });
  }
  if (refusal !== "future-term") return;
  distant.add(peer);
  ground.effects.push({ kind: "mismatch", what: "own-clock-ahead", member, value: ground.wall - limit });
}

/** Takes office, extends the lease or, where voters were added, cuts it, as the grants allow. */
export function countGrants(self: Election): void {
  const { candidacy, ground: { config } } = self;
  if (candidacy === undefined) return;
  findCounting(self, candidacy);
  const from = grantedFrom(self, candidacy);
  const length = leaseLength(config.timeout, config.drift);
  const deadline = from === undefined ? -Infinity : from.now + length;
  const wallDeadline = from === undefined ? -Infinity : from.wall + length;
  if (deadline <= self.ground.now || wallDeadline <= self.ground.wall) {
    if (candidacy.elected) leaveOffice(self, "lease-expired", undefined);
    return;
  }
  if (deadline === candidacy.deadline && wallDeadline === candidacy.wallDeadline) return;
  candidacy.deadline = deadline;
  candidacy.wallDeadline = wallDeadline;
  self.ground.effects.push({ kind: "view", leading: true, term: candidacy.term, deadline, wallDeadline });
  if (!candidacy.elected) takeOffice(self, candidacy);
}

/**
 * Demotes first and asks later: called before anything else is looked at. A lapsed term is dead; so is a candidacy
 * without even its own vote, which somebody else may be granted next.
 */
export function endLapsedLease(self: Election): void {
  const { candidacy } = self;
  if (candidacy === undefined) return;
  if (!candidacy.elected) {
    // Older than a lease, its term could win after a newer one that a restarted voter has forgotten.
    const { timeout, drift } = self.ground.config;
    const isOutdated = self.ground.now >= candidacy.startedAt + leaseLength(timeout, drift);
    if (isOutdated || (self.membership.electorate.votes && isVoteFree(self))) abandon(self);
  } else if (self.ground.now >= candidacy.deadline) {
    leaveOffice(self, "lease-expired", undefined);
  } else if (self.ground.wall >= candidacy.wallDeadline) {
    const isOrdinary = self.ground.now >= candidacy.deadline - WALL_GRAIN;
    if (isOrdinary) return leaveOffice(self, "lease-expired", undefined);
    // The wall clock ran on while the monotonic clock did not: the machine slept, or somebody set its clock.
    leaveOffice(self, "suspended", undefined);
  }
}

/** Gives the lead back: the view is cleared first, then voters hear of it, and the successor is asked to claim. */
export function leaveOffice(self: Election, reason: ResignReason, successor: Peer | undefined): void {
  const { candidacy, ground: { config } } = self;
  if (candidacy?.elected !== true) return;
  self.ground.effects.push(
    { kind: "view", leading: false, term: candidacy.term, deadline: -Infinity, wallDeadline: -Infinity },
    { kind: "resigned", id: config.id, token: candidacy.term, reason },
  );
  setLeader(self, undefined);
  endCandidacy(self, candidacy, { successor: successor?.boot, unanswered: false });
  if (successor === undefined) self.standNotBefore = self.ground.now + config.interval;
  else {
    const released = { term: candidacy.term, boot: config.boot };
    self.successor = { boot: successor.boot, released, until: self.ground.now + config.interval };
  }
}

/**
 * Gives up a candidacy that did not reach a quorum. Where a quorum has answered, others were in the way: it tries again soon.
 * Where it has not, votes or claims are lost: each time it waits about twice as long, so that others have their chance.
 */
export function abandon(self: Election): void {
  const { candidacy, membership: { electorate }, ground: { config, now, random } } = self;
  if (candidacy === undefined || candidacy.elected) return;
  const answered = candidacy.answered.size - candidacy.distant.size + (electorate.votes ? 1 : 0);
  const isAnswered = isQuorum(self, answered, answered);
  endCandidacy(self, candidacy, { successor: undefined, unanswered: !isAnswered });
  const wait = isAnswered ? RETRY * config.interval : Math.min(2 ** self.failures, LONGEST_WAIT) * config.timeout;
  if (!isAnswered) self.failures += 1;
  self.standNotBefore = now + wait * (isAnswered ? nextRandom(random) : 0.5 + nextRandom(random) / 2);
}

/**
 * The term was far ahead of others' clocks, and brought nobody into office: it carries neither this member's vote away, nor its
 * next terms.
 */
function forgetTerm(self: Election, { term, before }: Candidacy): void {
  self.seenTerm = before.seenTerm;
  self.ballot.promisedTerm = before.promisedTerm;
  self.distantTerms = { from: Math.min(term, self.distantTerms?.from ?? term), to: term };
}

/** Ends a candidacy without fault: for another candidate, or for a reason of this member's own. It may stand again at once. */
export function stepBack(self: Election): void {
  const { candidacy } = self;
  if (candidacy !== undefined && !candidacy.elected) {
    endCandidacy(self, candidacy, { successor: undefined, unanswered: false });
  }
}

/** Whether the last claims to all voters have not brought a quorum yet. */
export function isUnanswered(self: Election, candidacy: Candidacy): boolean {
  const { timeout, drift } = self.ground.config;
  return candidacy.deadline < self.asking.askedAt + leaseLength(timeout, drift);
}

/** Whether a voter owes the answer to the last request, or its vote. */
export function owesVote(self: Election, candidacy: Candidacy, peer: Peer): boolean {
  if (!peer.voter) return false;
  return !isBacked(self, candidacy, peer.address) || backingOf(self, peer.address)!.sentAt.now < self.asking.askedAt;
}

/** Whether a candidate has asked long enough. */
export function isExhausted({ ground: { now, config }, membership }: Election, candidacy: Candidacy): boolean {
  const patience = Math.max(ASKING_INTERVALS * config.interval, ASKING_TRIPS * answerTime(membership.roundTrips));
  return !candidacy.elected && now >= candidacy.startedAt + patience;
}

/**
 * Two leaders of a plain democracy hear each other: the heavier goes on under a term above both, so that its token
 * fences the other's.
 */
export function advanceLead(self: Election, term: number): void {
  const { candidacy } = self;
  if (candidacy?.elected !== true || term < candidacy.term) return;
  candidacy.term = term + 1;
  self.seenTerm = Math.max(self.seenTerm, candidacy.term);
  const { deadline, wallDeadline } = candidacy;
  self.ground.effects.push({ kind: "view", leading: true, term: candidacy.term, deadline, wallDeadline });
  ask(self, false);
  followSelf(self, candidacy);
  announce(self);
}

function takeOffice(self: Election, candidacy: Candidacy): void {
  candidacy.elected = true;
  self.ground.effects.push({ kind: "elected", id: self.ground.config.id, token: candidacy.term });
  followSelf(self, candidacy);
  announce(self);
}

function followSelf(self: Election, candidacy: Candidacy): void {
  const { id, address, boot } = self.ground.config;
  const { term } = candidacy;
  setLeader(self, { id, address, boot, term, beat: 0, leaseEnd: Infinity, until: Infinity });
}

function announce(self: Election): void {
  for (const peer of audience(self.membership)) ping(self.membership, peer);
}

/** Who granted may not vote any more. */
function findCounting(self: Election, candidacy: Candidacy): void {
  const { counting } = candidacy;
  const { ground: { config } } = self;
  const { electorate, voters } = self.membership;
  empty(counting.named);
  empty(counting.all);
  const own = electorate.votes ? countedFrom(self, candidacy, config.address) : undefined;
  if (own !== undefined) {
    counting.named.push(own);
    counting.all.push(own);
  }
  const { items } = voters;
  for (let place = 0; place < items.length; place++) {
    const { address, leaving, departed } = items[place]!;
    const isKept = leaving && candidacy.kept.has(departed);
    const sentAt = isKept ? self.asking.newest : countedFrom(self, candidacy, address);
    if (sentAt === undefined) continue;
    counting.all.push(sentAt);
    if (!leaving) counting.named.push(sentAt);
  }
}

/** When the request was sent that a voter's promise counts from; undefined where its vote does not lean on that promise. */
function countedFrom(self: Election, candidacy: Candidacy, address: string): SendTime | undefined {
  return isBacked(self, candidacy, address) ? backingOf(self, address)!.sentAt : undefined;
}

/** The send time that the lease counts from: that of a quorum of the voters that are named, and of all. */
function grantedFrom(self: Election, { counting }: Candidacy): SendTime | undefined {
  const needed = quorum(self);
  const named = leaseFrom(counting.named, needed.named);
  const all = leaseFrom(counting.all, needed.all);
  if (named === undefined || all === undefined) return undefined;
  return named.now < all.now ? named : all;
}

function endCandidacy(
  self: Election,
  candidacy: Candidacy,
  end: Pick<ReleasedTerm, "successor" | "unanswered">,
): void {
  const { election, term, claimed } = candidacy;
  const { successor } = end;
  self.candidacy = undefined;
  if (!candidacy.elected && candidacy.distant.size > 0) forgetTerm(self, candidacy);
  release(self, self.ground.config.boot, election, term);
  const told = audience(self.membership);
  const heir = successor === undefined ? undefined : self.membership.byBoot.get(successor);
  if (heir !== undefined) told.add(heir);
  // Every vote that was asked for: one that was given and not heard of would stay as long as support.
  for (const peer of claimed.items) told.add(peer);
  for (const peer of told) sendRelease(self, peer, { election, term, ...end });
}
