/**
 * Ignoring what does not fit.
 *
 * @module
 */

import type { CoreDrop } from "./effect.ts";
import type { Ground } from "./ground.ts";

/** Counts a packet, or a part of it, as ignored. */
export function drop({ effects }: Ground, reason: CoreDrop): undefined {
  effects.push({ kind: "dropped", reason });
}
