/**
 * Writing and reading of the fields that datagrams are made of. Numbers are big-endian.
 *
 * @module
 */

import { isPrintable } from "../base/printable.ts";
import { remember } from "../base/remembered.ts";
import type { Boot } from "../core/message/message.ts";
import { LIMITS } from "../limits.ts";
import { Interned } from "./interned.ts";

/** The size of a boot: 8 bytes, 16 hex digits as text. */
export const BOOT_BYTES = 8;
const NO_BOOT = "00".repeat(BOOT_BYTES);
/** The size of an integer from 0 to 2^53 - 1. */
export const INTEGER_BYTES = 7;
/** The size of a duration, in whole microseconds. */
export const DURATION_BYTES = 4;
/** The size of a finite number. */
export const DOUBLE_BYTES = 8;

/** Microseconds in a ms. */
export const MICROSECONDS = 1000;
const TWO_24 = 0x100_0000;
const TWO_32 = 0x1_0000_0000;
const MAX_U32 = TWO_32 - 1;
/** The three high bytes of a 53-bit integer use 21 of their 24 bits. */
const MAX_HIGH = 0x1f_ffff;

const encoder = new TextEncoder();
const FEW = 32;
const boots = new Map<Boot, Uint8Array>();
const texts = new Map<string, Uint8Array>();
const knownBoots = new Interned();
const knownTexts = new Interned();
// A byte order mark is kept, because two different ids must never become one.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const double = new DataView(new ArrayBuffer(DOUBLE_BYTES));
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Fills a buffer from its start, again and again. Its user owns the values: one that does not fit its field is a mistake of
 * the caller, and thrown as a RangeError.
 */
export class ByteWriter {
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  #length = 0;

