/**
 * The core as the simulator sees it: a parameter, so that a core with planted bugs can take its place.
 *
 * @module
 */

import type { CitizenConfig, Input, Instant } from "../../src/core/input.ts";
import type { Effect, LeaderInfo } from "../../src/core/effect.ts";

/** The functions of `src/core/citizen.ts`; the citizen itself is nobody's business but theirs. */
export interface Core<Citizen> {
  createCitizen(config: CitizenConfig, at: Instant): Citizen;
  step(citizen: Citizen, input: Input): readonly Effect[];
  wakeAt(citizen: Citizen): number;
  leaderOf(citizen: Citizen): LeaderInfo | undefined;
}
