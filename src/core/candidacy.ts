/**
 * Standing for the lead, holding it and leaving it.
 *
 * @module
 */

import type { ResignReason } from "./effect.ts";
import { empty } from "./few.ts";
import { setLeader } from "./leader.ts";
import type { Member } from "./member.ts";
import { leaseFrom, leaseLength } from "./lease.ts";
import type { Boot, Claim, TermId, Vote } from "./message.ts";
import { nextRandom } from "./random.ts";
import { audience, type Candidacy, type Citizen, nextNonce, quorum } from "./state.ts";
import { ownStatus, send, sendPing } from "./status.ts";
import { isVoteFree, release, voteForSelf } from "./voter.ts";

/** Intervals that a candidate asks for a quorum before it makes way. */
const PATIENCE = 3;
/** Timeouts that a candidate waits at most after candidacies that failed. */
const LONGEST_WAIT = 2;

/** ms by which a wall clock, which tells whole ms, may come to the end of a lease before the monotonic one. */
const WALL_GRAIN = 2;

/** Stands with a term above every other, and asks all voters. `succeeds` is the term released to this member, if any. */
export function stand(citizen: Citizen, succeeds: TermId | undefined): void {
  const term = Math.max(citizen.seenTerm + 1, Math.floor(citizen.wall));
  citizen.seenTerm = term;
  citizen.ballot.promisedTerm = term;
  citizen.ballot.deferred = undefined;
  citizen.readySince = undefined;
  citizen.standsAt = undefined;
  citizen.candidacy = {
    term,
    sequence: 0,
    succeeds,
    startedAt: citizen.now,
    askedAt: citizen.now,
    sent: new Map(),
    granted: new Map(),
    counting: [],
    elected: false,
    deadline: -Infinity,
    wallDeadline: -Infinity,
  };
  const claim = nextClaim(citizen, citizen.candidacy);
  const status = ownStatus(citizen);
  citizen.lastRound = citizen.now;
  for (const member of citizen.voters.items) {
    if (member.alive && claim !== undefined) sendPing(citizen, member, claim, status);
  }
  countGrants(citizen);
}

/**
 * Renews this member's own grant and makes the claim that this round of pings carries to the voters. In plain
 * democracy the own grant is enough, and nobody is asked.
 */
export function nextClaim(citizen: Citizen, candidacy: Candidacy): Claim | undefined {
  const { config } = citizen;
  const sentAt = { now: citizen.now, wall: citizen.wall };
  candidacy.sequence += 1;
  candidacy.sent.set(candidacy.sequence, sentAt);
  for (const [sequence, sent] of candidacy.sent) {
    if (citizen.now - sent.now <= config.timeout) break;
    candidacy.sent.delete(sequence);
  }
  const { term, sequence, succeeds } = candidacy;
  const claim = { term, sequence, succeeds, lease: config.timeout };
  if (voteForSelf(citizen, claim)) candidacy.granted.set(config.address, sentAt);
  if (config.quorum === "none") return undefined;
  citizen.lastClaimAt = citizen.now;
  return claim;
}

/** Takes a voter's answer to a claim. */
export function countVote(citizen: Citizen, member: Member, answer: Vote): void {
  const { candidacy } = citizen;
  if (candidacy === undefined || answer.term !== candidacy.term) {
    // The voter would keep a grant of no use to anybody for a whole timeout.
    if (answer.refusal === undefined) sendRelease(citizen, member, answer.term, undefined);
    return;
  }
  if (answer.refusal === "stale-term" && !candidacy.elected) return abandon(citizen);
  if (answer.refusal !== undefined) return;
  const sentAt = candidacy.sent.get(answer.sequence);
  if (sentAt === undefined) return;
  const before = candidacy.granted.get(member.address);
  if (before === undefined || before.now < sentAt.now) candidacy.granted.set(member.address, sentAt);
  countGrants(citizen);
}