  /** Writes over `buffer`, which must be large enough for all that is written. */
  constructor(buffer: Uint8Array) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  /** Starts at the beginning again. */
  reset(): void {
    this.#length = 0;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** An integer of one byte. */
  u8(value: number): void {
    this.#buffer[this.#length++] = value;
  }

  /** An integer of two bytes. */
  u16(value: number): void {
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
  }

  /** An integer of four bytes. */
  u32(value: number): void {
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  /** A safe integer that is not negative. */
  integer(value: number, name: string): void {
    if (!Number.isSafeInteger(value) || value < 0) throw noInteger(value, name);
    const high = Math.floor(value / TWO_32);
    // The fourth byte is written over.
    this.#view.setUint32(this.#length, high << 8);
    this.#view.setUint32(this.#length + 3, value);
    this.#length += INTEGER_BYTES;
  }

  /** A double, which must be finite. */
  finite(value: number, name: string): void {
    if (!Number.isFinite(value)) throw notFinite(value, name);
    this.#view.setFloat64(this.#length, value);
    this.#length += DOUBLE_BYTES;
  }

  /** Whole microseconds, held within what four bytes can say: an hour and eleven minutes. */
  microseconds(value: number, name: string): void {
    if (Number.isNaN(value)) throw new RangeError(`Cannot encode "${name}": must be a number, got NaN`);
    this.u32(Math.min(Math.max(value, 0), MAX_U32));
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    // For a few `set` has too much to do before it begins.
    if (bytes.length > FEW) this.#buffer.set(bytes, this.#length);
    else for (let at = 0; at < bytes.length; at++) this.#buffer[this.#length + at] = bytes[at] ?? 0;
    this.#length += bytes.length;
  }

  /** A text of 1 to `max` bytes of UTF-8, behind its length. */
  text(text: string, max: number, name: string): void {
    const bytes = texts.get(text) ?? remember(texts, LIMITS.encodedTexts, text, textBytes(text, max, name));
    if (bytes.length > max) throw tooLong(text, max, name);
    this.u8(bytes.length);
    this.raw(bytes);
  }

  /** A boot, or zeros for the empty one. */
  boot(boot: Boot, name: string): void {
    this.raw(boots.get(boot) ?? remember(boots, LIMITS.encodedTexts, boot, bootBytes(boot, name)));
  }
}

function noInteger(value: number, name: string): RangeError {
  return new RangeError(`Cannot encode "${name}": must be an integer from 0 to 2^53 - 1, got ${value}`);
}

function notFinite(value: number, name: string): RangeError {
  return new RangeError(`Cannot encode "${name}": must be finite, got ${value}`);
}

function bootBytes(boot: Boot, name: string): Uint8Array {
  if (boot !== "" && !isBoot(boot)) {
    throw new RangeError(`Cannot encode "${name}": must be 16 hex digits, not all zero, got ${JSON.stringify(boot)}`);
  }
  return Uint8Array.from(
    { length: BOOT_BYTES },
    (_, byte) => Number.parseInt(boot.slice(2 * byte, 2 * byte + 2), 16) || 0,
  );
}

function textBytes(text: string, max: number, name: string): Uint8Array {
  // No character takes less than a byte, and what cannot be sent is not remembered.
  const bytes = text.length > max ? undefined : encoder.encode(text);
  if (bytes === undefined || bytes.length === 0 || bytes.length > max) throw tooLong(text, max, name);
  return bytes;
}

function tooLong(text: string, max: number, name: string): RangeError {
  return new RangeError(`Cannot encode "${name}": must be 1 to ${max} bytes of UTF-8, got ${text.length} characters`);
}

/** Whether the text is a boot: 16 lower-case hex digits, not all zero, for zeros stand for an unknown boot. */
export function isBoot(text: string): boolean {
  return /^(?!0{16})[0-9a-f]{16}$/u.test(text);
}

/**
 * Takes fields from bytes that anybody may have sent. It never throws: what is not there, or not allowed,
 * reads as zero or empty and sets `failed`, so that a caller checks once, at the end.
 */
export class ByteReader {
  #bytes: Uint8Array;
  #at: number;
  #end: number;
  #failed = false;

  /** Reads `bytes` from `start` up to, not including, `end`. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Reads other bytes from now on, as if it were new. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): this {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#failed = false;
    return this;
  }

  /** Whether any field so far was missing or malformed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Where the next field starts. */
  get position(): number {
    return this.#at;
  }

  /** Bytes that were not read yet. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** Says that what was read makes no sense. */
  fail(): void {
    this.#failed = true;
  }

  /** The next byte, to be read still; 0, as a failure, where there is none. */
  peek(): number {
    if (this.#at >= this.#end) this.#failed = true;
    return this.#at < this.#end ? this.#bytes[this.#at] ?? 0 : 0;
  }

  /** An integer of one byte. */
  u8(): number {
    if (this.#at >= this.#end) {
      this.#failed = true;
      return 0;
    }
    return this.#bytes[this.#at++] ?? 0;
  }

  /** An integer of two bytes. */
  u16(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : this.#bytes[at]! << 8 | this.#bytes[at + 1]!;
  }

  /** An integer of four bytes. */
  u32(): number {
    const at = this.#take(4);
    if (at < 0) return 0;
    const bytes = this.#bytes;
    return bytes[at]! * TWO_24 + (bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!);
  }

  /** A safe integer that is not negative. */
  integer(): number {
    const at = this.#take(INTEGER_BYTES);
    if (at < 0) return 0;
    const bytes = this.#bytes;
    const high = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
    if (high > MAX_HIGH) this.#failed = true;
    return high * TWO_32 + (bytes[at + 3]! * TWO_24 + (bytes[at + 4]! << 16 | bytes[at + 5]! << 8 | bytes[at + 6]!));
  }

  /** Where the next `length` bytes begin, which count as read; -1, as a failure, where there are fewer. */
  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) {
      this.#failed = true;
      return -1;
    }
    this.#at = at + length;
    return at;
  }

  /** A finite double. */
  finite(): number {
    const at = this.#take(DOUBLE_BYTES);
    if (at < 0) return 0;
    for (let byte = 0; byte < DOUBLE_BYTES; byte++) double.setUint8(byte, this.#bytes[at + byte]!);
    const value = double.getFloat64(0);
    if (!Number.isFinite(value)) this.#failed = true;
    return value;
  }

  /** The next bytes, not copied. */
  raw(length: number): Uint8Array {
    if (length > this.left) {
      this.#failed = true;
      length = 0;
    }
    this.#at += length;
    // Not `subarray`: of a Buffer that is another Buffer, whose `slice` would not copy.
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#at - length, length);
  }

  /** A text of 1 to `max` bytes of UTF-8 that can be shown as it is. */
  text(max: number): string {
    const length = this.u8();
    if (length === 0 || length > max) this.#failed = true;
    return this.interned(knownTexts, length, decodePrintable) ?? "";
  }

  /**
   * The text that the next `length` bytes are: the one that they were before, or what `read` makes of them, or undefined where
   * there are fewer bytes or `read` says so. It is kept for the next time unless told otherwise.
   */
  interned(
    known: Interned,
    length: number,
    read: (bytes: Uint8Array) => string | undefined,
    keeps = true,
  ): string | undefined {
    if (length > this.left) {
      this.#failed = true;
      return undefined;
    }
    const start = this.#at;
    const found = known.find(this.#bytes, start, length);
    if (found !== undefined) {
      this.#at += length;
      return found;
    }
    const text = read(this.raw(length));
    if (text === undefined) this.#failed = true;
    return text === undefined || !keeps ? text : known.keep(this.#bytes, start, length, text);
  }

  /** A boot; the empty one for zeros. What is not known to be authentic must not be kept. */
  bootOrNone(keeps = true): Boot {
    return this.interned(knownBoots, BOOT_BYTES, bootOf, keeps) ?? "";
  }

  /** A boot that must be known. */
  boot(): Boot {
    const boot = this.bootOrNone();
    if (boot === "") this.#failed = true;
    return boot;
  }
}

function bootOf(bytes: Uint8Array): Boot {
  let boot = "";
  for (const byte of bytes) boot += HEX[byte];
  return boot === NO_BOOT ? "" : boot;
}

function decodePrintable(bytes: Uint8Array): string | undefined {
  const text = decodeText(bytes);
  return text !== undefined && isPrintable(text) ? text : undefined;
}

/** The text that the bytes are in UTF-8, or `undefined`. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
