/**
 * Everything one member remembers. The other files of the core are functions over this record.
 *
 * @module
 */

import type { Effect, LeaderInfo } from "./effect.ts";
import type { CitizenConfig, Instant } from "./input.ts";
import { type Budget, budgetOf, isMesh } from "./detection.ts";
import { Few } from "./few.ts";
import type { SendTime } from "./lease.ts";
import { quorumOf } from "./lease.ts";
import type { Member } from "./member.ts";
import type { Boot, Claim, TermId } from "./message.ts";
import { createNonces, drawNonce, type Nonces } from "./nonce.ts";
import { Offices } from "./offices.ts";
import { Outbox } from "./outbox.ts";
import { PendingProbes } from "./pending_probes.ts";
import type { Random } from "./random.ts";
import { Ring } from "./ring.ts";
import type { RoundTrips } from "./round_trip.ts";
import { RumorMill } from "./rumor_mill.ts";
import { LIMITS } from "../limits.ts";

/** A voter's promise to grant nobody else before it expires. */
export interface Grant {
  readonly term: number;
  readonly boot: Boot;
  /** The newest claim that it answers. */
  sequence: number;
  /** On the voter's monotonic clock. */
  expiresAt: number;
}

/** The newest claim that could not be granted yet; answered when the vote becomes free while it is fresh. */
export interface DeferredClaim {
  readonly address: string;
  readonly boot: Boot;
  readonly claim: Claim;
  readonly nonce: number;
  readonly receivedAt: number;
}

/** What this member has promised as a voter. */
export interface Ballot {
  grant: Grant | undefined;
  /** The highest term granted; any new grant is above it. */
  promisedTerm: number;
  /** Terms below were seen before the quarantine ended. */
  floorTerm: number;
  /** Grants nothing before: it may have forgotten a grant. */
  quarantineUntil: number;
  deferred: DeferredClaim | undefined;
}

/** A term this member stands for, or leads. */
export interface Candidacy {
  term: number;
  sequence: number;
  /** The released term that this candidate was named successor of, if any. */
  readonly succeeds: TermId | undefined;
  readonly startedAt: number;
  /** When all voters were last asked. */
  askedAt: number;
  /** Send times of the claims of the last timeout, by sequence. */
  readonly sent: Map<number, SendTime>;
  /** The send time of the newest granted claim of each voter, by address. */
  readonly granted: Map<string, SendTime>;
  /** Those of them that count now. */
  readonly counting: SendTime[];
  elected: boolean;
  deadline: number;
  wallDeadline: number;
}

/** The leader as this member knows it. */
export interface KnownLeader {
  readonly id: string;
  readonly address: string;
  readonly boot: Boot;
  readonly term: number;
  /** Of its newest status. */
  beat: number;
  /** When its lease ends, as far as its newest status tells. */
  leaseEnd: number;
  /** When it is forgotten, unless it is heard of again. */
  until: number;
}

/** A release that was not acknowledged yet. */
export interface PendingRelease {
  readonly address: string;
  readonly boot: Boot;
  readonly nonce: number;
  readonly term: number;
  readonly successor: Boot | undefined;
  readonly until: number;
}

/** The farewell of a member that closes. */
export interface Closing {
  /** Nonces of leaves that were not acknowledged, by address. */
  readonly pending: Map<string, { readonly boot: Boot; readonly nonce: number }>;
  readonly until: number;
  nextTry: number;
  done: boolean;
}

/** Others that were asked to look after a member, and wait for its sign of life. */
export interface Errand {
  readonly askers: Set<Boot>;
  /** Whether the member was pinged for them. */
  pinged: boolean;
  /** When they are told that it was silent here, too; once. */
  nackAt: number;
  readonly until: number;
}

/** Reading, page by page, what another member knows. */
export interface Sync {
  /** Whose answer is waited for; nobody's when undefined. */
  peer: Boot | undefined;
  /** The address behind which the next page begins. */
  after: string;
  /** Whether this pass reads one page right after the other: this member is new, or a partition has ended. */
  eager: boolean;
  /** When the next page is asked for. */
  nextAt: number;
  /** Before, no other eager pass begins. */
  restsUntil: number;
}

