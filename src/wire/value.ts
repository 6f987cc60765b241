/**
 * Values of custom messages as bytes.
 *
 * @module
 */

import { defaultParseOperations, parse, stringify } from "devalue";
import { LIMITS } from "../limits.ts";
import { decodeText } from "./bytes.ts";

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

interface ViewInfo {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly length: number;
  readonly bufferByteLength: number;
}

/**
 * The bytes for a value: JSON values, and of what structured clone takes `undefined`, `Map`, `Set`, `Date`,
 * `RegExp`, `URL`, `BigInt`, typed arrays and their buffers, errors (name and message), and all of these in
 * cycles.
 *
 * Throws a TypeError that says where, when there is a function, a symbol, a promise or an instance of another
 * class in it; and a RangeError when it takes more than `LIMITS.messageBytes` bytes, or is nested too deeply.
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
  return bytes;
}

function toText(value: unknown): string {
  const spend = lengthBudget();
  try {
    // Half a surrogate pair has no UTF-8: outside of its string it would come back as another character.
    return stringify(value, REDUCERS, { operations: { viewInfo, lengthOf: (array) => spend(array.length) } }).replace(
      /\p{Surrogate}/gu,
      escape,
    );
  } catch (error) {
    if (error instanceof RangeError) {
      const why = error instanceof TooLong ? error.message : "must not be nested that deeply";
      throw new RangeError(`Cannot send: "data" ${why}`, { cause: error });
    }
    const path = error instanceof Error && "path" in error ? String(error.path) : "";
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`Cannot send: "data${path}" must be a value that can be cloned: ${why}`, { cause: error });
  }
}

function escape(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16)}`;
}

/**
 * The value in bytes that anybody may have sent, or `undefined`. Never throws, runs no code of the sender,
 * and sets no prototype. Best called on the application's thread: what it costs is the sender's choice, up to
 * what `LIMITS.messageBytes` can say.
 */
export function decodeValue(bytes: Uint8Array): { readonly ok: true; readonly value: unknown } | undefined {
  if (bytes.length > LIMITS.messageBytes) return undefined;
  const text = decodeText(bytes);
  if (text === undefined) return undefined;
  const spend = lengthBudget();
  const createSparseArray = (length: number): unknown[] => defaultParseOperations.createSparseArray(spend(length));
  try {
    return { ok: true, value: parse(text, REVIVERS, { operations: { createSparseArray } }) };
  } catch {
    return undefined;
  }
}

class TooLong extends RangeError {}

/**
 * Counts the lengths of all arrays in a value: ten bytes can say that an array of four billion holes follows,
 * a trap for whoever walks through it.
 */
function lengthBudget(): (length: number) => number {
  let left: number = LIMITS.messageBytes;
  return (length) => {
    left -= length;
    if (left >= 0) return length;
    throw new TooLong(`must not hold more than ${LIMITS.messageBytes} array elements, holes included`);
  };
}
