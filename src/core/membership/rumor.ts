/**
 * How much room a rumor takes.
 *
 * @module
 */

import type { Rumor } from "../message/message.ts";

/** Kind, boot and incarnation. */
const RUMOR_HEAD_BYTES = 1 + 8 + 7;
const IPV4_BYTES = 7;
const IPV6_BYTES = 19;
/** The boot of who suspects. */
const BY_BYTES = 8;
/** The length of the id, and the weight. */
const ALIVE_BYTES = 1 + 8;

/** What the shortest rumor takes. */
export const LEAST_RUMOR_BYTES: number = RUMOR_HEAD_BYTES + IPV4_BYTES;

/** At most how many bytes a rumor takes on the wire. */
export function bytesOf(rumor: Rumor): number {
  const fixed = RUMOR_HEAD_BYTES + (rumor.address.startsWith("[") ? IPV6_BYTES : IPV4_BYTES);
  if (rumor.kind === "dead") return fixed;
  if (rumor.kind === "suspect") return fixed + BY_BYTES;
  return fixed + ALIVE_BYTES + textBytes(rumor.id);
}

/** The bytes of a text in UTF-8. */
export function textBytes(text: string): number {
  // Not rounded up: the smallest datagram has room for the longest id, but for no more.
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    bytes += point <= 0x7f ? 1 : point <= 0x7ff ? 2 : point <= 0xffff ? 3 : 4;
  }
  return bytes;
}
