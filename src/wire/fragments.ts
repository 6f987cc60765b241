/**
 * Custom messages as pieces that fit into datagrams.
 *
 * A message is the length of its name in one byte, the name in UTF-8, and the value. It is cut into equal
 * chunks, of which the last may be shorter: the index, the count and the total say where each one belongs
 * and how long it must be, so that no two chunks can overlap or leave a gap.
 *
 * @module
 */

import { BOUNDS, LIMITS } from "../limits.ts";
import { ByteReader, INTEGER_BYTES } from "./bytes.ts";
import { envelopeBytes } from "./header.ts";

/** One piece of a custom message. */
export interface DataFragment {
  readonly kind: "data";
  /** Whether the name is that of a channel (`publish`), not of an event (`send`). */
  readonly channel: boolean;
  /** Counts the messages of a sender. */
  readonly message: number;
  /** Which piece this is, from 0. */
  readonly index: number;
  /** How many pieces there are. */
  readonly count: number;
  /** Bytes of the whole message, its name included. */
  readonly total: number;
  /** When read from a datagram: a part of its bytes, not a copy. */
  readonly payload: Uint8Array;
}

/** A custom message, whole. */
export interface CustomMessage {
  readonly channel: boolean;
  readonly name: string;
  /** The encoded value. */
  readonly value: Uint8Array;
}

/** Kind, flags, message, index, count, total. */
const FRAGMENT_BYTES = 1 + 1 + INTEGER_BYTES + 2 + 2 + 4;
const MAX_TOTAL = 1 + BOUNDS.maxNameBytes + LIMITS.messageBytes;
/** What a message needs where datagrams are smallest and envelopes largest; more pieces than that are hostile. */
const MAX_COUNT = Math.ceil(
  MAX_TOTAL / (BOUNDS.minPacketSize - FRAGMENT_BYTES - envelopeBytes(BOUNDS.maxNameBytes, true)),
);

const encoder = new TextEncoder();

/** The most payload bytes of a fragment whose datagram must not be larger than `maxPacketSize`. */
export function payloadRoom(maxPacketSize: number, clusterBytes: number, sealed: boolean): number {
  return maxPacketSize - envelopeBytes(clusterBytes, sealed) - FRAGMENT_BYTES;
}

/**
 * Cuts a message into fragments of at most `room` payload bytes. `number` tells it from the sender's other
 * messages. Throws a RangeError when the name is empty or over `BOUNDS.maxNameBytes`, or the value is over
 * `LIMITS.messageBytes`.
 */
export function fragment(message: CustomMessage, number: number, room: number): DataFragment[] {
  const bytes = join(message);
  const total = bytes.length;
  const size = Math.ceil(total / Math.ceil(total / room));
  const count = Math.ceil(total / size);
  return Array.from({ length: count }, (_, index) => ({
    kind: "data",
    channel: message.channel,
    message: number,
    index,
    count,
    total,
    payload: bytes.subarray(index * size, (index + 1) * size),
  }));
}

function join(message: CustomMessage): Uint8Array {
  const name = encoder.encode(message.name);
  if (name.length === 0 || name.length > BOUNDS.maxNameBytes) {
    throw new RangeError(`Cannot send: "name" must be 1 to ${BOUNDS.maxNameBytes} bytes of UTF-8, got ${name.length}`);
  }
  if (message.value.length > LIMITS.messageBytes) {
    throw new RangeError(
      `Cannot send: "data" must be at most ${LIMITS.messageBytes} bytes when encoded, got ${message.value.length}`,
    );
  }
  const bytes = new Uint8Array(1 + name.length + message.value.length);
  bytes[0] = name.length;
  bytes.set(name, 1);
  bytes.set(message.value, 1 + name.length);
  return bytes;
}

/** The name and the value in the bytes of a whole message, copied; or `undefined` when there is no name. */
export function split(channel: boolean, bytes: Uint8Array): CustomMessage | undefined {
  const reader = new ByteReader(bytes);
  const name = reader.text(BOUNDS.maxNameBytes);
  return reader.failed ? undefined : { channel, name, value: bytes.slice(reader.position) };
}

/**
 * Where a chunk starts and how long it is. `undefined` when no message is cut that way, or is that large.
 */
export function chunkOf(
  index: number,
  count: number,
  total: number,
): { readonly start: number; readonly length: number } | undefined {
  if (index >= count || count > MAX_COUNT || total === 0 || total > MAX_TOTAL) return undefined;
  const size = Math.ceil(total / count);
  if (Math.ceil(total / size) !== count) return undefined;
  return { start: index * size, length: Math.min(size, total - index * size) };
}
