/**
 * The core as the simulator sees it: a parameter, so that a core with planted bugs can take its place.
 *
 * @module
 */

import type { Input, Instant, MemberConfig } from "../../src/core/input.ts";
import type { Effect, LeaderInfo } from "../../src/core/effect.ts";

/** The functions of `src/core/citizen.ts`; the citizen itself is nobody's business but theirs. */
export interface Core<MemberState> {
  createMember(config: MemberConfig, at: Instant): MemberState;
  step(state: MemberState, input: Input): readonly Effect[];
  wakeAt(state: MemberState): number;
  leaderOf(state: MemberState): LeaderInfo | undefined;
  namedLeaderOf(state: MemberState, election: string): LeaderInfo | undefined;
}
