/**
 * Custom messages: cut on their way out, put together on their way in, and given to those who asked.
 *
 * @module
 */

import type { Boot } from "../core/message/message.ts";
import type { DropReason } from "../stats/counters.ts";
import { isMessageName } from "../leadership/events.ts";
import { type CustomMessage, type DataFragment, fragment } from "../wire/fragments.ts";
import { Reassembler } from "../wire/reassembler.ts";
import type { EncodedMessage } from "./protocol.ts";

/** What came of a fragment: the message that it completed, a reason to ignore it, or nothing yet. */
export type Taken =
  | { readonly message: CustomMessage; readonly reason?: undefined }
  | { readonly reason: DropReason; readonly message?: undefined }
  | undefined;

/** The custom messages of one member. */
export class Messenger {
  readonly #room: number;
  readonly #channels: Set<string>;
  readonly #reassembler = new Reassembler();
  #sent = 0;

  /** `room` is the most payload bytes of a fragment. */
  constructor(room: number, channels: readonly string[]) {
    this.#room = room;
    this.#channels = new Set(channels);
  }

  subscribe(channel: string): void {
    this.#channels.add(channel);
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(channel);
  }

  /** The fragments of a message, the same for every receiver. */
  cut({ name, channel, body }: EncodedMessage): DataFragment[] {
    return fragment({ name, channel, value: body }, this.#sent++, this.#room);
  }

  /** Takes a fragment of a member that is alive, at `now` in monotonic ms. */
  take(from: Boot, piece: DataFragment, now: number): Taken {
    const result = this.#reassembler.add(from, piece, now);
    if (result.kind === "incomplete") return undefined;
    if (result.kind === "dropped") return result;
    const { message } = result;
    if (!isMessageName(message.name)) return { reason: "reserved-name" };
    return message.channel && !this.#channels.has(message.name) ? undefined : { message };
  }

  /** Gives up the messages that lost a fragment long ago; returns how many. */
  expire(now: number): number {
    return this.#reassembler.expire(now);
  }

  /** Drops all that waits of a member that is gone. */
  forget(boot: Boot): void {
    this.#reassembler.forget(boot);
  }
}
