/**
 * Datagrams: from what a member says to bytes, and back from bytes that anybody may have sent.
 *
 * @module
 */

import type { Boot, Cookie } from "../core/message/message.ts";
import { BOUNDS } from "../limits.ts";
import { ByteReader, ByteWriter, isBoot } from "./bytes.ts";
import { crc32 } from "./checksum.ts";
import { type Payload, readBody, writeBody } from "./codec.ts";
import { payloadRoom } from "./fragments.ts";
import {
  CHECKSUM_BYTES,
  CHECKSUMMED,
  envelopeBytes,
  type Header,
  headerPrefix,
  MINOR,
  readHeader,
  rememberBoots,
  SEALED,
  SEQUENCE_BYTES,
  TAG_BYTES,
  type WireDrop,
} from "./header.ts";
import { statusBytes } from "./heartbeat.ts";
import { isNotice, type Notice, type NoticeReason, readNotice, readOrigin, writeNotice } from "./notice.ts";
import { Scratch } from "./scratch.ts";
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

/** What a valid datagram says; valid until the next one is opened on this thread, but for the rumors in it. */
export interface Packet {
  readonly from: Boot;
  /** What the sender shows, or `NO_COOKIE`. */
  readonly cookie: Cookie;
  readonly payload: Payload;
}

/** A packet, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly packet: Packet }
  /** With the notice that the datagram is, if it is one. */
  | { readonly ok: false; readonly reason: WireDrop; readonly notice?: Notice };

/** Makes and opens the datagrams of one member. */
export interface Wire {
  /**
   * The datagram for a payload, which shows `cookie`; valid until the next one is sealed on this thread. Throws a RangeError when the payload
   * holds what no valid member would say, such as an infinite weight or an address that is not canonical; nothing that was
   * opened is refused here.
   */
  seal(cookie: Cookie, payload: Payload): Uint8Array;
  /**
   * What a datagram says, until the next one is opened on this thread: a ping or an ack is read into the same objects each time.
   * Never throws, and remembers nothing of a datagram that is not authentic. `mayDerive` is asked before keys are derived for a sender
   * that is not known; without it, it always may.
   */
  open(bytes: Uint8Array, mayDerive?: () => boolean): Opened;
  /** The datagram that tells the sender of another one why it was dropped; undefined where it is of no process. */
  notice(bytes: Uint8Array, reason: NoticeReason): Uint8Array | undefined;
  /** The most payload bytes of a fragment whose datagram must not be larger than `maxPacketSize` bytes. */
  payloadRoom(maxPacketSize: number): number;
  /** The bytes left for rumors in every ping, ack and page of the member with that id. */
  rumorRoom(maxPacketSize: number, id: string): number;
}

/**
 * Makes the wire of one member. Throws a RangeError when the cluster or the boot has the wrong size.
 *
 * @example
 * ```ts
 * import { createWire } from "./wire.ts";
 *
 * const alice = createWire({ cluster: "example", boot: "00000000000000a1", secrets: ["correct horse"] });
 * const bob = createWire({ cluster: "example", boot: "00000000000000b2", secrets: ["correct horse"] });
 * const datagram = alice.seal("00000000000000b2", { kind: "leave", nonce: 7, idle: true });
 * console.log(bob.open(datagram)); // { ok: true, packet: { from: "00000000000000a1", ... } }
 * console.log(bob.open(datagram)); // { ok: false, reason: "replayed" }
 * ```
 */
export function createWire(config: WireConfig): Wire {
  return new MemberWire(config);
}

const always = (): boolean => true;

/** Datagrams are written here, one at a time on each thread. */
const scratch = new Scratch(BOUNDS.maxPacketSize);
const writer = new ByteWriter(scratch.bytes);

