/**
 * Values of custom messages as bytes.
 *
 * @module
 */

import { defaultStringifyOperations, stringify, unflatten } from "devalue";
import { LIMITS } from "../limits.ts";
import { decodeText } from "./bytes.ts";
import { faultOf } from "./flat_value.ts";

const encoder = new TextEncoder();

/** Errors are cloneable by the HTML standard, but unknown to devalue. Stacks stay at home. */
const REDUCERS = {
  Error: (value: unknown): unknown => value instanceof Error && [String(value.name), String(value.message)],
};
const REVIVERS = {
  Error: (value: unknown): Error => {
    const [name, message] = Array.isArray(value) ? value : [];
    if (typeof name !== "string" || typeof message !== "string") throw new TypeError("not an error");
    const error = new Error(message);
    Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
    // Where it was decoded says nothing of where it was thrown.
    error.stack = `${name}: ${message}`;
    return error;
  },
};

/** Only what the view shows: the rest of its buffer may be a pool with somebody else's bytes. */
function viewInfo(view: ArrayBufferView): ViewInfo {
  const { buffer, byteOffset, byteLength } = view;
  return {
    buffer: byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength),
    byteOffset: 0,
    byteLength,
    length: "length" in view ? Number(view.length) : byteLength,
    bufferByteLength: byteLength,
  };
}

/**
 * What devalue would send, but nobody should have to read: a regular expression is a program that may run for ever, and the
 * others are texts that a parser of the receiver's runtime understands or not.
 */
const UNSENT = /^(?:RegExp|URL|URLSearchParams|Temporal\..+)$/u;

/** No kind that devalue knows, so that it refuses the value and says where it stands. */
function tagOf(value: object): string {
  const tag = defaultStringifyOperations.tagOf(value);
  return UNSENT.test(tag) ? `unsent ${tag}` : tag;
}

interface ViewInfo {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly length: number;
  readonly bufferByteLength: number;
}

/**
 * The bytes for a value: JSON values, and of what structured clone takes `undefined`, `Map`, `Set`, `Date`, `BigInt`,
 * typed arrays and their buffers, errors (name and message), and all of these in cycles.
 *
 * Throws a TypeError that says where, when there is a function, a symbol, a promise, a regular expression, a URL or an instance
 * of another class in it; and a RangeError when it takes more than `LIMITS.messageBytes` bytes, is nested too deeply, or
 * is larger than the receivers would build (`LIMITS.messageNodes` and those after it).
 *
 * @example
 * ```ts
 * import { decodeValue, encodeValue } from "./value.ts";
 *
 * const bytes = encodeValue({ seen: new Map([["a", 1n]]) });
 * console.log(decodeValue(bytes)); // { ok: true, value: { seen: Map(1) { "a" => 1n } } }
 * ```
 */
export function encodeValue(value: unknown): Uint8Array {
  const text = toText(value);
  const limit = LIMITS.messageBytes;
  // No character takes less than a byte, so a text that is too long need not be encoded to know.
  const bytes = text.length > limit ? undefined : encoder.encode(text);
  if (bytes === undefined || bytes.length > limit) {
    const size = bytes?.length ?? text.length;
    throw new RangeError(`Cannot send: "data" must be at most ${limit} bytes when encoded, got ${size}`);
  }
  // What the receivers would refuse is refused here, where somebody can do something about it.
  const fault = faultOf(JSON.parse(text));
  if (fault !== undefined) throw new RangeError(`Cannot send: "data" ${fault}`);
  return bytes;
}

function toText(value: unknown): string {
  const spend = lengthBudget();
  const operations = { viewInfo, tagOf, lengthOf: (array: { readonly length: number }) => spend(array.length) };
  try {
    // Half a surrogate pair has no UTF-8: outside of its string it would come back as another character.
    return stringify(value, REDUCERS, { operations }).replace(/\p{Surrogate}/gu, escape);
  } catch (error) {
    if (error instanceof RangeError) {
      const why = error instanceof TooLong ? error.message : "must not be nested that deeply";
      throw new RangeError(`Cannot send: "data" ${why}`, { cause: error });
    }
    const path = error instanceof Error && "path" in error ? String(error.path) : "";
    throw new TypeError(`Cannot send: "data${path}" must be a value that can be cloned: ${whyNot(error)}`, {
      cause: error,
    });
  }
}

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const culprit = "value" in error ? error.value : undefined;
  const kind = typeof culprit === "object" && culprit !== null ? defaultStringifyOperations.tagOf(culprit) : "";
  return UNSENT.test(kind) ? `a ${kind} is not sent, but its text could be` : error.message;
}

function escape(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16)}`;
}

/**
 * The value in bytes that anybody may have sent, or `undefined`. Never throws, runs no code of the sender, sets no prototype,
 * and builds nothing before it knows that the value is well formed and within the bounds of `LIMITS`.
 */
export function decodeValue(bytes: Uint8Array): { readonly ok: true; readonly value: unknown } | undefined {
  if (bytes.length > LIMITS.messageBytes) return undefined;
  const text = decodeText(bytes);
  if (text === undefined) return undefined;
  try {
    const flat: unknown = JSON.parse(text);
    if (faultOf(flat) !== undefined || !isFlat(flat)) return undefined;
    return { ok: true, value: unflatten(flat, REVIVERS) };
  } catch {
    return undefined;
  }
}

function isFlat(value: unknown): value is number | unknown[] {
  return typeof value === "number" || Array.isArray(value);
}

class TooLong extends RangeError {}

/** Counts the lengths of all arrays in a value, so that it need not be walked through to know that it is too large. */
function lengthBudget(): (length: number) => number {
  let left: number = LIMITS.messageBytes;
  return (length) => {
    left -= length;
    if (left >= 0) return length;
    throw new TooLong(`must not hold more than ${LIMITS.messageBytes} array elements, holes included`);
  };
}
