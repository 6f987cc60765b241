/**
 * Everything one member remembers: two wings over one ground, and what it takes to run them together.
 *
 * @module
 */

import { createElection, type Election } from "./election/state.ts";
import { createGround, type Ground } from "./ground.ts";
import type { Instant, MemberConfig } from "./input.ts";
import { createMembership, type Membership } from "./membership/state.ts";
import type { Boot, Cookie } from "./message/message.ts";

/** What a member says to those that it leaves. */
export interface Farewell {
  /** Nonces of leaves that were not acknowledged, by address. */
  readonly pending: Map<string, { readonly boot: Boot; readonly cookie: Cookie; readonly nonce: number }>;
  readonly until: number;
  /** Whether nothing is in force of what this member has promised. */
  readonly idle: boolean;
  nextTry: number;
  done: boolean;
}

/** The end of a member. */
export interface Closing {
  /** It stays until then at most, if the others want its vote. */
  staysUntil: number;
  /** Undefined while it stays. */
  farewell: Farewell | undefined;
}

/** The whole state of one member. Times are monotonic ms. */
export interface MemberState {
  readonly ground: Ground;
  readonly membership: Membership;
  readonly election: Election;
  /** Of the last status sent. */
  beat: number;
  closing: Closing | undefined;
  nextHeartbeat: number;
  /** When pings were last sent to all, or again to those that owe an answer. */
  lastRound: number;
  /** When a tick is due at the latest. */
  dueAt: number;
}

/** A member that has just started: it knows nobody, and it may have forgotten a grant. */
export function createMember(config: MemberConfig, at: Instant): MemberState {
  const ground = createGround(config, at);
  const membership = createMembership(ground);
  return {
    ground,
    membership,
    election: createElection(membership),
    beat: 0,
    closing: undefined,
    nextHeartbeat: at.now,
    lastRound: -Infinity,
    dueAt: at.now,
  };
}
