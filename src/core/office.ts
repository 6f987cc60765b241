/**
 * Leaving office for a reason of the application's: on request, or because its thread hangs.
 *
 * @module
 */

import { abandon, leaveOffice, riseAbove, stand } from "./candidacy.ts";
import { findSuccessor } from "./election.ts";
import { type Citizen, isQuarantined } from "./state.ts";

/** Timeouts that a member which resigned on request leaves the lead to others. */
const RETIREMENT = 2;

/** Hands the lead to the heaviest other member, and stands aside for a while. Nothing happens when it does not lead. */
export function resign(citizen: Citizen): void {
  if (citizen.candidacy?.elected !== true) return;
  citizen.retiredUntil = citizen.now + RETIREMENT * citizen.config.timeout;
  leaveOffice(citizen, "requested", findSuccessor(citizen));
}

/**
 * Another token has come to `term`. A leader of that term or an older one stands for a newer at once; those who
 * voted for it do so again.
 */
export function raise(citizen: Citizen, term: number): void {
  citizen.seenTerm = Math.max(citizen.seenTerm, term);
  if (citizen.candidacy === undefined || citizen.candidacy.term > term) return;
  if (!citizen.candidacy.elected) return abandon(citizen);
  if (citizen.config.quorum === "none") return riseAbove(citizen, term);
  leaveOffice(citizen, "outweighed", undefined);
  if (!isQuarantined(citizen)) stand(citizen, undefined);
}

/** Gives the lead away while the application's thread hangs; it may stand again once the thread moves. */
export function setStalled(citizen: Citizen, stalled: boolean): void {
  citizen.stalled = stalled;
  if (!stalled) return;
  leaveOffice(citizen, "stalled", findSuccessor(citizen));
  abandon(citizen);
}
