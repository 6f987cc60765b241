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
  readonly preempt: boolean;
  readonly weather: Weather;
  /** Datagrams that a stopped machine keeps; the rest are lost. */
  readonly socketBuffer: number;
  /** ms by which ticks come late at most, in everyday life. */
  readonly lateness: number;
  /** Whether members suspect each other with care (Lifeguard), or by plain SWIM; true unless set. */
  readonly lifeguard?: boolean;
  /** Bytes of gossip that fit in one datagram; those of the usual datagram unless set. */
  readonly rumorBytes?: number;
}
