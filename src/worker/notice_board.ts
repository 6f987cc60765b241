/**
 * Tells processes why their datagrams are not read, but no more than a few, for anybody may write in anybody's name.
 *
 * @module
 */

import { type Bucket, fullBucket, takeToken } from "../core/bucket.ts";
import { LIMITS } from "../limits.ts";
import type { WireDrop } from "../wire/header.ts";
import { isNoticeable } from "../wire/notice.ts";
import type { Wire } from "../wire/wire.ts";

/** The notices of one member. Times are monotonic ms. */
export class NoticeBoard {
  readonly #wire: Wire;
  readonly #send: (bytes: Uint8Array, to: string) => void;
  readonly #bucket: Bucket;

  /** `send` is called with each datagram and the `ip:port` that it is for. */
  constructor(wire: Wire, now: number, send: (bytes: Uint8Array, to: string) => void) {
    this.#wire = wire;
    this.#send = send;
    this.#bucket = fullBucket(LIMITS.notices, now);
  }

  /** A datagram from `source` was dropped for `reason`. */
  refuse(bytes: Uint8Array, source: string, reason: WireDrop, now: number): void {
    if (!isNoticeable(reason) || !takeToken(this.#bucket, LIMITS.notices, now)) return;
    const notice = this.#wire.notice(bytes, reason);
    if (notice !== undefined) this.#send(notice, source);
  }
}
