/**
 * What the core wants done. Effects are carried out in their order; a `view` always comes before the
 * events that tell of it, so that nobody is told of a leadership that is already over.
 *
 * @module
 */

import type { Boot, Cookie, ElectionName, Message } from "./message/message.ts";

/** Why a leadership ended. */
export type ResignReason =
  | "requested"
  /** What the application does while it leads has failed. */
  | "failed"
  | "outweighed"
  | "lease-expired"
  | "stalled"
  | "suspended"
  | "closed"
  | "worker-died";

/** Why a datagram, or a part of it, was ignored by the core. */
export type CoreDrop =
  | "misdirected"
  /** What claims to come from a member does not show what that member was told to show. */
  | "bad-cookie"
  | "impostor"
  | "duplicate-id"
  | "unverified"
  | "departed"
  | "too-many-members"
  /** More than a member can greet of those that it does not know. */
  | "flooded"
  /** A process that is in no list, and names another address than the one it writes from. */
  | "elsewhere"
  /** A process of another cluster, which has other voters. */
  | "foreign"
  | "absurd-term";

/** One member as others are told of it. */
export interface MemberInfo {
  /** Its name. */
  readonly id: string;
  /** Fresh random bits for every start, as a string: tells a process from one before it that had the same name. */
  readonly boot: string;
  /** `ip:port`. */
  readonly source: string;
  /** The heaviest is elected. */
  readonly weight: number;
  /** Whether it would lead. */
  readonly eligible: boolean;
  /** Whether its vote counts: configured by the user, or named by discovery. */
  readonly voter: boolean;
}

/** Who leads, as this member knows. */
export interface LeaderInfo {
  /** Its name. */
  readonly id: string;
  /** `ip:port`. */
  readonly source: string;
  /** Its fencing token. */
  readonly token: number;
}

/** What keeps another member, or this one, from counting; with the value that a {@linkcode Mismatch} has. */
export type MismatchKind =
  /** The other's wall clock is ahead of this member's by more than a day; ms. */
  | "clock-ahead"
  /** The other says the same of this member's clock; ms. */
  | "own-clock-ahead"
  /** The other counts on a longer lease than this member promises; its `timeout` in ms. */
  | "longer-timeout"
  /** The other promises a shorter lease than this member counts on; its `timeout` in ms. */
  | "shorter-timeout"
  /** The other takes itself for a voter, and this member does not; nothing. */
  | "unlisted"
  /** This member takes itself for a voter, and the other does not; nothing. */
  | "own-unlisted"
  /** The other remembers votes of this member in as many elections as it may; how many. */
  | "too-many-elections"
  /** The other belongs to another cluster that has taken over the address, or has this one in its lists; how many voters both have in theirs. */
  | "foreign";

/** Something about the configuration of two members that does not fit. */
export interface Mismatch {
  readonly what: MismatchKind;
  readonly member: { readonly id: string; readonly source: string };
  readonly value: number;
}

/** Something for the driver of the core to do. */
export type Effect =
  | { readonly kind: "send"; readonly address: string; readonly cookie: Cookie; readonly message: Message }
  /** Leads in `term` until `deadline` (monotonic ms) or `wallDeadline` (wall clock ms), whichever ends first. */
  | {
    readonly kind: "view";
    readonly leading: boolean;
    readonly term: number;
    readonly deadline: number;
    readonly wallDeadline: number;
  }
  | { readonly kind: "added"; readonly member: MemberInfo }
  | { readonly kind: "updated"; readonly member: MemberInfo }
  | { readonly kind: "removed"; readonly member: MemberInfo }
  | { readonly kind: "leader"; readonly leader: LeaderInfo | undefined; readonly election?: ElectionName }
  | { readonly kind: "elected"; readonly id: string; readonly token: number; readonly election?: ElectionName }
  | {
    readonly kind: "resigned";
    readonly id: string;
    readonly token: number;
    readonly reason: ResignReason;
    readonly election?: ElectionName;
  }
  /** Leads in `term` of a named election as long as the lease at that place, of that generation, holds. */
  | {
    readonly kind: "lead";
    readonly election: ElectionName;
    readonly leading: boolean;
    readonly term: number;
    readonly slot: number;
    readonly generation: number;
  }
  /** The lead of a named election should be given to the member of that id, which comes first in rank. */
  | { readonly kind: "relocate"; readonly election: ElectionName; readonly to: string }
  /** The lease at that place holds until `deadline` (monotonic ms) or `wallDeadline` (wall clock ms), whichever ends first. */
  | {
    readonly kind: "lease";
    readonly slot: number;
    readonly generation: number;
    readonly deadline: number;
    readonly wallDeadline: number;
  }
  /** Whether this member does its part: it has joined, may vote if it is a voter, and does not close. */
  | { readonly kind: "readiness"; readonly ready: boolean }
  | { readonly kind: "dropped"; readonly reason: CoreDrop }
  /** The process has told this member what to show: from now on it believes what it is told. */
  | { readonly kind: "introduced"; readonly boot: Boot }
  /** Others have said that this member is dead, or has left; it has contradicted. */
  | { readonly kind: "refuted"; readonly left: boolean }
  | ({ readonly kind: "mismatch" } & Mismatch)
  /** A ping was answered after `ms`. */
  | { readonly kind: "round-trip"; readonly ms: number }
  /** Every peer knows that this member has left, or the time for telling is up. */
  | { readonly kind: "closed" };