/** Takes office, extends the lease or, where voters were added, cuts it, as the grants allow. */
export function countGrants(citizen: Citizen): void {
  const { candidacy, config } = citizen;
  if (candidacy === undefined) return;
  findCounting(citizen, candidacy);
  const from = leaseFrom(candidacy.counting, quorum(citizen));
  const length = leaseLength(config.timeout, config.drift);
  const deadline = from === undefined ? -Infinity : from.now + length;
  const wallDeadline = from === undefined ? -Infinity : from.wall + length;
  if (deadline <= citizen.now || wallDeadline <= citizen.wall) {
    if (candidacy.elected) leaveOffice(citizen, "lease-expired", undefined);
    return;
  }
  if (deadline === candidacy.deadline && wallDeadline === candidacy.wallDeadline) return;
  candidacy.deadline = deadline;
  candidacy.wallDeadline = wallDeadline;
  citizen.effects.push({ kind: "view", leading: true, term: candidacy.term, deadline, wallDeadline });
  if (!candidacy.elected) takeOffice(citizen, candidacy);
}

/**
 * Demotes first and asks later: called before anything else is looked at. A lapsed term is dead; so is a candidacy
 * without even its own vote, which somebody else may be granted next.
 */
export function endLapsedLease(citizen: Citizen): void {
  const { candidacy } = citizen;
  if (candidacy === undefined) return;
  if (!candidacy.elected) {
    // Older than a lease, its term could win after a newer one that a restarted voter has forgotten.
    const { timeout, drift } = citizen.config;
    const isOutdated = citizen.now >= candidacy.startedAt + leaseLength(timeout, drift);
    if (isOutdated || (citizen.votes && isVoteFree(citizen))) abandon(citizen);
  } else if (citizen.now >= candidacy.deadline) {
    leaveOffice(citizen, "lease-expired", undefined);
  } else if (citizen.wall >= candidacy.wallDeadline) {
    const isOrdinary = citizen.now >= candidacy.deadline - WALL_GRAIN;
    if (isOrdinary) return leaveOffice(citizen, "lease-expired", undefined);
    // The wall clock ran on while the monotonic clock did not: the machine slept, or somebody set its clock.
    leaveOffice(citizen, "suspended", undefined);
  }
}

/** Gives the lead back: the view is cleared first, then voters hear of it, and the successor is asked to claim. */
export function leaveOffice(citizen: Citizen, reason: ResignReason, successor: Member | undefined): void {
  const { candidacy, config } = citizen;
  if (candidacy?.elected !== true) return;
  citizen.effects.push(
    { kind: "view", leading: false, term: candidacy.term, deadline: -Infinity, wallDeadline: -Infinity },
    { kind: "resigned", id: config.id, token: candidacy.term, reason },
  );
  setLeader(citizen, undefined);
  endCandidacy(citizen, candidacy, successor?.boot);
  if (successor === undefined) citizen.standNotBefore = citizen.now + config.interval;
  else {
    const released = { term: candidacy.term, boot: config.boot };
    citizen.successor = { boot: successor.boot, released, until: citizen.now + config.interval };
  }
}

/** Gives up a candidacy that did not reach a quorum, and waits about twice as long each time, so that others have their chance. */
export function abandon(citizen: Citizen): void {
  const { candidacy, config, failures } = citizen;
  if (candidacy === undefined || candidacy.elected) return;
  endCandidacy(citizen, candidacy, undefined);
  const wait = Math.min(config.interval * 2 ** failures, LONGEST_WAIT * config.timeout);
  citizen.failures += 1;
  citizen.standNotBefore = citizen.now + wait * (0.5 + nextRandom(citizen.random) / 2);
}

/** Makes way for another candidate, which is no failure: if that one is not elected, this one may stand again at once. */
export function yieldVote(citizen: Citizen): void {
  const { candidacy } = citizen;
  if (candidacy !== undefined && !candidacy.elected) endCandidacy(citizen, candidacy, undefined);
}

/** Whether the last claims to all voters have not brought a quorum yet. */
export function isUnanswered(citizen: Citizen, candidacy: Candidacy): boolean {
  const { timeout, drift } = citizen.config;
  return candidacy.deadline < candidacy.askedAt + leaseLength(timeout, drift);
}

