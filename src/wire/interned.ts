/**
 * Texts that are read again and again, such as the addresses and boots of a cluster's members: the same bytes give the
 * same string, which is made once.
 *
 * @module
 */

import { remember } from "../base/remembered.ts";
import { LIMITS } from "../limits.ts";

interface Known {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** Texts of one kind by their bytes. */
export class Interned {
  /** By a hash of 30 bits. Of two texts with one hash the later is kept. */
  readonly #known = new Map<number, Known>();

  /** The text that those bytes were, if it is known. */
  find(bytes: Uint8Array, start: number, length: number): string | undefined {
    const known = this.#known.get(hash(bytes, start, length));
    return known !== undefined && isSame(known.bytes, bytes, start, length) ? known.text : undefined;
  }

  /** Keeps the text that those bytes are, and returns it. */
  keep(bytes: Uint8Array, start: number, length: number, text: string): string {
    // Not `slice`: that of a Buffer does not copy.
    const copy = new Uint8Array(length);
    for (let at = 0; at < length; at++) copy[at] = bytes[start + at] ?? 0;
    return remember(this.#known, LIMITS.internedTexts, hash(bytes, start, length), { bytes: copy, text }).text;
  }
}

/** FNV-1a, down to what V8 keeps without an object. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  let value = FNV_OFFSET;
  for (let at = start; at < start + length; at++) value = Math.imul(value ^ (bytes[at] ?? 0), FNV_PRIME);
  return (value ^ (value >>> 30)) & 0x3fff_ffff;
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let at = 0; at < length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}
