/**
 * What members say to one another. Durations are ms; a `boot` is 16 hex digits, fresh for every start
 * of a member; an `address` is a canonical `ip:port` (`[ip]:port` for IPv6).
 *
 * @module
 */

/** 16 lower-case hex digits: 64 random bits that tell one start of a member from the next. */
export type Boot = string;

/** No process, or one that is not known. */
export const UNKNOWN_BOOT: Boot = "";

/**
 * What a process shows with every datagram: 16 lower-case hex digits that the receiver once sent to its address, and that
 * nobody else can have read.
 */
export type Cookie = string;

/** What a process shows that has been given no cookie yet. */
export const NO_COOKIE: Cookie = "";

/**
 * A term and its candidate. The number alone does not tell a leadership from another: after a voter forgot its promise, two
 * candidates can hold the same one.
 */
export interface TermId {
  readonly term: number;
  readonly boot: Boot;
}

/** What a member says of itself in every ping and ack. */
export interface Status {
  /** Counts what this boot says of itself: who has heard a higher one ignores the rest. */
  readonly beat: number;
  /** Grows whenever this boot has to contradict what others say of it; the ms of the wall clock when it started. */
  readonly incarnation: number;
  readonly id: string;
  /** The address to be known by, `ip:port`. */
  readonly address: string;
  readonly weight: number;
  /** Whether the member would lead right now. */
  readonly eligible: boolean;
  /** Not leading, no claim sent within one timeout, no unexpired grant held: what ends a quarantine early. */
  readonly idle: boolean;
  /** Whether the member votes now: it is a voter, and not quarantined. */
  readonly voting: boolean;
  /** The highest term the member has seen. */
  readonly highestTerm: number;
  /** The leadership the member holds, if any: its term and the ms its lease had left when sent. */
  readonly leading: { readonly term: number; readonly remaining: number } | undefined;
  /** Of the member's {@linkcode Roll}: who knows an older one asks for what has changed. 0 where it never stood in a named election. */
  readonly roll: number;
}

/** What an election is called among members; "" is the one that each member stands in by itself. */
export type ElectionName = string;

/** The election that each member stands in by itself. */
export const DEFAULT_ELECTION: ElectionName = "";

/** A candidate or leader asks for a vote that it does not count on yet. */
export interface Claim {
  readonly election: ElectionName;
  readonly term: number;
  /** The term whose holder released it and named this candidate as successor, if any. */
  readonly succeeds: TermId | undefined;
  /** Whether the sender holds a lease for this very term as it sends this. */
  readonly inOffice: boolean;
}

/** Asks a voter to support the sender, and to vote for it: each vote is in force exactly as long as the support that it leans on. */
export interface Request {
  /** Counts the requests of this boot: what is older than what was carried out already is ignored. */
  readonly sequence: number;
  /** Requests may have parts, each of which is carried out once. */
  readonly part: number;
  /** ms that the candidate counts on: its `timeout`. */
  readonly lease: number;
  /** Whether it is to be answered at once; else the answer may ride on the next heartbeat. */
  readonly urgent: boolean;
  /** For what this voter has not granted in its present epoch. */
  readonly claims: readonly Claim[];
}

/** Why a voter did not grant a claim. */
export type Refusal =
  | "quarantined"
  | "held"
  | "stale-term"
  | "not-a-voter"
  | "longer-lease"
  | "future-term"
  /** The voter has forgotten what it promised up to that term. */
  | "forgotten"
  /** The voter remembers as many elections as it may. */
  | "too-many";

/** A voter's answer to a {@linkcode Claim}. */
export interface Vote {
  readonly election: ElectionName;
  readonly term: number;
  /** Absent when granted. */
  readonly refusal: Refusal | undefined;
  /**
   * What the claim went beyond: the voter's `timeout` in ms, its wall clock in ms since 1970, or the term that a claim has to be above; 0
   * for every other answer.
   */
  readonly limit: number;
}

/** A voter's answer to a {@linkcode Request}. */
export interface Answer {
  /** The request whose receipt began the promise that holds now. */
  readonly sequence: number;
  /** Counts the promises of this voter: votes of any but this one are void. 0 where nothing is promised. */
  readonly epoch: number;
  /** To the claims in the request. */
  readonly votes: readonly Vote[];
}

/** What a member does in one named election. */
export interface RollEntry {
  readonly election: ElectionName;
  /** Whether it stands there. */
  readonly stands: boolean;
  /** The term in which it leads there; 0 where it does not. */
  readonly term: number;
}

/** A term that its candidate gives back. */
export interface ReleasedTerm {
  readonly election: ElectionName;
  readonly term: number;
  /** Asked to claim at once. */
  readonly successor: Boot | undefined;
  /** Whether a candidate gives up that no quorum has answered: its votes, or its claims, are lost. */
  readonly unanswered: boolean;
}

/** A member is there, in this incarnation. */
export interface AliveRumor {
  readonly kind: "alive";
  readonly address: string;
  readonly boot: Boot;
  readonly incarnation: number;
  readonly id: string;
  readonly weight: number;
  readonly eligible: boolean;
}