/** The whole state of one member. */
export interface Citizen {
  readonly config: CitizenConfig;
  now: number;
  wall: number;
  /** What the step that is taken now wants done. */
  readonly effects: Effect[];
  readonly outbox: Outbox;
  readonly random: Random;
  readonly nonces: Nonces;
  /** Of the last status sent. */
  beat: number;
  /** What others must believe of this boot, against any older word. */
  incarnation: number;
  /** Whether others were told that this member would lead. */
  toldEligible: boolean;
  /** Whether this member votes; in plain democracy everybody does, for itself. */
  votes: boolean;
  /** Whether whoever may stand also votes: only then do voters that are idle tell that nobody is being elected. */
  allVote: boolean;
  /** What the wall clock was ahead of the monotonic one at the last step, in ms. */
  skew: number;
  /** Voters as options or discovery count them. */
  clusterSize: number;
  /** The addresses that options or discovery name, without the own one. */
  named: ReadonlySet<string>;
  readonly members: Map<string, Member>;
  /** Alive members by boot. */
  readonly byBoot: Map<Boot, Member>;
  /** Alive members by id. */
  readonly byId: Map<string, Member>;
  /** The other members whose votes count. */
  readonly voters: Few<Member>;
  /**
   * In whose turn members are pinged: those that are alive, apart by whether what they say of others counts, so that strangers do
   * not dilute the others' turns, and the configured ones that are not.
   */
  readonly rings: {
    readonly credible: Ring<Member>;
    readonly strangers: Ring<Member>;
    readonly absent: Ring<Member>;
  };
  readonly roundTrips: RoundTrips;
  /** Who is pinged in the round that is made now. */
  readonly turns: Few<Member>;
  /** What is left of what this member may send in this interval. */
  budget: Budget;
  /** From 0 up to `WORST_HEALTH`: how much of what looks like others' silence may be this member's own. */
  health: number;
  /** Members whose sign of life is waited for. */
  readonly probing: PendingProbes;
  readonly suspects: Set<Member>;
  /** No suspect is removed before. */
  removalsFrom: number;
  /** Members to ping with the next heartbeat, because of what others say of them. */
  readonly lookups: Set<Member>;
  readonly mill: RumorMill;
  readonly sync: Sync;
  /** Addresses of members in alphabetical order; undefined when it must be made anew. */
  directory: readonly string[] | undefined;
  /** By target address. */
  readonly errands: Map<string, Errand>;
  /** Until then this member is new, and looks for the voters whether it votes or not. */
  readonly newUntil: number;
  nextHeartbeat: number;
  /** When pings were last sent to all, or again to those that owe an answer. */
  lastRound: number;
  /** When a tick is due at the latest. */
  dueAt: number;
  readonly ballot: Ballot;
  /** The highest term seen anywhere. */
  seenTerm: number;
  candidacy: Candidacy | undefined;
  lastClaimAt: number;
  releases: PendingRelease[];
  leader: KnownLeader | undefined;
  /** The last leader event, so that each tells something new. */
  announced: LeaderInfo | undefined;
  /** Since when this member, which may stand, has known no leader; candidacies that fail meanwhile do not end that. */
  vacantSince: number | undefined;
  /** Since when it also has its own vote, and reaches a quorum. */
  readySince: number | undefined;
  /** When it stands if it is ready by then; undefined while there is a leader, or it may not stand. */
  standsAt: number | undefined;
  /** Drawn for each vacancy, from 0 up to, not including, 1: spreads those that would stand at once. */
  lot: number;
  standNotBefore: number;
  /** Candidacies that failed since a leader was last known. */
  failures: number;
  /** Named by the leader that released a term: comes first in rank until then. */
  successor: { readonly boot: Boot; readonly released: TermId; readonly until: number } | undefined;
  readonly offices: Offices;
  stalled: boolean;
  /** Does not stand before: it resigned on request. */
  retiredUntil: number;
  closing: Closing | undefined;
}