class MemberWire implements Wire {
  readonly #boot: Boot;
  readonly #cluster: string;
  readonly #sealer: Sealer | undefined;
  readonly #prefix: Uint8Array;
  readonly #clusterBytes: number;
  readonly #reader = new ByteReader(scratch.bytes);
  readonly #boots = new ByteReader(scratch.bytes);
  readonly #header: Header = { minor: 0, form: 0, from: "", cookie: "", length: 0 };
  /** What is opened is told with the same objects again and again. */
  readonly #packet: { from: Boot; cookie: Cookie; payload: Payload } = {
    from: "",
    cookie: "",
    payload: { kind: "leave", nonce: 0, idle: false },
  };
  readonly #opened: Opened = { ok: true, packet: this.#packet };

  constructor({ cluster, boot, secrets }: WireConfig) {
    if (!isBoot(boot)) {
      throw new RangeError(`Cannot seal: "boot" must be 16 hex digits, not all zero, got ${JSON.stringify(boot)}`);
    }
    this.#boot = boot;
    this.#cluster = cluster;
    this.#sealer = secrets.length > 0 ? new Sealer(cluster, boot, secrets) : undefined;
    this.#prefix = headerPrefix(cluster, boot, this.#sealer ? SEALED : CHECKSUMMED);
    this.#clusterBytes = new TextEncoder().encode(cluster).length;
  }

  seal(cookie: Cookie, payload: Payload): Uint8Array {
    writer.reset();
    writer.raw(this.#prefix);
    writer.boot(cookie, "cookie");
    if (this.#sealer !== undefined) return seal(this.#sealer, payload);
    writeBody(writer, payload);
    writer.u32(crc32(scratch.bytes, writer.length));
    return scratch.view(0, writer.length);
  }

  open(bytes: Uint8Array, mayDerive: () => boolean = always): Opened {
    if (isNotice(bytes)) return this.#openNotice(bytes);
    const reason = this.#read(bytes, mayDerive);
    return reason === undefined ? this.#opened : { ok: false, reason };
  }

  notice(bytes: Uint8Array, reason: NoticeReason): Uint8Array | undefined {
    const origin = readOrigin(bytes);
    if (origin === undefined || origin.from === this.#boot) return undefined;
    return writeNotice({ cluster: this.#cluster, from: this.#boot, to: origin.from, reason });
  }

  #openNotice(bytes: Uint8Array): Opened {
    const notice = readNotice(bytes);
    if (notice === undefined) return { ok: false, reason: "malformed" };
    if (notice.from === this.#boot) return { ok: false, reason: "reflected" };
    return notice.to === this.#boot ? { ok: false, reason: "refused", notice } : { ok: false, reason: "malformed" };
  }

  payloadRoom(maxPacketSize: number): number {
    return payloadRoom(maxPacketSize, this.#clusterBytes, this.#sealer !== undefined);
  }

  rumorRoom(maxPacketSize: number, id: string): number {
    return maxPacketSize - envelopeBytes(this.#clusterBytes, this.#sealer !== undefined) - statusBytes(id);
  }

  #read(bytes: Uint8Array, mayDerive: () => boolean): WireDrop | undefined {
    const header = this.#header;
    const reason = readHeader(this.#reader, bytes, this.#prefix, header);
    if (reason !== undefined) return reason;
    // Whoever sends a datagram back to where it came from needs no secret for it to be authentic.
    if (header.from === this.#boot) return "reflected";
    const refused = this.#sealer === undefined ? this.#verify(bytes) : this.#unseal(this.#sealer, bytes, mayDerive);
    if (refused !== undefined) return refused;
    rememberBoots(this.#boots, bytes, header);
    const payload = readBody(this.#reader, header.minor <= MINOR);
    if (typeof payload === "string") return payload;
    this.#packet.from = header.from;
    this.#packet.cookie = header.cookie;
    this.#packet.payload = payload;
    return undefined;
  }

  /** Leaves the reader at the body. */
  #verify(bytes: Uint8Array): WireDrop | undefined {
    const { form, length } = this.#header;
    if (form === SEALED) return "sealed";
    if (form !== CHECKSUMMED) return "malformed";
    const end = bytes.length - CHECKSUM_BYTES;
    if (end <= length) return "too-short";
    if (this.#reader.reset(bytes, end).u32() !== crc32(bytes, end)) return "bad-checksum";
    this.#reader.reset(bytes, length, end);
    return undefined;
  }

  /** Leaves the reader at the body. */
  #unseal(sealer: Sealer, bytes: Uint8Array, mayDerive: () => boolean): WireDrop | undefined {
    const { form, from, length } = this.#header;
    if (form === CHECKSUMMED) return "unsealed";
    if (form !== SEALED) return "malformed";
    const end = length + SEQUENCE_BYTES;
    if (bytes.length <= end + TAG_BYTES) return "too-short";
    const reader = this.#reader.reset(bytes, length);
    const sequence = reader.u16() * 0x1_0000_0000 + reader.u32();
    const body = sealer.open(from, sequence, bytes, end, mayDerive);
    if (typeof body === "string") return body;
    reader.reset(body);
    return undefined;
  }
}

/** Goes on with a datagram whose header has been written but for its number. */
function seal(sealer: Sealer, payload: Payload): Uint8Array {
  const sequence = sealer.nextSequence();
  writer.u16(Math.floor(sequence / 0x1_0000_0000));
  writer.u32(sequence);
  const header = writer.length;
  writeBody(writer, payload);
  return sealer.seal(sequence, scratch.view(0, header), scratch.view(header, writer.length));
}