/** A member did not answer `by`; a later incarnation refutes it. */
export interface SuspectRumor {
  readonly kind: "suspect";
  readonly address: string;
  readonly boot: Boot;
  readonly incarnation: number;
  readonly by: Boot;
}

/** A member did not refute a suspicion in time or, where it has `left`, said so itself: that is final for its boot. */
export interface DeadRumor {
  readonly kind: "dead";
  readonly address: string;
  readonly boot: Boot;
  readonly incarnation: number;
  readonly left: boolean;
}

/** What members pass on about one another. */
export type Rumor = AliveRumor | SuspectRumor | DeadRumor;

/** Who leads, passed on by somebody else. */
export interface LeaderHint {
  readonly boot: Boot;
  readonly term: number;
  /** Of the newest status of the leader that is known: who has heard a higher one ignores this. */
  readonly beat: number;
  /** ms that the leader's lease had left when this was sent, as far as the sender knows. */
  readonly remaining: number;
}

/** Whom the sender takes for voters, as far as nine addresses tell; said to each process when they first meet, and after each change. */
export interface VoterList {
  /** Whether the receiver's address is named by the sender's options or discovery. */
  readonly listsReceiver: boolean;
  /** Whether there are too many to be told. */
  readonly isMany: boolean;
  /** Hashes of 32 bits of their addresses, the sender's own among them if it votes. */
  readonly hashes: readonly number[];
}

/** What rides on a ping or an ack. */
export interface Gossip {
  readonly leaderHint: LeaderHint | undefined;
  readonly rumors: readonly Rumor[];
}

/** Asks for a sign of life; carries the request of a candidate or leader to a voter, and what that voter answers. */
export interface Ping {
  readonly kind: "ping";
  readonly nonce: number;
  /** Whether the sender has heard the receiver itself of late: the receiver learns that its own datagrams arrive. */
  readonly hears: boolean;
  readonly status: Status;
  readonly request: Request | undefined;
  readonly answer: Answer | undefined;
  readonly gossip: Gossip | undefined;
  readonly voters: VoterList | undefined;
}

/** Answers a ping, a release or a leave by its nonce. */
export interface Ack {
  readonly kind: "ack";
  readonly nonce: number;
  /** What the receiver is to show from now on, first of all in an ack in turn; `NO_COOKIE` where it does already. */
  readonly cookie: Cookie;
  readonly status: Status;
  readonly answer: Answer | undefined;
  readonly gossip: Gossip | undefined;
  readonly voters: VoterList | undefined;
}

/** The holder of terms gives them back, or a candidate gives up. It asks for no support: nothing is promised by it. */
export interface Release {
  readonly kind: "release";
  readonly nonce: number;
  /** Of the sender's requests: those before it are not carried out any more. */
  readonly sequence: number;
  readonly terms: readonly ReleasedTerm[];
}

/** Claims that do not fit into the ping of their request, which is its part 0; answered by {@linkcode Votes}. */
export interface Claims {
  readonly kind: "claims";
  readonly request: Request;
}

/** A voter's answer to {@linkcode Claims}. */
export interface Votes {
  readonly kind: "votes";
  readonly answer: Answer;
}

/** Asks for what has changed in the receiver's {@linkcode Roll} since the version that is `known`. */
export interface RollCall {
  readonly kind: "roll-call";
  readonly known: number;
}

/** In which named elections the sender stands, and which it leads: all that has changed between two versions. */
export interface Roll {
  readonly kind: "roll";
  /** Who knows less than this version does not take it; 0 replaces all that was known. */
  readonly since: number;
  readonly through: number;
  /** What the sender's rank in each election is computed from: its id, or its address where no id was chosen. */
  readonly key: string;
  readonly entries: readonly RollEntry[];
}

/** The sender is about to close for good. */
export interface Leave {
  readonly kind: "leave";
  readonly nonce: number;
  /** Whether it has promised nothing that is still in force, and will not any more. */
  readonly idle: boolean;
}

/** Asks another member whether it hears the member at `target`. */
export interface Probe {
  readonly kind: "probe";
  readonly target: string;
}

/** Vouches that the boot at `target` gave a sign of life `age` ms ago. */
export interface Vouch {
  readonly kind: "vouch";
  readonly target: string;
  readonly boot: Boot;
  readonly age: number;
}

/** The target of a {@linkcode Probe} was silent here, too; the sender is not. */
export interface Nack {
  readonly kind: "nack";
  readonly target: string;
}

/** Asks for what is known of the members whose addresses come behind `after`, in code unit order; "" is the start. */
export interface Pull {
  readonly kind: "pull";
  readonly after: string;
}

/** Answers a {@linkcode Pull}: all that is known of the members behind `after`, up to `upTo`; "" is the end. */
export interface Page {
  readonly kind: "page";
  readonly after: string;
  readonly upTo: string;
  readonly rumors: readonly Rumor[];
}

/** What the core understands. */
export type Message =
  | Ping
  | Ack
  | Release
  | Leave
  | Probe
  | Vouch
  | Nack
  | Pull
  | Page
  | Claims
  | Votes
  | RollCall
  | Roll;
