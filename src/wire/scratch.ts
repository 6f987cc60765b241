/**
 * Memory that is written over and over again.
 *
 * @module
 */

import { remember } from "../base/remembered.ts";
import { LIMITS } from "../limits.ts";

/** Datagrams have the same few lengths all day. Views of longer ones are made anew each time. */
const { end: END, count: COUNT } = LIMITS.cachedViews;

/** A buffer with views of its parts, which are made once: a new one for each datagram would be garbage. */
export class Scratch {
  readonly bytes: Uint8Array;
  /** By where they begin and end, in one number. */
  readonly #views = new Map<number, Uint8Array>();

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  /** The bytes from `start` up to, not including, `end`. */
  view(start: number, end: number): Uint8Array {
    if (end >= END) return this.bytes.subarray(start, end);
    const key = start * END + end;
    return this.#views.get(key) ?? remember(this.#views, COUNT, key, this.bytes.subarray(start, end));
  }
}
