/**
 * Standing for the lead, holding it and leaving it.
 *
 * @module
 */

import type { ResignReason } from "../effect.ts";
import { nameOf, type Peer } from "../membership/peer.ts";
import { answerTime } from "../membership/round_trip.ts";
import { ping } from "../membership/sending.ts";
import { audience } from "../membership/state.ts";
import type { Claim, Release, TermId, Vote } from "../message/message.ts";
import { nextRandom } from "../random.ts";
import { empty, SmallSet } from "../small_set.ts";
import { setLeader } from "./leader.ts";
import { leaseFrom, leaseLength, type SendTime } from "./lease.ts";
import { sendRelease } from "./releases.ts";
import { type Candidacy, type Election, isQuorum, quorum } from "./state.ts";
import { isVoteFree, release, voteForSelf } from "./voter.ts";

/** Intervals, and round trips as long as answers take, that a candidate asks for a quorum before it makes way. */
const ASKING_INTERVALS = 3;
const ASKING_TRIPS = 1.5;
/** Timeouts that a candidate waits at most after candidacies that were not answered. */
const LONGEST_WAIT = 32;
/** Intervals within which a candidate that others were in the way of stands again. */
const RETRY = 2;

/** ms by which a wall clock, which tells whole ms, may come to the end of a lease before the monotonic one. */
const WALL_GRAIN = 2;

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
    term,
    sequence: 0,
    succeeds,
    startedAt: self.ground.now,
    askedAt: self.ground.now,
    sent: new Map(),
    granted: new Map(),
    answered: new SmallSet(),
    distant: new SmallSet(),
    before,
    counting: { named: [], all: [] },
    elected: false,
    deadline: -Infinity,
    wallDeadline: -Infinity,
  };
  const claim = nextClaim(self, self.candidacy, true);
  for (const peer of self.membership.voters.items) {
    if (peer.alive && claim !== undefined) ping(self.membership, peer).claim = claim;
  }
  countGrants(self);
}

/** A term above all others, which this member has never stood for. */
function mint({ seenTerm, distantTerms, ground: { wall } }: Election): number {
  const term = Math.max(seenTerm + 1, Math.floor(wall));
  return distantTerms !== undefined && term >= distantTerms.from ? Math.max(term, distantTerms.to + 1) : term;
}

/**
 * Renews this member's own grant and makes the claim that this round of pings carries to the voters, to `all` or to those that
 * owe an answer. In plain democracy the own grant is enough, and nobody is asked.
 */
export function nextClaim(self: Election, candidacy: Candidacy, all: boolean): Claim | undefined {
  const { now, wall, config } = self.ground;
  const sentAt = { now, wall };
  if (all) candidacy.askedAt = now;
  candidacy.sequence += 1;
  candidacy.sent.set(candidacy.sequence, sentAt);
  for (const [sequence, sent] of candidacy.sent) {
    if (now - sent.now <= config.timeout) break;
    candidacy.sent.delete(sequence);
  }
  const { term, sequence, succeeds } = candidacy;
  const claim = { term, sequence, succeeds, lease: config.timeout };
  if (voteForSelf(self, claim)) candidacy.granted.set(config.address, sentAt);
  if (config.quorum === "none") return undefined;
  self.lastClaimAt = now;
  return claim;
}

/** Takes a voter's answer to a claim. */
export function countVote(self: Election, peer: Peer, answer: Vote): void {
  const { candidacy } = self;
  if (candidacy === undefined || answer.term !== candidacy.term) {
    // The voter would keep a grant of no use to anybody for a whole timeout.
    if (answer.refusal === undefined) {
      sendRelease(self, peer, { term: answer.term, successor: undefined, unanswered: false });
    }
    return;
  }
  candidacy.answered.add(peer);
  noteLimit(self, candidacy, peer, answer);
  if (answer.refusal === "stale-term" && !candidacy.elected) return abandon(self);
  if (answer.refusal !== undefined) return;
  const sentAt = candidacy.sent.get(answer.sequence);
  if (sentAt === undefined) return;
  const before = candidacy.granted.get(peer.address);
  if (before === undefined || before.now < sentAt.now) candidacy.granted.set(peer.address, sentAt);
  countGrants(self);
}

/** A voter says what the claim went beyond. */
function noteLimit({ ground }: Election, { distant }: Candidacy, peer: Peer, { refusal, limit }: Vote): void {
  const member = nameOf(peer);
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
  return candidacy.deadline < candidacy.askedAt + leaseLength(timeout, drift);
}

/** Whether a voter owes the answer to the last claim. */
export function owesVote(candidacy: Candidacy, peer: Peer): boolean {
  const granted = candidacy.granted.get(peer.address);
  return peer.voter && (granted === undefined || granted.now < candidacy.askedAt);
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
  nextClaim(self, candidacy, false);
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
function findCounting({ membership, ground: { config } }: Election, { granted, counting }: Candidacy): void {
  const { electorate, voters } = membership;
  empty(counting.named);
  empty(counting.all);
  const own = electorate.votes ? granted.get(config.address) : undefined;
  if (own !== undefined) {
    counting.named.push(own);
    counting.all.push(own);
  }
  const { items } = voters;
  for (let place = 0; place < items.length; place++) {
    const { address, leaving } = items[place]!;
    const sentAt = granted.get(address);
    if (sentAt === undefined) continue;
    counting.all.push(sentAt);
    if (!leaving) counting.named.push(sentAt);
  }
}

/** The send time that the lease counts from: that of a quorum of the voters that are named, and of all. */
function grantedFrom(self: Election, { counting }: Candidacy): SendTime | undefined {
  const needed = quorum(self);
  const named = leaseFrom(counting.named, needed.named);
  const all = leaseFrom(counting.all, needed.all);
  if (named === undefined || all === undefined) return undefined;
  return named.now < all.now ? named : all;
}

function endCandidacy(self: Election, candidacy: Candidacy, end: Pick<Release, "successor" | "unanswered">): void {
  const { term } = candidacy;
  const { successor } = end;
  self.candidacy = undefined;
  if (!candidacy.elected && candidacy.distant.size > 0) forgetTerm(self, candidacy);
  release(self, self.ground.config.boot, term);
  const told = audience(self.membership);
  const heir = successor === undefined ? undefined : self.membership.byBoot.get(successor);
  if (heir !== undefined) told.add(heir);
  for (const peer of told) sendRelease(self, peer, { term, ...end });
}
