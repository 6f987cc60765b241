/**
 * Which promise of a voter a vote leans on.
 *
 * @module
 */

import type { Boot } from "../message/message.ts";

/** A promise of one process to another. */
export interface PromiseId {
  readonly boot: Boot;
  readonly epoch: number;
}
