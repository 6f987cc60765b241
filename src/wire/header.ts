/**
 * What stands at the start of every datagram, in the clear:
 *
 * | bytes | field |
 * | --- | --- |
 * | 2 | magic |
 * | 1 | major version: another one is not understood |
 * | 1 | minor version: a higher one only adds kinds, and fields at the end, that may be ignored |
 * | 1 | form: 0 checksummed, 1 sealed, 2 a notice, see `notice.ts` |
 * | 1 + n | cluster, UTF-8 behind its length |
 * | 8 | boot of the sender |
 * | 8 | cookie: what the receiver has told the sender to show, zeros before it has |
 * | 6 | sequence number, if sealed |
 *
 * **Versions.** Members of one major version understand each other, whatever their minor versions. A later minor version may add a
 * kind of message, a flag that is clear in datagrams of earlier ones, and fields behind all others; it gives nothing another meaning,
 * and must do without an answer to what it added. An earlier one ignores these: a kind that it does not know is counted
 * (`unknown-kind`), a flag and the bytes at the end are not looked at. Of another major version nothing is read (`bad-version`).
 *
 * The body follows: the kind in one byte and its fields, encrypted if sealed. At the end stands the CRC-32
 * of all before it, or the authentication tag.
 *
 * @module
 */

import type { Boot, Cookie } from "../core/message/message.ts";
import { BOUNDS } from "../limits.ts";
import { BOOT_BYTES, type ByteReader, ByteWriter } from "./bytes.ts";

/** Tells datagrams of this protocol from any other. */
export const MAGIC = 0xd3c4;
/** The version that this code speaks. */
export const MAJOR = 2;
/** See {@linkcode MAJOR}. */
export const MINOR = 0;
/** The form of a datagram with a checksum. */
export const CHECKSUMMED = 0;
/** The form of a datagram that is encrypted and authenticated. */
export const SEALED = 1;
/** The form of a datagram that says why another one was refused. */
export const NOTICE = 2;
/** The size of a CRC-32. */
export const CHECKSUM_BYTES = 4;
/** The size of the authentication tag of AES-GCM. */
export const TAG_BYTES = 16;
/** The size of the sequence number of a sealed datagram. */
export const SEQUENCE_BYTES = 6;

/** What stands before the cluster. */
export const FIXED_BYTES = 5;

/** Why a datagram was ignored before the core saw it. */
export type WireDrop =
  | "too-short"
  | "bad-magic"
  | "bad-version"
  | "other-cluster"
  | "bad-checksum"
  /** Not sealed, where a secret is set. */
  | "unsealed"
  /** Sealed, where no secret is set. */
  | "sealed"
  /** Sealed with another secret, or changed on its way. */
  | "bad-seal"
  | "replayed"
  /** One's own datagram, come back. */
  | "reflected"
  /** A notice: another process ignores this one's datagrams. */
  | "refused"
  /** More than this member can look into of senders that it does not know. */
  | "flooded"
  | "unknown-kind"
  | "malformed";

/** What a header says, once the magic, the major version and the cluster are known to be ours. */
export interface Header {
  minor: number;
  form: number;
  from: Boot;
  cookie: Cookie;
  /** Where the header ends, without the sequence number. */
  length: number;
}

/** All that a datagram holds beside its body, in bytes. */
export function envelopeBytes(clusterBytes: number, sealed: boolean): number {
  const header = FIXED_BYTES + 1 + clusterBytes + 2 * BOOT_BYTES;
  return header + (sealed ? SEQUENCE_BYTES + TAG_BYTES : CHECKSUM_BYTES);
}

/** The start of every header of one sender, up to and including its boot. */
export function headerPrefix(cluster: string, boot: Boot, form: number): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES + 1 + BOUNDS.maxNameBytes + BOOT_BYTES);
  const writer = new ByteWriter(bytes);
  writer.u16(MAGIC);
  writer.u8(MAJOR);
  writer.u8(MINOR);
  writer.u8(form);
  writer.text(cluster, BOUNDS.maxNameBytes, "cluster");
  writer.boot(boot, "boot");
  return bytes.slice(0, writer.length);
}

/**
 * Reads a header into `header`, or says what is wrong. `prefix` is the receiver's own, whose magic, version and cluster must
 * be met.
 */
export function readHeader(
  reader: ByteReader,
  bytes: Uint8Array,
  prefix: Uint8Array,
  header: Header,
): WireDrop | undefined {
  if (bytes.length < FIXED_BYTES) return "too-short";
  if (bytes[0] !== prefix[0] || bytes[1] !== prefix[1]) return "bad-magic";
  if (bytes[2] !== prefix[2]) return "bad-version";
  const clusterEnd = prefix.length - BOOT_BYTES;
  for (let at = FIXED_BYTES; at < clusterEnd; at++) {
    if (at >= bytes.length) return "too-short";
    if (bytes[at] !== prefix[at]) return "other-cluster";
  }
  reader.reset(bytes, clusterEnd);
  header.from = reader.bootOrNone(false);
  header.cookie = reader.bootOrNone(false);
  if (reader.failed) return "too-short";
  if (header.from === "") return "malformed";
  header.minor = bytes[3] ?? 0;
  header.form = bytes[4] ?? 0;
  header.length = reader.position;
  return undefined;
}

/** The datagram is authentic: its boots are remembered, so that they need not be made anew for the next. */
export function rememberBoots(reader: ByteReader, bytes: Uint8Array, { length }: Header): void {
  reader.reset(bytes, length - 2 * BOOT_BYTES);
  reader.bootOrNone();
  reader.bootOrNone();
}
