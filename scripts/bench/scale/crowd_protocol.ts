/**
 * What a process with many members and the script that started it say to each other: one JSON value a line, by stdin and
 * stdout.
 *
 * @module
 */

/** How to join, for all members of a process. */
export interface CrowdSettings {
  readonly sources: readonly string[];
  readonly peers: readonly string[];
  readonly cluster: string;
  readonly interval: number;
  readonly timeout: number;
}

/** From the script to a process. */
export type CrowdCommand =
  | { readonly name: "join"; readonly settings: CrowdSettings }
  | { readonly name: "look" }
  | { readonly name: "usage" }
  | { readonly name: "memory" };

/** What the members of one process see. */
export interface CrowdView {
  /** The fewest members that one of them sees, itself included. */
  readonly fewest: number;
  /** The ids of the leaders they follow, each once; null for nobody. */
  readonly leaders: readonly (string | null)[];
  /** Members removed by any of them since the start. */
  readonly removals: number;
}

/** What one member has sent and received since its start. */
export interface MemberTraffic {
  readonly id: string;
  readonly sent: number;
  readonly bytesSent: number;
  readonly received: number;
  readonly dropped: number;
}

/** What a process has used since its start. */
export interface CrowdUsage {
  /** ms since its start. */
  readonly at: number;
  /** ms of a core, in user and system mode. */
  readonly cpu: number;
  readonly members: readonly MemberTraffic[];
}

/** What a process needs, in bytes, after a garbage collection. */
export interface CrowdMemory {
  readonly rss: number;
  /** Objects in use. */
  readonly heap: number;
}

/** What is answered to each command. */
export interface CrowdAnswers {
  readonly join: { readonly joined: number };
  readonly look: CrowdView;
  readonly usage: CrowdUsage;
  readonly memory: CrowdMemory;
}

/** From a process to the script. */
export type CrowdLine =
  | { readonly reply: number; readonly answer: CrowdAnswers[keyof CrowdAnswers] }
  | { readonly reply: number; readonly error: string };
