/**
 * How much room a rumor takes.
 *
 * @module
 */

import type { Rumor } from "./message.ts";

/** Kind, boot and incarnation. */
const FIXED_BYTES = 1 + 8 + 7;
const IPV4_BYTES = 7;
const IPV6_BYTES = 19;
/** The boot of who suspects. */
const BY_BYTES = 8;
/** The length of the id, and the weight. */
const ALIVE_BYTES = 1 + 8;
/** UTF-8 has at most three bytes for a UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

/** What the shortest rumor takes. */
export const LEAST_RUMOR_BYTES: number = FIXED_BYTES + IPV4_BYTES;

/** At most how many bytes a rumor takes on the wire. */
export function bytesOf(rumor: Rumor): number {
  const fixed = FIXED_BYTES + (rumor.address.startsWith("[") ? IPV6_BYTES : IPV4_BYTES);
  if (rumor.kind === "dead") return fixed;
  if (rumor.kind === "suspect") return fixed + BY_BYTES;
  return fixed + ALIVE_BYTES + textBytes(rumor.id);
}

function textBytes(text: string): number {
  let bytes = text.length;
  for (let unit = 0; unit < text.length; unit++) if (text.charCodeAt(unit) > 0x7f) bytes += BYTES_PER_UNIT - 1;
  return bytes;
}
