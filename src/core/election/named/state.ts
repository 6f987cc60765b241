/**
 * Everything that one member remembers of the named elections: where it stands, who else does, and who leads what.
 *
 * @module
 */

import type { ContestTerms } from "../../input.ts";
import type { Peer } from "../../membership/peer.ts";
import type { Boot, ElectionName, ReleasedTerm, Roll, RollEntry, TermId } from "../../message/message.ts";
import type { PromiseId } from "../promise_id.ts";

/** Named by the leader that released a term: comes first in rank until then. */
export interface Heir {
  readonly boot: Boot;
  readonly released: TermId;
  readonly until: number;
}

/** An election in which this member stands. Times are monotonic ms. */
export interface Contest extends ContestTerms {
  readonly election: ElectionName;
  bid: Bid | undefined;
  /** Since when nobody leads, as far as this member knows. */
  openSince: number | undefined;
  /** Drawn for each vacancy, from 0 up to, not including, 1. */
  lot: number;
  /** Does not stand before. */
  notBefore: number;
  /** Leaves the lead to others until then: it resigned on request. */
  retiredUntil: number;
  /** Candidacies in a row that no quorum answered. */
  failures: number;
  heir: Heir | undefined;
  /** How many come before this member, and when that was found out. */
  rank: { readonly before: number; readonly at: number; readonly changes: number };
}

/** A term that this member stands for, or leads, in a named election. */
export interface Bid {
  readonly contest: Contest;
  readonly election: ElectionName;
  term: number;
  readonly succeeds: TermId | undefined;
  readonly startedAt: number;
  /** The promises that the votes for it lean on, by the voter's address. */
  readonly granted: Map<string, PromiseId>;
  /** The voters to which this term was ever claimed. */
  readonly claimed: Set<Peer>;
  /** The voters that have answered, granted or not. */
  readonly answered: Set<string>;
  elected: boolean;
  lease: SharedLease | undefined;
  /** The lease that the application was told to look at. */
  told: SharedLease | undefined;
}

/** A lease that all bids share which the same voters have granted: what prolongs it is written once. */
export interface SharedLease {
  /** Its place among the leases, and how often the place was taken before. */
  readonly slot: number;
  readonly generation: number;
  /** The voters' addresses, sorted. */
  readonly voters: readonly string[];
  readonly bids: Set<Bid>;
  /** Those of the bids that it was not counted for yet: in steady state nothing is done for each election. */
  readonly newcomers: Set<Bid>;
  /** The addresses of voters that left while their votes were in force: they give them to nobody else. */
  readonly kept: Set<string>;
  deadline: number;
  wallDeadline: number;
}

/** What this member tells others of itself; see {@linkcode RollEntry}. */
export interface OwnRoll {
  version: number;
  /** Withdrawals before this version were forgotten: who knows less is told everything. */
  floor: number;
  /** What was told to everybody already, and when it was. */
  told: number;
  toldAt: number;
  /** In the order of the versions in which they changed last. */
  readonly entries: Map<ElectionName, RollEntry & { readonly version: number }>;
}

/** What another process has told of itself. */
export interface PeerRoll {
  readonly boot: Boot;
  /** Since when it is known to stand anywhere. */
  readonly since: number;
  key: string;
  /** Known up to this version, and the newest that it has said to have. */
  known: number;
  newest: number;
  /** When it was last asked for what is missing. */
  askedAt: number;
  /** What came before what it follows on, by the version that it follows on. */
  readonly early: Map<number, Roll>;
  readonly entries: Map<ElectionName, RollEntry>;
}

/** Who leads an election, as far as this member knows. */
export interface KnownLead {
  readonly boot: Boot;
  readonly term: number;
}

/** A term that was given up in this step, and whom to tell. */
export interface Surrender {
  readonly released: ReleasedTerm;
  readonly told: ReadonlySet<Peer>;
}

/** The named elections. Times are monotonic ms. */
export interface Named {
  /** Those in which this member stands. */
  readonly contests: Map<ElectionName, Contest>;
  /** Those of them that nobody leads, and in which this member is no candidate. */
  readonly open: Set<Contest>;
  /** Those that this member leaves to others for a while. */
  readonly retired: Set<Contest>;
  readonly bids: Set<Bid>;
  /** How many of the bids are not elected yet. */
  candidates: number;
  /** Bids whose claims have never gone out; and when the last ones did for the first time. */
  readonly fresh: Set<Bid>;
  claimedAt: number;
  /** The bids that a voter has not granted in its present epoch, by its address. */
  readonly owed: Map<string, Set<Bid>>;
  /** By their places; a place without bids is free. */
  readonly leases: (SharedLease | undefined)[];
  /** The highest term seen in any of them. It is none of the default election's: in plain democracy its leader would have to follow. */
  seenTerm: number;
  /** Counts the leases. */
  generation: number;
  readonly roll: OwnRoll;
  readonly rolls: Map<Boot, PeerRoll>;
  readonly leads: Map<ElectionName, KnownLead>;
  surrendered: Surrender[];
  /** Whether something has happened that may let this member stand. */
  isDirty: boolean;
  /** When it is to be looked at again whether this member stands. */
  dueAt: number;
  /** Since when this member may stand, if it may; and since when it may not. */
  readySince: number | undefined;
  notReadySince: number | undefined;
  /** Counts what others have said of where they stand. */
  rollChanges: number;
  /** The members that had come and gone when these elections were last looked at. */
  seenChanges: number;
  /** When leads may move to members that come first in rank; Infinity while none has to. */
  rebalanceAt: number;
  /** When members were removed of late, by their keys of rank. */
  readonly departures: Map<string, number[]>;
}

/** What a member that has just started knows: nothing. */
export function createNamed(): Named {
  return {
    contests: new Map(),
    open: new Set(),
    retired: new Set(),
    bids: new Set(),
    candidates: 0,
    fresh: new Set(),
    claimedAt: -Infinity,
    owed: new Map(),
    leases: [],
    generation: 0,
    seenTerm: 0,
    roll: { version: 0, floor: 0, told: 0, toldAt: -Infinity, entries: new Map() },
    rolls: new Map(),
    leads: new Map(),
    surrendered: [],
    isDirty: false,
    dueAt: Infinity,
    readySince: undefined,
    notReadySince: undefined,
    rollChanges: 0,
    seenChanges: 0,
    rebalanceAt: Infinity,
    departures: new Map(),
  };
}
