/**
 * Everything that one member remembers of who leads, who would, and what it has promised.
 *
 * @module
 */

import type { LeaderInfo } from "../effect.ts";
import type { Ground } from "../ground.ts";
import type { MemberConfig } from "../input.ts";
import type { Peer } from "../membership/peer.ts";
import { electorateSize, type Membership } from "../membership/state.ts";
import {
  type Boot,
  type Claim,
  DEFAULT_ELECTION,
  type ElectionName,
  type Release,
  type TermId,
} from "../message/message.ts";
import type { SmallSet } from "../small_set.ts";
import { quorumOf, type SendTime } from "./lease.ts";
import { createNamed, type Named } from "./named/state.ts";
import { Offices } from "./offices.ts";
import type { PromiseId } from "./promise_id.ts";

/** A voter's promise to one process: the votes given to it in this epoch are in force until it expires. */
export interface Support {
  /** Counts the promises of this member, to whomever. */
  epoch: number;
  /** The newest request that was carried out, and the bits of its parts. It outlives the promise: what is older must never come back. */
  sequence: number;
  parts: number;
  /** The request whose receipt began the promise that holds now. */
  promisedBy: number;
  /** On the voter's monotonic clock. */
  expiresAt: number;
  /** Whether a request waits for its answer to ride on a heartbeat. */
  owesAnswer: boolean;
  /** How many elections that process was given the last vote in. */
  elections: number;
}

/** A vote that was given. It is in force as long as the support of that epoch. */
export interface GivenVote {
  readonly term: number;
  readonly boot: Boot;
  readonly epoch: number;
  /** Whether the candidate has said since that it leads in that term. */
  inOffice: boolean;
  /** Whether it was noted that it did not. */
  isWasted: boolean;
}

/** The newest claim that could not be granted yet; answered when the vote becomes free while it is fresh. */
export interface DeferredClaim {
  readonly address: string;
  readonly boot: Boot;
  readonly claim: Claim;
  readonly nonce: number;
  readonly receivedAt: number;
}

/** What this member has promised as a voter in one election. */
export interface Ballot {
  vote: GivenVote | undefined;
  /** The highest term granted; any new vote is above it, but for that of a candidate in office. */
  promisedTerm: number;
  /** The newest term that was given back: claims of it may still be on their way. */
  ended: TermId | undefined;
  deferred: DeferredClaim | undefined;
}

/** What this member has promised as a voter. */
export interface Voting {
  /** By the process that is supported. */
  readonly supports: Map<Boot, Support>;
  /** The newest epoch, of all promises: none is ever used again. */
  epoch: number;
  readonly ballots: Map<ElectionName, Ballot>;
  /** The highest term that was promised in any election that was forgotten; none up to it is granted. */
  forgottenTerm: number;
  /** Terms below were seen before the quarantine ended. */
  floorTerm: number;
  /** Grants nothing before: it may have forgotten a vote. */
  quarantineUntil: number;
}

/** What a voter has promised to this process, as far as it has said. */
export interface Backing extends PromiseId {
  /** The newest request that it has acknowledged, and when that was sent. */
  sequence: number;
  sentAt: SendTime;
}

/** What this process asks of the voters, for all elections in which it stands or leads. */
export interface Asking {
  /** Of the newest request, or release. */
  sequence: number;
  /** When this process asked last, and when it last asked all voters. */
  lastAt: number;
  askedAt: number;
  /** When the newest request was sent. */
  newest: SendTime | undefined;
  /** Send times of the requests of the last timeout, by sequence. */
  readonly sent: Map<number, SendTime>;
  /** By the voter's address, the own one among them. */
  readonly backings: Map<string, Backing>;
}

/** A term this member stands for, or leads. */
export interface Candidacy {
  readonly election: ElectionName;
  term: number;
  /** The released term that this candidate was named successor of, if any. */
  readonly succeeds: TermId | undefined;
  readonly startedAt: number;
  /** The promises that the votes for it lean on, by the voter's address. */
  readonly granted: Map<string, PromiseId>;
  /** The voters to which this term was ever claimed. */
  readonly claimed: SmallSet<Peer>;
  /** The voters that have answered, granted or not. */
  readonly answered: SmallSet<Peer>;
  /** Processes that left while their vote for it was in force: they give it to nobody else. */
  readonly kept: Set<Boot>;
  /** Voters to which the term is far ahead of the wall clock. */
  readonly distant: SmallSet<Peer>;
  /** The highest terms seen and promised before: what counts again if that is the reason why it fails. */
  readonly before: { readonly seenTerm: number; readonly promisedTerm: number };
  /** The send times that count now: of the voters that are named, and of all. */
  readonly counting: { readonly named: SendTime[]; readonly all: SendTime[] };
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
  readonly peer: Peer;
  readonly boot: Boot;
  /** A voter is told until it has heard it, for its vote would stay as long as its support; others only for so long. */
  readonly until: number;
  readonly message: Release;
}

/** What one process has said of itself as a voter, a candidate and a leader. */
export interface PeerRecord {
  boot: Boot;
  /** When it told this boot last that it is idle, which counts while this member is quarantined. */
  toldIdleAt: number;
  /** Whether it said last that it votes. */
  voting: boolean;
  /** The newest of its leaderships that is known to be over. */
  endedTerm: number;
  /** The newest word on its leading, whoever passed it on: term and beat. */
  leading: { term: number; beat: number } | undefined;
  /** Votes of this member's in a row that did not bring it into office, and when the last of them ended. */
  wasted: number;
  wastedAt: number;
  /** Since when it asks for this member's vote again and again, and when it did last. */
  asksSince: number;
  askedAt: number;
}

