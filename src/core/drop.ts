/**
 * Ignoring what does not fit.
 *
 * @module
 */

import type { CoreDrop } from "./effect.ts";
import type { Citizen } from "./state.ts";

/** Counts a packet, or a part of it, as ignored. */
export function drop(citizen: Citizen, reason: CoreDrop): undefined {
  citizen.effects.push({ kind: "dropped", reason });
}
