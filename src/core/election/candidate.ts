/**
 * Standing for the lead, holding it and leaving it.
 *
 * @module
 */

import type { ResignReason } from "../effect.ts";
import type { Peer } from "../membership/peer.ts";
import { ping } from "../membership/sending.ts";
import { audience } from "../membership/state.ts";
import type { Boot, Claim, TermId, Vote } from "../message/message.ts";
import { nextRandom } from "../random.ts";
import { empty } from "../small_set.ts";
import { setLeader } from "./leader.ts";
import { leaseFrom, leaseLength } from "./lease.ts";
import { sendRelease } from "./releases.ts";
import { type Candidacy, type Election, quorum } from "./state.ts";
import { isVoteFree, release, voteForSelf } from "./voter.ts";

/** Intervals that a candidate asks for a quorum before it makes way. */
const PATIENCE = 3;
/** Timeouts that a candidate waits at most after candidacies that failed. */
const LONGEST_WAIT = 2;

/** ms by which a wall clock, which tells whole ms, may come to the end of a lease before the monotonic one. */
const WALL_GRAIN = 2;

/** Stands with a term above every other, and asks all voters. `succeeds` is the term released to this member, if any. */
export function stand(self: Election, succeeds: TermId | undefined): void {
  const term = Math.max(self.seenTerm + 1, Math.floor(self.ground.wall));
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
    counting: [],
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
    if (answer.refusal === undefined) sendRelease(self, peer, answer.term, undefined);
    return;
  }
  if (answer.refusal === "stale-term" && !candidacy.elected) return abandon(self);
  if (answer.refusal !== undefined) return;
  const sentAt = candidacy.sent.get(answer.sequence);
  if (sentAt === undefined) return;
  const before = candidacy.granted.get(peer.address);
  if (before === undefined || before.now < sentAt.now) candidacy.granted.set(peer.address, sentAt);
  countGrants(self);
}

/** Takes office, extends the lease or, where voters were added, cuts it, as the grants allow. */
export function countGrants(self: Election): void {
  const { candidacy, ground: { config } } = self;
  if (candidacy === undefined) return;
  findCounting(self, candidacy);
  const from = leaseFrom(candidacy.counting, quorum(self));
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
  endCandidacy(self, candidacy, successor?.boot);
  if (successor === undefined) self.standNotBefore = self.ground.now + config.interval;
  else {
    const released = { term: candidacy.term, boot: config.boot };
    self.successor = { boot: successor.boot, released, until: self.ground.now + config.interval };
  }
}

/** Gives up a candidacy that did not reach a quorum, and waits about twice as long each time, so that others have their chance. */
export function abandon(self: Election): void {
  const { candidacy, failures, ground: { config } } = self;
  if (candidacy === undefined || candidacy.elected) return;
  endCandidacy(self, candidacy, undefined);
  const wait = Math.min(config.interval * 2 ** failures, LONGEST_WAIT * config.timeout);
  self.failures += 1;
  self.standNotBefore = self.ground.now + wait * (0.5 + nextRandom(self.ground.random) / 2);
}

/** Makes way for another candidate, which is no failure: if that one is not elected, this one may stand again at once. */
export function yieldVote(self: Election): void {
  const { candidacy } = self;
  if (candidacy !== undefined && !candidacy.elected) endCandidacy(self, candidacy, undefined);
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
export function isExhausted(self: Election, candidacy: Candidacy): boolean {
  return !candidacy.elected && self.ground.now >= candidacy.startedAt + PATIENCE * self.ground.config.interval;
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
  empty(counting);
  const own = electorate.votes ? granted.get(config.address) : undefined;
  if (own !== undefined) counting.push(own);
  const { items } = voters;
  for (let place = 0; place < items.length; place++) {
    const { address } = items[place]!;
    const sentAt = granted.get(address);
    if (sentAt !== undefined) counting.push(sentAt);
  }
}

function endCandidacy(self: Election, candidacy: Candidacy, successor: Boot | undefined): void {
  self.candidacy = undefined;
  release(self, self.ground.config.boot, candidacy.term);
  const told = audience(self.membership);
  const heir = successor === undefined ? undefined : self.membership.byBoot.get(successor);
  if (heir !== undefined) told.add(heir);
  for (const peer of told) sendRelease(self, peer, candidacy.term, successor);
}
