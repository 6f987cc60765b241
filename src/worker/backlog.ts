/**
 * Messages on their way from the loop to the application's thread. A thread that is blocked takes none, and what waits for it
 * would grow with whatever others send.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";
import type { EncodedMessage } from "./protocol.ts";

/** What a message takes beside its value: its name, its sender, and the runtime's own. */
const ENVELOPE = 1024;

/** The bytes that wait, in memory that both threads share. */
export class Backlog {
  /** What the other thread needs to construct its side. */
  readonly buffer: SharedArrayBuffer;
  readonly #waiting: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#waiting = new Int32Array(buffer);
  }

  /** Bytes that wait now. */
  get bytes(): number {
    return Atomics.load(this.#waiting, 0);
  }

  /** For the loop: counts a message that is about to be posted; false, and nothing is counted, where too much waits. */
  admits(message: EncodedMessage): boolean {
    const size = sizeOf(message);
    if (this.bytes + size > LIMITS.backlogBytes) return false;
    Atomics.add(this.#waiting, 0, size);
    return true;
  }

  /** For the application's thread: it has the message now. */
  taken(message: EncodedMessage): void {
    Atomics.sub(this.#waiting, 0, sizeOf(message));
  }
}

function sizeOf({ body }: EncodedMessage): number {
  return ENVELOPE + body.length;
}
