/**
 * Flags: bits, of which a later minor version may give a meaning to those that have none yet.
 *
 * @module
 */

import type { ByteReader } from "./bytes.ts";

/** The flags in one byte, among which none may be without a meaning where the version is `exact` this one. */
export function readFlags(reader: ByteReader, meant: number, exact: boolean): number {
  return known(reader, reader.u8(), meant, exact);
}

/** The flags, among which none may be without a meaning where the version is `exact` this one. */
export function known(reader: ByteReader, flags: number, meant: number, exact: boolean): number {
  if (exact && flags & ~meant) reader.fail();
  return flags;
}
