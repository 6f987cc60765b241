/**
 * Datagrams: from what a member says to bytes, and back from bytes that anybody may have sent.
 *
 * @module
 */

import type { Boot } from "../core/message.ts";
import { BOUNDS } from "../limits.ts";
import { ByteReader, ByteWriter, isBoot } from "./bytes.ts";
import { crc32 } from "./checksum.ts";
import { type Payload, readBody, statusBytes, writeBody } from "./codec.ts";
import { payloadRoom } from "./fragments.ts";
import {
  CHECKSUM_BYTES,
  CHECKSUMMED,
  envelopeBytes,
  type Header,
  headerPrefix,
  MINOR,
  readHeader,
  SEALED,
  SEQUENCE_BYTES,
  TAG_BYTES,
  type WireDrop,
} from "./header.ts";
import { Sealer } from "./seal.ts";

/** Whose datagrams these are. */
export interface WireConfig {
  /** 1 to `BOUNDS.maxNameBytes` bytes of UTF-8; datagrams of other clusters are dropped. */
  readonly cluster: string;
  /** Fresh for every wire that is made: with a secret, a boot used twice would give its messages away. */
  readonly boot: Boot;
  /** The first seals, all open. Without any, datagrams are checksummed and readable. */
  readonly secrets: readonly string[];
}

/** What a valid datagram says. */
export interface Packet {
  readonly from: Boot;
  /** The receiver's boot as the sender knows it, or `UNKNOWN_BOOT`. */
  readonly to: Boot;
  readonly payload: Payload;
}

/** A packet, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly packet: Packet }
  | { readonly ok: false; readonly reason: WireDrop };

/** Makes and opens the datagrams of one member. */
export interface Wire {
  /**
   * The datagram for a payload, in bytes of its own. Throws a RangeError when the payload holds what no valid
   * member would say, such as an infinite weight or an address that is not canonical; nothing that was
   * opened is refused here.
   */
  seal(to: Boot, payload: Payload): Uint8Array;
  /** What a datagram says. Never throws, and remembers nothing of a datagram that is not authentic. */
  open(bytes: Uint8Array): Opened;
  /** The most payload bytes of a fragment whose datagram must not be larger than `maxPacketSize` bytes. */
  payloadRoom(maxPacketSize: number): number;
  /** The bytes left for rumors in every ping, ack and page of the member with that id. */
  rumorRoom(maxPacketSize: number, id: string): number;
}

/** Datagrams are written here, and then copied in their size: one of a thread is enough, nothing waits in between. */
const scratch = new Uint8Array(BOUNDS.maxPacketSize);

/**
 * Makes the wire of one member. Throws a RangeError when the cluster or the boot has the wrong size.
 *
 * @example
 * ```ts
 * import { createWire } from "./wire.ts";
 *
 * const alice = createWire({ cluster: "example", boot: "00000000000000a1", secrets: ["correct horse"] });
 * const bob = createWire({ cluster: "example", boot: "00000000000000b2", secrets: ["correct horse"] });
 * const datagram = alice.seal("00000000000000b2", { kind: "leave", nonce: 7 });
 * console.log(bob.open(datagram)); // { ok: true, packet: { from: "00000000000000a1", ... } }
 * console.log(bob.open(datagram)); // { ok: false, reason: "replayed" }
 * ```
 */
export function createWire(config: WireConfig): Wire {
  const { cluster, boot, secrets } = config;
  if (!isBoot(boot)) {
    throw new RangeError(`Cannot seal: "boot" must be 16 hex digits, not all zero, got ${JSON.stringify(boot)}`);
  }
  const sealer = secrets.length > 0 ? new Sealer(cluster, boot, secrets) : undefined;
  const prefix = headerPrefix(cluster, boot, sealer ? SEALED : CHECKSUMMED);
  const clusterBytes = new TextEncoder().encode(cluster).length;
  return {
    seal: (to, payload) => sealer ? sealed(sealer, prefix, to, payload) : checksummed(prefix, to, payload),
    open: (bytes) => {
      const packet = openWith(sealer, prefix, boot, bytes);
      return typeof packet === "string" ? { ok: false, reason: packet } : { ok: true, packet };
    },
    payloadRoom: (maxPacketSize) => payloadRoom(maxPacketSize, clusterBytes, sealer !== undefined),
    rumorRoom: (maxPacketSize, id) =>
      maxPacketSize - envelopeBytes(clusterBytes, sealer !== undefined) - statusBytes(id),
  };
}

function checksummed(prefix: Uint8Array, to: Boot, payload: Payload): Uint8Array {
  const writer = new ByteWriter(scratch);
  writer.raw(prefix);
  writer.boot(to, "to");
  writeBody(writer, payload);
  writer.u32(crc32(scratch, writer.length));
  return scratch.slice(0, writer.length);
}

function sealed(sealer: Sealer, prefix: Uint8Array, to: Boot, payload: Payload): Uint8Array {
  const writer = new ByteWriter(scratch);
  writer.raw(prefix);
  writer.boot(to, "to");
  const sequence = sealer.nextSequence();
  writer.u16(Math.floor(sequence / 0x1_0000_0000));
  writer.u32(sequence);
  const header = writer.length;
  writeBody(writer, payload);
  return sealer.seal(sequence, scratch.subarray(0, header), scratch.subarray(header, writer.length));
}

function openWith(sealer: Sealer | undefined, prefix: Uint8Array, boot: Boot, bytes: Uint8Array): Packet | WireDrop {
  const header = readHeader(bytes, prefix);
  if (typeof header === "string") return header;
  // Whoever sends a datagram back to where it came from needs no secret for it to be authentic.
  if (header.from === boot) return "reflected";
  const body = sealer ? unseal(sealer, header, bytes) : verify(header, bytes);
  if (typeof body === "string") return body;
  const payload = readBody(body, header.minor <= MINOR);
  return typeof payload === "string" ? payload : { from: header.from, to: header.to, payload };
}

function verify(header: Header, bytes: Uint8Array): ByteReader | WireDrop {
  if (header.form === SEALED) return "sealed";
  if (header.form !== CHECKSUMMED) return "malformed";
  const end = bytes.length - CHECKSUM_BYTES;
  if (end <= header.length) return "too-short";
  const checksum = new ByteReader(bytes, end).u32();
  return checksum === crc32(bytes, end) ? new ByteReader(bytes, header.length, end) : "bad-checksum";
}

function unseal(sealer: Sealer, header: Header, bytes: Uint8Array): ByteReader | WireDrop {
  if (header.form === CHECKSUMMED) return "unsealed";
  if (header.form !== SEALED) return "malformed";
  const end = header.length + SEQUENCE_BYTES;
  if (bytes.length <= end + TAG_BYTES) return "too-short";
  const reader = new ByteReader(bytes, header.length);
  const sequence = reader.u16() * 0x1_0000_0000 + reader.u32();
  const body = sealer.open(header.from, sequence, bytes.subarray(0, end), bytes.subarray(end));
  return typeof body === "string" ? body : new ByteReader(body);
}
