/**
 * What tells one start of a member from the next.
 *
 * @module
 */

import type { Boot } from "../core/message/message.ts";

/** 64 random bits as 16 hex digits. */
export function randomBoot(): Boot {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
