/**
 * What a member's process and the script that started it say to each other: one JSON value a line, by stdin and stdout.
 *
 * @module
 */

import type { Stats } from "../../mod.ts";
import type { Belief, FirstAnswer } from "./belief.ts";

/** How to join. */
export interface JoinSettings {
  readonly id: string;
  readonly weight: number;
  readonly source: string;
  /** Where others reach it, when that is not `source`. */
  readonly advertise?: string;
  readonly peers: readonly string[];
  readonly cluster: string;
  readonly interval: number;
  readonly timeout: number;
  /** ms, or "until-idle"; the `timeout` unless given. */
  readonly quarantine?: number | "until-idle" | undefined;
  readonly stallTimeout: number;
  /** A majority, unless given. */
  readonly quorum?: "none";
  /** Where the worker's module is, when a bundler has moved it. */
  readonly workerUrl?: string;
  /** ms between two questions to `isLeader()`; 0 for none. */
  readonly sampleEvery: number;
  /** ms between two reports of the status, beside those at each change; 0 for none. */
  readonly statusEvery: number;
}

/** From the script to a member. */
export type Command =
  | { readonly name: "join"; readonly settings: JoinSettings }
  /** Sets the clock, and starts a new record. */
  | { readonly name: "watch" }
  | { readonly name: "record" }
  /** Blocks the main thread. */
  | { readonly name: "block"; readonly ms: number }
  | { readonly name: "resign" }
  | { readonly name: "leave" }
  | { readonly name: "usage" }
  /** Stands in so many named elections. */
  | { readonly name: "stand"; readonly elections: number }
  | { readonly name: "leads" };

/** What happened to a member, by its own events. */
export interface Happening {
  readonly type: "added" | "removed" | "leader" | "elected" | "resigned" | "error";
  /** Machine time. */
  readonly at: number;
  /** The member it is about; null when nobody leads. */
  readonly id: string | null;
  readonly token?: number;
  readonly reason?: string;
}

/** What a member has seen since `watch`. */
export interface MemberRecord {
  readonly beliefs: readonly Belief[];
  readonly firstAnswers: readonly FirstAnswer[];
  readonly samples: number;
  readonly longestGap: number;
  readonly happenings: readonly Happening[];
}

/** What a member's process has used since its start. */
export interface Usage {
  readonly at: number;
  /** ms of a core, in user and system mode. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  /** Absent before it joined. */
  readonly stats?: Stats;
}

/** What is answered to each command. */
export interface Answers {
  /** `started` and `ready` are machine times: the constructor's, and that of the promise. */
  readonly join: { readonly started: number; readonly ready: number };
  readonly watch: { readonly at: number };
  readonly record: MemberRecord;
  /** When it began and ended, and what `isLeader()` said at the first instruction after. */
  readonly block: { readonly from: number; readonly to: number; readonly leads: boolean };
  /** When it was called. */
  readonly resign: { readonly at: number };
  readonly leave: { readonly at: number };
  readonly usage: Usage;
  readonly stand: { readonly at: number };
  /** How many named elections it leads, and when it was last elected in one; `undefined` before. */
  readonly leads: { readonly led: number; readonly electedAt: number | undefined };
}

/** What a member tells by itself. */
export interface MemberStatus {
  /** Machine time. */
  readonly at: number;
  readonly leads: boolean;
  readonly token: number | null;
  /** ms that its lease has left. */
  readonly remaining: number;
  /** The id of the leader. */
  readonly leader: string | null;
  /** The ids of those alive, itself included. */
  readonly members: readonly string[];
}

/** From a member to the script. */
export type Line =
  | { readonly status: MemberStatus }
  | { readonly reply: number; readonly answer: Answers[keyof Answers] }
  | { readonly reply: number; readonly error: string };