/** Whether a voter owes the answer to the last claim. */
export function owesVote(candidacy: Candidacy, member: Member): boolean {
  const granted = candidacy.granted.get(member.address);
  return member.voter && (granted === undefined || granted.now < candidacy.askedAt);
}

/** Whether a candidate has asked long enough. */
export function isExhausted(citizen: Citizen, candidacy: Candidacy): boolean {
  return !candidacy.elected && citizen.now >= candidacy.startedAt + PATIENCE * citizen.config.interval;
}

/**
 * Two leaders of a plain democracy hear each other: the heavier goes on under a term above both, so that its token
 * fences the other's.
 */
export function riseAbove(citizen: Citizen, term: number): void {
  const { candidacy } = citizen;
  if (candidacy?.elected !== true || term < candidacy.term) return;
  candidacy.term = term + 1;
  citizen.seenTerm = Math.max(citizen.seenTerm, candidacy.term);
  const { deadline, wallDeadline } = candidacy;
  citizen.effects.push({ kind: "view", leading: true, term: candidacy.term, deadline, wallDeadline });
  nextClaim(citizen, candidacy);
  followSelf(citizen, candidacy);
  announce(citizen);
}

/** Sends the releases that were not acknowledged once more. */
export function repeatReleases(citizen: Citizen): void {
  if (citizen.releases.length === 0) return;
  citizen.releases = citizen.releases.filter((pending) => citizen.now < pending.until);
  for (const { address, boot, nonce, term, successor } of citizen.releases) {
    const message = { kind: "release", nonce, term, successor } as const;
    citizen.effects.push({ kind: "send", address, to: boot, message });
  }
}

function takeOffice(citizen: Citizen, candidacy: Candidacy): void {
  candidacy.elected = true;
  citizen.effects.push({ kind: "elected", id: citizen.config.id, token: candidacy.term });
  followSelf(citizen, candidacy);
  announce(citizen);
}

function followSelf(citizen: Citizen, candidacy: Candidacy): void {
  const { id, address, boot } = citizen.config;
  const { term } = candidacy;
  setLeader(citizen, { id, address, boot, term, beat: citizen.beat, leaseEnd: Infinity, until: Infinity });
}

function announce(citizen: Citizen): void {
  const status = ownStatus(citizen);
  for (const member of audience(citizen)) sendPing(citizen, member, undefined, status);
}

/** Who granted may not vote any more. */
function findCounting({ votes, config, voters }: Citizen, { granted, counting }: Candidacy): void {
  empty(counting);
  const own = votes ? granted.get(config.address) : undefined;
  if (own !== undefined) counting.push(own);
  const { items } = voters;
  for (let place = 0; place < items.length; place++) {
    const { address } = items[place]!;
    const sentAt = granted.get(address);
    if (sentAt !== undefined) counting.push(sentAt);
  }
}

function endCandidacy(citizen: Citizen, candidacy: Candidacy, successor: Boot | undefined): void {
  citizen.candidacy = undefined;
  release(citizen, citizen.config.boot, candidacy.term);
  const told = audience(citizen);
  const heir = successor === undefined ? undefined : citizen.byBoot.get(successor);
  if (heir !== undefined) told.add(heir);
  for (const member of told) sendRelease(citizen, member, candidacy.term, successor);
}

function sendRelease(citizen: Citizen, member: Member, term: number, successor: Boot | undefined): void {
  const told = citizen.releases.some((pending) => pending.boot === member.boot && pending.term >= term);
  if (!member.alive || told) return;
  const nonce = nextNonce(citizen, member);
  const until = citizen.now + citizen.config.timeout;
  citizen.releases = citizen.releases.filter((pending) => pending.address !== member.address);
  citizen.releases.push({ address: member.address, boot: member.boot, nonce, term, successor, until });
  send(citizen, member, { kind: "release", nonce, term, successor });
}