/** The other wing of a member's state. Times are monotonic ms. */
export interface Election {
  readonly ground: Ground;
  /** Who is there: to be read, and to be asked to send. */
  readonly membership: Membership;
  readonly records: WeakMap<Peer, PeerRecord>;
  readonly voting: Voting;
  /** Of the default election. */
  readonly ballot: Ballot;
  readonly asking: Asking;
  /** What the wall clock was ahead of the monotonic one at the last step. */
  skew: number;
  /** The highest term seen anywhere. */
  seenTerm: number;
  candidacy: Candidacy | undefined;
  /** The lowest and highest term that this member has stood for in vain because its clock was far ahead; never minted again. */
  distantTerms: { readonly from: number; readonly to: number } | undefined;
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
  /** Candidacies in a row that no quorum answered, since a leader was last known or a quorum was out of reach for long. */
  failures: number;
  /** Since when no quorum is in reach; undefined while one is. */
  outOfReachSince: number | undefined;
  /** Named by the leader that released a term: comes first in rank until then. */
  successor: { readonly boot: Boot; readonly released: TermId; readonly until: number } | undefined;
  readonly offices: Offices;
  readonly startedAt: number;
  stalled: boolean;
  /** Whether this member has begun to close. */
  closing: boolean;
  /** Whether a quorum has counted this member in. */
  joined: boolean;
  /** Whether this member does its part, as was told last. */
  ready: boolean;
  /** Does not stand before: it resigned on request. */
  retiredUntil: number;
  readonly named: Named;
}

/** What a member that has just started knows: nothing, and it may have forgotten a grant. */
export function createElection(membership: Membership): Election {
  const { ground } = membership;
  const { config, now, wall } = ground;
  const ballot = newBallot();
  return {
    ground,
    membership,
    records: new WeakMap(),
    voting: {
      supports: new Map(),
      epoch: 0,
      ballots: new Map([[DEFAULT_ELECTION, ballot]]),
      forgottenTerm: 0,
      floorTerm: 0,
      quarantineUntil: now + quarantineOf(config),
    },
    ballot,
    asking: {
      sequence: 0,
      lastAt: -Infinity,
      askedAt: -Infinity,
      newest: undefined,
      sent: new Map(),
      backings: new Map(),
    },
    skew: wall - now,
    seenTerm: 0,
    candidacy: undefined,
    distantTerms: undefined,
    releases: [],
    leader: undefined,
    announced: undefined,
    vacantSince: undefined,
    readySince: undefined,
    standsAt: undefined,
    lot: 0,
    standNotBefore: -Infinity,
    failures: 0,
    outOfReachSince: now,
    successor: undefined,
    offices: new Offices(config.timeout),
    startedAt: now,
    stalled: false,
    closing: false,
    joined: false,
    ready: false,
    retiredUntil: -Infinity,
    named: createNamed(),
  };
}

/** What a voter knows of an election in which it has promised nothing. */
export function newBallot(): Ballot {
  return { vote: undefined, promisedTerm: 0, ended: undefined, deferred: undefined };
}

/** ms for which a member that has forgotten its promises withholds its vote. */
export function quarantineOf({ quarantine, timeout }: MemberConfig): number {
  return quarantine === "until-idle" ? timeout : quarantine;
}

/** Whether this member withholds its vote, if it has one, because it may have forgotten what it promised. */
export function isQuarantined({ ground, voting }: Election): boolean {
  return ground.now < voting.quarantineUntil;
}

/** Whether this member would lead right now. */
export function isEligible({ ground: { config, now }, stalled, closing, retiredUntil }: Election): boolean {
  return config.eligible && !stalled && !closing && now >= retiredUntil;
}

/** How many grants a leader needs: of the voters that options or discovery name, and of all that count. */
export interface Quorum {
  readonly named: number;
  /** Voters that are not named any more count until they are silent: together with the others they may have elected somebody. */
  readonly all: number;
}

/** How many grants a leader needs now. */
export function quorum({ ground: { config }, membership }: Election): Quorum {
  const { named, all } = electorateSize(membership);
  return { named: quorumOf(config.quorum, named), all: quorumOf(config.quorum, all) };
}

/** Whether so many votes, of the voters that are named and of all, are a quorum. */
export function isQuorum(self: Election, named: number, all: number): boolean {
  const needed = quorum(self);
  return named >= needed.named && all >= needed.all;
}

/** What the process that is, or was last, at a peer's address has said. What the one before it said does not count. */
export function recordOf({ records }: Election, peer: Peer): PeerRecord {
  const known = records.get(peer);
  if (known?.boot === peer.boot) return known;
  const record: PeerRecord = {
    boot: peer.boot,
    toldIdleAt: -Infinity,
    voting: false,
    endedTerm: 0,
    leading: undefined,
    wasted: 0,
    wastedAt: -Infinity,
    asksSince: -Infinity,
    askedAt: -Infinity,
  };
  records.set(peer, record);
  return record;
}
