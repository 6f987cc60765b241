/**
 * The end of a step: the heartbeats in it say what this member is now.
 *
 * @module
 */

import { type SaidByElection, sayLeader, sayStatus } from "./election/word.ts";
import type { Mutable } from "./message/blank.ts";
import type { Gossip, Status } from "./message/message.ts";
import type { MemberState } from "./state.ts";

/** Completes the heartbeats that the step sends. */
export function speak(self: MemberState): void {
  const { election, ground: { pool: { heartbeats } } } = self;
  if (heartbeats.length === 0) return;
  completeStatus(self);
  const leaderHint = sayLeader(election);
  for (let place = 0; place < heartbeats.length; place++) {
    const message = heartbeats[place]!;
    const gossip: Mutable<Gossip> | undefined = message.gossip;
    if (gossip === undefined) continue;
    if (leaderHint === undefined && gossip.rumors.length === 0) message.gossip = undefined;
    else gossip.leaderHint = leaderHint;
  }
}

/** This member's own status, newer than any before. */
function completeStatus(self: MemberState): void {
  const { config, pool: { status } } = self.ground;
  void ({
    beat: status.beat = ++self.beat,
    incarnation: status.incarnation = self.membership.incarnation,
    id: status.id = config.id,
    address: status.address = config.address,
    weight: status.weight = config.weight,
  } satisfies Omit<Status, SaidByElection>);
  sayStatus(self.election, status);
}