/** A member that has just started: it knows nobody, and it may have forgotten a grant. */
export function createCitizen(config: CitizenConfig, at: Instant): Citizen {
  return {
    config,
    now: at.now,
    wall: at.wall,
    effects: [],
    outbox: new Outbox(),
    random: { word: config.seed >>> 0 },
    nonces: createNonces(config.nonceSeed),
    beat: 0,
    incarnation: Math.min(Math.max(0, Math.floor(at.wall)), LIMITS.maxTerm - 1),
    toldEligible: config.eligible,
    votes: true,
    allVote: true,
    skew: at.wall - at.now,
    // Until options or discovery have spoken no number of grants is enough.
    clusterSize: Infinity,
    named: new Set(),
    members: new Map(),
    byBoot: new Map(),
    byId: new Map(),
    voters: new Few(),
    rings: { credible: new Ring(), strangers: new Ring(), absent: new Ring() },
    turns: new Few(),
    budget: budgetOf({ peers: 0, absent: 0, lookups: 0, health: 0 }),
    roundTrips: { mean: NaN, deviation: 0 },
    health: 0,
    probing: new PendingProbes(),
    suspects: new Set(),
    removalsFrom: Infinity,
    lookups: new Set(),
    mill: new RumorMill(),
    sync: { peer: undefined, after: "", eager: true, nextAt: at.now, restsUntil: -Infinity },
    directory: undefined,
    errands: new Map(),
    newUntil: at.now + config.timeout,
    nextHeartbeat: at.now,
    lastRound: -Infinity,
    dueAt: at.now,
    ballot: {
      grant: undefined,
      promisedTerm: 0,
      floorTerm: 0,
      quarantineUntil: at.now + quarantineOf(config),
      deferred: undefined,
    },
    seenTerm: 0,
    candidacy: undefined,
    lastClaimAt: -Infinity,
    releases: [],
    leader: undefined,
    announced: undefined,
    vacantSince: undefined,
    readySince: undefined,
    standsAt: undefined,
    lot: 0,
    standNotBefore: -Infinity,
    failures: 0,
    successor: undefined,
    offices: new Offices(config.timeout),
    stalled: false,
    retiredUntil: -Infinity,
    closing: undefined,
  };
}

/** ms for which a member that has forgotten its promises withholds its vote. */
export function quarantineOf({ quarantine, timeout }: CitizenConfig): number {
  return quarantine === "until-idle" ? timeout : quarantine;
}

/** Whether this member withholds its vote, if it has one, because it may have forgotten what it promised. */
export function isQuarantined({ now, ballot }: Citizen): boolean {
  return now < ballot.quarantineUntil;
}

/** A nonce that only this member can echo. */
export function nextNonce(citizen: Citizen, member: Member): number {
  return drawNonce(member.configured ? citizen.nonces.configured : citizen.nonces.strangers);
}

/** A tick is due at that monotonic ms at the latest. */
export function wakeBy(citizen: Citizen, at: number): void {
  if (at < citizen.dueAt) citizen.dueAt = at;
}

/** Whether this member would lead right now. */
export function isEligible(citizen: Citizen): boolean {
  return citizen.config.eligible && !citizen.stalled && citizen.closing === undefined &&
    citizen.now >= citizen.retiredUntil;
}

/** How many voters there are: at least what options or discovery say, and more while more are known. */
export function clusterSize(citizen: Citizen): number {
  return Math.max(citizen.clusterSize, citizen.voters.size + (citizen.votes ? 1 : 0));
}

/** How many grants a leader needs now. */
export function quorum(citizen: Citizen): number {
  return quorumOf(citizen.config.quorum, clusterSize(citizen));
}

/**
 * Whether a member may lead. Who was not configured may not: in majority mode nobody would vote for it, and in
 * plain democracy a stranger could take the lead; with a secret it is no stranger.
 */
export function isTrusted(citizen: Citizen, member: Member): boolean {
  return member.configured || (citizen.config.sealed && citizen.config.quorum === "none");
}

/** Whether what a member says of others counts: a stranger could have everybody removed, or keep the dead. */
export function isCredible(citizen: Citizen, member: Member): boolean {
  return member.configured || citizen.config.sealed;
}

/** The ring that a member is in while it is alive. */
export function ringOf(citizen: Citizen, member: Member): Ring<Member> {
  const { credible, strangers } = citizen.rings;
  return isCredible(citizen, member) ? credible : strangers;
}

/** Whether this member hears from all others in each interval, but for strangers. */
export function isMeshed(citizen: Citizen): boolean {
  return isMesh(citizen.rings.credible.size);
}

/** Who is told at once of what happens to the lead: those that are heard in each interval, and the voters. The rest hear of it. */
export function audience(citizen: Citizen): Set<Member> {
  const told = new Set<Member>();
  for (const member of citizen.byBoot.values()) {
    if (member.voter || isMesh(ringOf(citizen, member).size)) told.add(member);
  }
  return told;
}
