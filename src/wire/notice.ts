/**
 * Notices: a process that cannot read a datagram, or must not, says so to where it came from, in the clear and with nothing in it but the
 * reason. The other one would otherwise never learn why it is not heard: a member of another cluster, or with another secret. Nothing
 * follows from a notice but a warning; nobody answers one.
 *
 * @module
 */

import type { Boot } from "../core/message/message.ts";
import { BOUNDS } from "../limits.ts";
import { isPrintable } from "../base/printable.ts";
import { BOOT_BYTES, ByteReader, ByteWriter, decodeText } from "./bytes.ts";
import { crc32 } from "./checksum.ts";
import { CHECKSUM_BYTES, FIXED_BYTES, headerPrefix, MAGIC, MAJOR, NOTICE } from "./header.ts";

/** Why the datagram was refused, by its number on the wire. */
const NOTICE_REASONS = ["other-cluster", "unsealed", "sealed", "bad-seal"] as const;

/** Why a datagram is refused in a way that its sender should know. */
export type NoticeReason = typeof NOTICE_REASONS[number];

/** What a notice says. */
export interface Notice {
  /** The cluster of the process that refuses. */
  readonly cluster: string;
  readonly from: Boot;
  /** The process whose datagram was refused. */
  readonly to: Boot;
  readonly reason: NoticeReason;
}

/** Whose datagram this claims to be, whatever is in it. */
export interface Origin {
  readonly cluster: string;
  readonly from: Boot;
}

/** Whether the sender of a datagram that was dropped for this reason is to be told. */
export function isNoticeable(reason: string): reason is NoticeReason {
  return (NOTICE_REASONS as readonly string[]).includes(reason);
}

/** Whether the datagram is a notice, if it is anything. */
export function isNotice(bytes: Uint8Array): boolean {
  return bytes[4] === NOTICE;
}

/** The datagram for a notice. */
export function writeNotice({ cluster, from, to, reason }: Notice): Uint8Array {
  const prefix = headerPrefix(cluster, from, NOTICE);
  const bytes = new Uint8Array(prefix.length + BOOT_BYTES + 1 + CHECKSUM_BYTES);
  const writer = new ByteWriter(bytes);
  writer.raw(prefix);
  writer.boot(to, "to");
  writer.u8(NOTICE_REASONS.indexOf(reason));
  writer.u32(crc32(bytes, writer.length));
  return bytes;
}

/** What a notice says; undefined where the datagram is none. */
export function readNotice(bytes: Uint8Array): Notice | undefined {
  const end = bytes.length - CHECKSUM_BYTES;
  const reader = new ByteReader(bytes);
  if (end < 0 || !isNotice(bytes) || reader.reset(bytes, end).u32() !== crc32(bytes, end)) return undefined;
  const origin = readOrigin(bytes);
  if (origin === undefined) return undefined;
  reader.reset(bytes, origin.length, end);
  const to = reader.bootOrNone(false);
  const reason = NOTICE_REASONS[reader.u8()];
  if (reader.failed || reader.left > 0 || reason === undefined) return undefined;
  return { cluster: origin.cluster, from: origin.from, to, reason };
}

/** Whose datagram of this protocol this claims to be, and where its header goes on. */
export function readOrigin(bytes: Uint8Array): Origin & { readonly length: number } | undefined {
  const reader = new ByteReader(bytes).reset(bytes);
  if (reader.u16() !== MAGIC || reader.u8() !== MAJOR) return undefined;
  reader.reset(bytes, FIXED_BYTES);
  const size = reader.u8();
  // Anybody may have sent it: nothing of it is kept for the next.
  const cluster = size > BOUNDS.maxNameBytes ? undefined : decodeText(reader.raw(size));
  const from = reader.bootOrNone(false);
  const isSound = !reader.failed && from !== "" && cluster !== undefined && cluster !== "" && isPrintable(cluster);
  return isSound ? { cluster, from, length: reader.position } : undefined;
}
