/**
 * Each change of state on a BroadcastChannel, posted by the loop's own thread: other threads of the
 * application hear it while the main thread is blocked.
 *
 * @module
 */

import type { LeaderInfo, MemberInfo, ResignReason } from "../core/effect.ts";

/** What has happened to the member of the post. */
export type BroadcastChange =
  | { readonly type: "elected"; readonly id: string; readonly term: number }
  | { readonly type: "resigned"; readonly id: string; readonly term: number; readonly reason: ResignReason }
  | {
    readonly type: "leader";
    /** The leader's id, or `null` when nobody leads. */
    readonly id: string | null;
    readonly term: number | null;
    readonly leader: LeaderInfo | null;
  }
  | {
    readonly type: "added" | "removed";
    /** The id of the peer. */
    readonly id: string;
    readonly term: number | null;
    readonly peer: MemberInfo;
  };

/** Which election a change is about. */
export interface BroadcastScope {
  /** The name of the election; `null` for the default one, and where a member came or went. */
  readonly election: string | null;
}

/** What the member is at the time of a query. */
export interface BroadcastState {
  /** Tells an answer from a change. */
  readonly type: "state";
  /** The id of the member itself. */
  readonly id: string;
  /** Who leads, as the member knows. */
  readonly leader: LeaderInfo | null;
  /** The leader's term, or `null` when nobody leads. */
  readonly term: number | null;
  /** Whether the member itself leads at this instant. */
  readonly isLeader: boolean;
  /** The peers that are alive. */
  readonly members: readonly MemberInfo[];
  /** Who leads each named election that the member knows of. */
  readonly elections: Readonly<Record<string, LeaderInfo | null>>;
}

/** What every post says beside its {@linkcode BroadcastChange} or {@linkcode BroadcastState}. */
export interface BroadcastSender {
  /** The cluster of the member that posts. */
  readonly cluster: string;
  /** The id of the member that posts: several may live in one process. */
  readonly self: string;
  /** When, in ms since 1970. */
  readonly at: number;
}

/**
 * What a listener of the BroadcastChannel receives.
 *
 * @example In any thread of the process
 * ```ts
 * import type { BroadcastPost } from "./broadcast.ts";
 *
 * const channel = new BroadcastChannel("democracy");
 * channel.onmessage = ({ data }: MessageEvent<BroadcastPost>) => {
 *   if (data.type === "state") console.log(`${data.id} leads: ${data.isLeader}`);
 * };
 * channel.postMessage({ type: "query" });
 * channel.close();
 * ```
 */
export type BroadcastPost = (BroadcastChange & BroadcastScope | BroadcastState) & BroadcastSender;

/** The loop's end of the channel. */
export class Broadcast {
  readonly #channel: BroadcastChannel;
  readonly #sender: Omit<BroadcastSender, "at">;

  /** Opens the channel `name`; `state` answers those who come late. */
  constructor(name: string, sender: Omit<BroadcastSender, "at">, state: () => BroadcastState) {
    this.#channel = new BroadcastChannel(name);
    this.#sender = sender;
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>): void => {
      if (isQuery(data) && (data.cluster === undefined || data.cluster === sender.cluster)) this.#post(state());
    };
    unref(this.#channel);
  }

  /** Tells every other thread. */
  tell(change: BroadcastChange & BroadcastScope): void {
    this.#post(change);
  }

  /** Leaves the channel. */
  close(): void {
    this.#channel.close();
  }

  #post(content: BroadcastChange & BroadcastScope | BroadcastState): void {
    try {
      this.#channel.postMessage({ ...content, ...this.#sender, at: Date.now() });
    } catch {
      // Deno's channels of a thread fail when its last one was closed a moment ago: that must not end an election.
    }
  }
}

function isQuery(data: unknown): data is { readonly type: "query"; readonly cluster?: unknown } {
  return typeof data === "object" && data !== null && "type" in data && data.type === "query";
}

/** Node's channel, unlike Deno's, would keep its process alive. */
function unref(channel: object): void {
  if ("unref" in channel && typeof channel.unref === "function") channel.unref();
}
