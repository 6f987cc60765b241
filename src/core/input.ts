/**
 * What the core is told. Every input carries the time: the core reads no clock.
 *
 * @module
 */

import type { Boot, Cookie, ElectionName, Message } from "./message/message.ts";

/** The two clocks of the member at the instant of an input, both in ms. */
export interface Instant {
  /** Monotonic; its origin does not matter. */
  readonly now: number;
  /** Wall clock, ms since 1970. */
  readonly wall: number;
}

/** How a member stands in a named election. */
export interface ContestTerms {
  /** Whether the heaviest comes first; else the first by a hash that spreads elections evenly. */
  readonly byWeight: boolean;
  /**
   * Whether the lead moves to the member that is first in rank, once that has been healthy for a while; `"asked"`: the application is
   * asked to give it away.
   */
  readonly rebalances: boolean | "asked";
}

/** How a member resigns that was asked to. */
export interface Resignation {
  /** Default: because it was requested. One that makes way for another (`outweighed`) does not stand aside. */
  readonly reason?: "requested" | "failed" | "outweighed";
  /** The id of the member to hand the lead to, which can take it (see `obstacleTo`); default: the heaviest that can. */
  readonly to?: string;
  /** ms for which this member leaves the lead to others; two timeouts at least. */
  readonly aside?: number;
  /** The named election; default: the default one. */
  readonly election?: ElectionName;
}

/** Something that happened. */
export type InputEvent =
  /** Time has passed. Due at `wakeAt(state)` at the latest; earlier or extra ticks do no harm. */
  | { readonly kind: "tick" }
  | {
    readonly kind: "packet";
    /** Where the datagram came from, `ip:port`. */
    readonly source: string;
    readonly from: Boot;
    /** What the sender shows. */
    readonly cookie: Cookie;
    readonly message: Message;
  }
  /** Who is configured by options or discovery. */
  | {
    readonly kind: "peers";
    /** The complete list; the own address may be among them. */
    readonly addresses: readonly string[];
    /** Those that vote, the own address among them if this member does; undefined when all vote. */
    readonly voters?: readonly string[];
    /** How many vote. */
    readonly clusterSize: number;
  }
  /** What discovery said last may be out of date, or is not any more. */
  | { readonly kind: "stale"; readonly isStale: boolean }
  /** The lead is given away. */
  | ({ readonly kind: "resign" } & Resignation)
  /** The application has something for the peer of that boot, which has not told yet what to show. */
  | { readonly kind: "introduce"; readonly boot: Boot }
  /** The application's thread hangs (true), or moves again (false). */
  | { readonly kind: "stall"; readonly stalled: boolean }
  /** A token outside has come to `term`, so that the next leadership must be above it. */
  | { readonly kind: "advance-term"; readonly term: number; readonly election?: ElectionName }
  /** This member stands in a named election from now on; or hands over, and stands there no longer. */
  | ({ readonly kind: "enter"; readonly election: ElectionName } & ContestTerms)
  | { readonly kind: "withdraw"; readonly election: ElectionName }
  | {
    readonly kind: "close";
    /** Whether it goes on voting as long as the others are no quorum without it, for two timeouts at most. */
    readonly graceful?: boolean;
  };

/** An event and its time. */
export type Input = Instant & InputEvent;

/** Everything that makes one member; validated by `src/options.ts`. */
export interface MemberConfig {
  readonly id: string;
  /** What the ranks in named elections are computed from; the id when left out. The address, where no id was chosen. */
  readonly rankKey?: string;
  readonly boot: Boot;
  /** Own address as told to others, `ip:port`. */
  readonly address: string;
  readonly weight: number;
  readonly eligible: boolean;
  /** ms that a heavier member must have been healthy before the lead is handed to it; undefined when it is not. */
  readonly preemptAfter: number | undefined;
  /**
   * ms that a member which has started, or whose memory may have been rolled back, withholds its vote; at least `timeout`.
   * `"until-idle"`: a `timeout`, or until all other voters have said that they are idle.
   */
  readonly quarantine: number | "until-idle";
  /** ms between heartbeats. */
  readonly interval: number;
  /** ms without a sign of life before a peer is removed; the length of a lease. */
  readonly timeout: number;
  /** Bound on the relative difference in clock rate between two members, 0.01 for 1 %. */
  readonly drift: number;
  readonly quorum: "majority" | "none" | number;
  /** Whether datagrams are authenticated, so that a member that was not configured can be trusted. */
  readonly sealed: boolean;
  /** Bytes of rumors that fit into a datagram, see `bytesOf`. */
  readonly rumorBytes: number;
  /** `false` leaves plain SWIM, which the simulator measures Lifeguard against. */
  readonly lifeguard: boolean;
  /** Seeds the core's own random choices: any 32-bit unsigned integer. */
  readonly seed: number;
  /** Twelve random 32-bit words, which nobody else may know: what peers must echo and show is made of them. */
  readonly nonceSeed: readonly number[];
}
