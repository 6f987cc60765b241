/**
 * Leaving office for a reason of the application's: on request, or because its thread hangs.
 *
 * @module
 */

import { abandon, leaveOffice } from "./candidacy.ts";
import { findSuccessor } from "./election.ts";
import type { Citizen } from "./state.ts";

/** Timeouts that a member which resigned on request leaves the lead to others. */
const RETIREMENT = 2;

/** Hands the lead to the heaviest other member, and stands aside for a while. Nothing happens when it does not lead. */
export function resign(citizen: Citizen): void {
  if (citizen.candidacy?.elected !== true) return;
  citizen.retiredUntil = citizen.now + RETIREMENT * citizen.config.timeout;
  leaveOffice(citizen, "requested", findSuccessor(citizen));
}

/** Gives the lead away while the application's thread hangs; it may stand again once the thread moves. */
export function setStalled(citizen: Citizen, stalled: boolean): void {
  citizen.stalled = stalled;
  if (!stalled) return;
  leaveOffice(citizen, "stalled", findSuccessor(citizen));
  abandon(citizen);
}
