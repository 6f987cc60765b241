/**
 * What a simulated cluster is made of.
 *
 * @module
 */

import type { MachinePlan } from "./machine.ts";
import type { Weather } from "./network.ts";

/** A cluster to simulate. */
export interface WorldPlan {
  readonly seed: number;
  readonly machines: readonly MachinePlan[];
  readonly interval: number;
  readonly timeout: number;
  readonly drift: number;
  readonly quorum: "majority" | "none" | number;
  /** ms that a heavier member must have been healthy before it is handed the lead; undefined when it never is. */
  readonly preemptAfter: number | undefined;
  /** ms that a member which has started withholds its vote, or `"until-idle"`; `timeout` unless set. */
  readonly quarantine?: number | "until-idle";
  /** A term far ahead of all clocks, to which a token outside has come: terms follow one another from there. None unless set. */
  readonly base?: number;
  readonly weather: Weather;
  /** Datagrams that a stopped machine keeps; the rest are lost. */
  readonly socketBuffer: number;
  /** ms by which ticks come late at most, in everyday life. */
  readonly lateness: number;
  /** Whether members suspect each other with care (Lifeguard), or by plain SWIM; true unless set. */
  readonly lifeguard?: boolean;
  /** Named elections, in most of which each member stands; none unless set. */
  readonly elections?: readonly string[];
  /** One step of so many is examined; all in a small cluster unless set. */
  readonly pace?: number;
  /** Bytes of gossip that fit in one datagram; those of the usual datagram unless set. */
  readonly rumorBytes?: number;
}
