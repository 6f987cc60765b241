/**
 * Everything one member remembers. The other files of the core are functions over this record.
 *
 * @module
 */

import type { Effect, LeaderInfo, MemberInfo } from "./effect.ts";
import type { CitizenConfig, Instant } from "./input.ts";
import type { SendTime } from "./lease.ts";
import { quorumOf } from "./lease.ts";
import { type Boot, type Claim, UNKNOWN_BOOT } from "./message.ts";
import { createNonces, drawNonce, type Nonces } from "./nonce.ts";
import type { Random } from "./random.ts";

/** A ping that was not answered yet. */
export interface OutstandingPing {
  readonly nonce: number;
  readonly sentAt: number;
}

/** What is known of the member at one address. */
export interface Member {
  readonly address: string;
  /** Named by the options or by discovery: its vote counts, it may lead, and it is never forgotten. */
  voter: boolean;
  /** Discovery no longer names it; it stays a voter until it is silent. */
  leaving: boolean;
  alive: boolean;
  /** Of the process that is alive, or was last. */
  boot: Boot;
  /** The boot that said it would leave; nothing of it counts any more. */
  departed: Boot;
  /** Of the newest status of this boot. */
  beat: number;
  id: string;
  weight: number;
  eligible: boolean;
  /** It told this boot that it is idle, which counts while this member is quarantined. */
  toldIdle: boolean;
  /** The newest of its leaderships that is known to be over. */
  endedTerm: number;
  /** Last sign of life, own or vouched for. */
  lastSign: number;
  /** Where the datagram came from that proved it was there: what comes from elsewhere is not its word. */
  route: string;
  /** Last sign of life that came from itself. */
  lastHeard: number;
  aliveSince: number;
  lastPing: number;
  /** When it last pinged this member. */
  lastPinged: number;
  pings: OutstandingPing[];
  /** What its first ack must echo, so that an address is believed only once it has answered. */
  challenge: OutstandingPing;
}

/** A voter's promise to grant nobody else before it expires. */
export interface Grant {
  readonly term: number;
  readonly boot: Boot;
  /** The newest claim that it answers. */
  readonly sequence: number;
  /** On the voter's monotonic clock. */
  readonly expiresAt: number;
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
  /** The released term that this candidate was named successor of; 0 when there is none. */
  readonly succeeds: number;
  readonly startedAt: number;
  /** When all voters were last asked. */
  askedAt: number;
  /** Send times of the claims of the last timeout, by sequence. */
  readonly sent: Map<number, SendTime>;
  /** The send time of the newest granted claim of each voter, by address. */
  readonly granted: Map<string, SendTime>;
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
  /** Unless it is heard of again. */
  readonly until: number;
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

/** The whole state of one member. */
export interface Citizen {
  readonly config: CitizenConfig;
  now: number;
  wall: number;
  effects: Effect[];
  readonly random: Random;
  readonly nonces: Nonces;
  /** Of the last status sent. */
  beat: number;
  /** Voters as options or discovery count them. */
  clusterSize: number;
  readonly members: Map<string, Member>;
  /** Alive members by boot. */
  readonly byBoot: Map<Boot, Member>;
  /** Who asked to be told of a sign of life of a target address: boots, by target. */
  readonly probes: Map<string, { readonly askers: Set<Boot>; readonly until: number }>;
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
  /** Since when nothing but its rank keeps this member from standing. */
  vacantSince: number | undefined;
  standNotBefore: number;
  /** Candidacies that failed since a leader was last known. */
  failures: number;
  /** Named by the leader that released a term: comes first in rank until then. */
  successor: { readonly boot: Boot; readonly term: number; readonly until: number } | undefined;
  /** Members that were handed the lead because they are heavier, and when they may be again. */
  readonly handedTo: Map<Boot, number>;
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
    random: { word: config.seed >>> 0 },
    nonces: createNonces(config.nonceSeed),
    beat: 0,
    // Until options or discovery have spoken no number of grants is enough.
    clusterSize: Infinity,
    members: new Map(),
    byBoot: new Map(),
    probes: new Map(),
    nextHeartbeat: at.now,
    lastRound: -Infinity,
    dueAt: at.now,
    ballot: {
      grant: undefined,
      promisedTerm: 0,
      floorTerm: 0,
      quarantineUntil: at.now + config.timeout,
      deferred: undefined,
    },
    seenTerm: 0,
    candidacy: undefined,
    lastClaimAt: -Infinity,
    releases: [],
    leader: undefined,
    announced: undefined,
    vacantSince: undefined,
    standNotBefore: -Infinity,
    failures: 0,
    successor: undefined,
    handedTo: new Map(),
    stalled: false,
    retiredUntil: -Infinity,
    closing: undefined,
  };
}

/** A member of which nothing but the address is known. */
export function unknownMember(address: string, voter: boolean): Member {
  return {
    address,
    voter,
    leaving: false,
    alive: false,
    boot: UNKNOWN_BOOT,
    route: "",
    departed: UNKNOWN_BOOT,
    beat: 0,
    id: "",
    weight: 0,
    eligible: false,
    toldIdle: false,
    endedTerm: 0,
    lastSign: -Infinity,
    lastHeard: -Infinity,
    aliveSince: -Infinity,
    lastPing: -Infinity,
    lastPinged: -Infinity,
    pings: [],
    challenge: { nonce: 0, sentAt: -Infinity },
  };
}

/** A nonce that only this member can echo. */
export function nextNonce(citizen: Citizen, member: Member): number {
  return drawNonce(member.voter ? citizen.nonces.voters : citizen.nonces.strangers);
}

/** Whether this member would lead right now. */
export function isEligible(citizen: Citizen): boolean {
  return citizen.config.eligible && !citizen.stalled && citizen.closing === undefined &&
    citizen.now >= citizen.retiredUntil;
}

/** The other members whose votes count. */
export function voters(citizen: Citizen): Member[] {
  return [...citizen.members.values()].filter((member) => member.voter);
}

/** How many voters there are: at least what options or discovery say, and more while more are known. */
export function clusterSize(citizen: Citizen): number {
  return Math.max(citizen.clusterSize, voters(citizen).length + 1);
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
  return member.voter || (citizen.config.sealed && citizen.config.quorum === "none");
}

/** How a member is shown to the application. */
export function memberInfo(member: Member): MemberInfo {
  return {
    id: member.id,
    boot: member.boot,
    source: member.address,
    weight: member.weight,
    eligible: member.eligible,
    voter: member.voter,
  };
}
