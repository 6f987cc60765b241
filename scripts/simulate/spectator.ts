/**
 * Who looks on while a simulation runs.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import type { Machine, Packet } from "./machine.ts";

/** What a datagram becomes on the wire: the same message, in another guise. */
export type Carry = (packet: Packet) => Packet | undefined;

/** A machine as a spectator may look at it. */
export type Watched = Pick<
  Machine<unknown>,
  "index" | "boot" | "plan" | "phase" | "alive" | "view" | "clock" | "believes" | "leader"
>;

/** What somebody who watches the simulation is told. */
export interface Spectator {
  line?: (time: number, member: string, text: string) => void;
  /** A machine has done something, or something was done to it. */
  noticed?: (machine: Watched, time: number) => void;
  /** A direction between two members was cut, or is no longer. */
  linked?: (from: string, to: string, cut: boolean, time: number) => void;
  /** A machine's member wants something done; called before it is. */
  told?: (machine: Watched, effect: Effect, time: number) => void;
  /** Whether lines for single datagrams are wanted. */
  readonly verbose?: boolean;
}
