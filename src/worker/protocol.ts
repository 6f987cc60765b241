/**
 * What the application's thread and the loop say to each other.
 *
 * @module
 */

import type { LeaderInfo, MemberInfo, ResignReason } from "../core/effect.ts";
import type { ContestTerms, Resignation } from "../core/input.ts";
import type { ErrorData } from "../errors.ts";
import type { Tally } from "../leadership/quorum.ts";
import type { Settings } from "../options.ts";

/** A custom message whose value is encoded already: the loop does not look inside. */
export interface EncodedMessage {
  readonly name: string;
  /** Whether the name is a channel's: then only its subscribers are told. */
  readonly channel: boolean;
  readonly body: Uint8Array;
}

/** From the application's thread to the loop. */
export type LoopCommand =
  | {
    readonly type: "start";
    readonly settings: Settings;
    /** See `SharedView`. */
    readonly view: SharedArrayBuffer;
    /** See `SharedLeases`. */
    readonly leases: SharedArrayBuffer;
    /** See `Counters`. */
    readonly counters: SharedArrayBuffer;
    /** See `Backlog`. */
    readonly backlog: SharedArrayBuffer;
    /** Opened when this member has handed over, or left; see `Latch`. */
    readonly latch: SharedArrayBuffer;
    /** When this was sent, in ms on the monotonic clock of the application's thread. */
    readonly sentAt: number;
    /** Whether the application's thread is another than the loop's, so that it may hang unnoticed. */
    readonly watched: boolean;
    /** Whether a leadership counts only once its token was minted. */
    readonly fenced: boolean;
  }
  /** Another reading of the application thread's clock; see `ClockOffset`. */
  | { readonly type: "clock"; readonly sentAt: number }
  | {
    readonly type: "peers";
    readonly addresses: readonly string[];
    readonly voters?: readonly string[];
    readonly clusterSize: number;
    /** Entries of the list whose host names have no address. */
    readonly unresolved?: readonly string[];
  }
  /** What `peers` said last may be out of date, or is not any more. */
  | { readonly type: "stale"; readonly isStale: boolean }
  /** Answered by `done` of the same number, once the loop has given the lead away, or says what keeps it from that. */
  | ({ readonly type: "resign"; readonly request: number } & Resignation)
  /** Stands in a named election; `view` is what tells whether it leads, see `NamedView`. */
  | ({ readonly type: "enter"; readonly election: string; readonly view: SharedArrayBuffer } & ContestTerms)
  /** Hands over, and stands there no longer; answered by `done` of the same number. */
  | { readonly type: "withdraw"; readonly election: string; readonly request: number }
  /** The answer to `mint`: the token that was minted, of at least the term. */
  | { readonly type: "minted"; readonly term: number; readonly token: number; readonly election?: string }
  | ({ readonly type: "send" } & EncodedMessage)
  | { readonly type: "subscribe" | "unsubscribe"; readonly channel: string }
  /** Answered by `closed`; see the core's input. */
  | { readonly type: "close"; readonly graceful?: boolean };

/** From the loop to the application's thread. */
export type LoopReport =
  /** The socket is bound. `address` is what others are told. */
  | { readonly type: "ready"; readonly address: string }
  /** The loop cannot start, or go on. */
  | { readonly type: "failed"; readonly error: ErrorData }
  | { readonly type: "added" | "updated" | "removed"; readonly member: MemberInfo }
  | { readonly type: "readiness"; readonly ready: boolean }
  /** With the named election, where it is not the default one; so are the next three. */
  | { readonly type: "leader"; readonly leader: LeaderInfo | null; readonly election?: string }
  | { readonly type: "elected"; readonly id: string; readonly token: number; readonly election?: string }
  | {
    readonly type: "resigned";
    readonly id: string;
    readonly token: number;
    readonly reason: ResignReason;
    readonly election?: string;
  }
  /** This member is elected for `term`, and leads as soon as it is `minted`; with `null` it no longer is. */
  | { readonly type: "mint"; readonly term: number | null; readonly election?: string }
  /** The lead of the election should be given to the member of that id. */
  | { readonly type: "relocate"; readonly election: string; readonly to: string }
  | ({ readonly type: "message"; readonly from: MemberInfo } & EncodedMessage)
  /** What has become of the voters. */
  | { readonly type: "tally"; readonly tally: Tally }
  /** Something that others do, or say, should be looked at. */
  | { readonly type: "warning"; readonly text: string }
  /** With the obstacle where nothing was done. */
  | { readonly type: "done"; readonly request: number; readonly obstacle?: string }
  /** Nothing of the loop is left. */
  | { readonly type: "closed" };

/** What a message needs to change hands instead of being copied. */
export function transferOf({ body }: EncodedMessage): ArrayBuffer[] {
  return body.buffer instanceof ArrayBuffer ? [body.buffer] : [];
}
