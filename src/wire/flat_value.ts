/**
 * What a value that came over the network would cost, told before anything of it is built.
 *
 * devalue writes a value as a list of flat entries that refer to one another by their place, so that a few bytes can stand
 * for a gigabyte, for a billion holes, or for a tree that nobody ever walks to its end. Here the list is walked as any
 * program would walk the value: shared parts wherever they stand, cycles up to where they close.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";

/** Places that are no places: `undefined`, `NaN`, the infinities and `-0`. */
const CONSTANTS: ReadonlySet<unknown> = new Set([-1, -3, -4, -5, -6]);
const HOLE = -2;
const SPARSE = -7;

const ISO_DATE = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;
const INTEGER = /^-?\d+$/u;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/u;
const VIEWS: ReadonlySet<string> = new Set([
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Float16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
]);

type Entry = readonly unknown[];

/**
 * Says what is wrong with a value in devalue's flattened form, as JSON.parse reads it; undefined when it may be built.
 *
 * @param flat What JSON.parse made of the text.
 * @returns The end of a sentence that begins with what the value is called.
 *
 * @example
 * ```ts
 * import { faultOf } from "./flat_value.ts";
 *
 * console.log(faultOf([{ a: 1 }, "text"])); // undefined
 * console.log(faultOf([["RegExp", "(a+)+"]])); // "is malformed"
 * ```
 */
export function faultOf(flat: unknown): string | undefined {
  if (CONSTANTS.has(flat)) return undefined;
  if (!Array.isArray(flat) || flat.length === 0) return MALFORMED;
  const walk = new Walk(flat);
  return walk.visit(0, 0) ? undefined : walk.fault;
}

const MALFORMED = "is malformed";
const TOO_DEEP = `must not be nested that deeply: ${LIMITS.messageDepth} levels are the most`;
const TOO_MANY =
  `must not hold more than ${LIMITS.messageNodes} values, holes included, and shared ones counted wherever they stand`;
const TOO_LONG =
  `must not be longer than ${LIMITS.messageText} characters when what is shared is written out each time`;
const TOO_MANY_KEYS = `must not hold more than ${LIMITS.messageKeys} entries of Maps and Sets`;
const TOO_MANY_DIGITS = `must not hold a BigInt of more than ${LIMITS.messageDigits} digits`;

/** Each method says whether all is well; if not, `fault` says why. */
class Walk {
  fault: string = MALFORMED;
  readonly #entries: Entry;
  /** The entries between the first one and where the walk is. */
  readonly #open: Uint8Array;
  #nodes: number = LIMITS.messageNodes;
  #text: number = LIMITS.messageText;
  #keys: number = LIMITS.messageKeys;

  constructor(entries: Entry) {
    this.#entries = entries;
    this.#open = new Uint8Array(entries.length);
  }

  /** Walks through the entry at `place`, and all that it refers to. */
  visit(place: unknown, depth: number): boolean {
    if (!this.#spendNodes(1)) return false;
    if (!this.#isPlace(place)) return CONSTANTS.has(place);
    const entry = this.#entries[place];
    if (typeof entry === "string") return this.#spendText(entry.length);
    if (typeof entry !== "object" || entry === null) return true;
    if (this.#open[place] === 1) return true;
    if (depth >= LIMITS.messageDepth) return this.#fail(TOO_DEEP);
    this.#open[place] = 1;
    const isFine = Array.isArray(entry) ? this.#list(entry, depth + 1) : this.#object(entry, depth + 1);
    this.#open[place] = 0;
    return isFine;
  }

  #isPlace(place: unknown): place is number {
    return typeof place === "number" && Number.isInteger(place) && place >= 0 && place < this.#entries.length;
  }

  #list(entry: Entry, depth: number): boolean {
    const [first] = entry;
    if (typeof first === "string") return this.#tagged(first, entry, depth);
    if (first === SPARSE) return this.#sparse(entry, depth);
    // Not `every`, nor an iterator: this is where the time goes.
    for (let at = 0; at < entry.length; at++) {
      const place = entry[at];
      if (!(place === HOLE ? this.#spendNodes(1) : this.visit(place, depth))) return false;
    }
    return true;
  }

  #object(entry: object, depth: number): boolean {
    for (const [key, place] of Object.entries(entry)) {
      if (!this.#key(key) || !this.visit(place, depth)) return false;
    }
    return true;
  }

  #key(key: unknown): boolean {
    return typeof key === "string" && key !== "__proto__" && this.#spendText(key.length);
  }

  /** The length is whatever its sender wrote, and its holes are a trap for whoever walks through them. */
  #sparse(entry: Entry, depth: number): boolean {
    const [, length] = entry;
    if (typeof length !== "number" || !Number.isInteger(length) || length < 0 || entry.length % 2 !== 0) return false;
    if (!this.#spendNodes(length)) return false;
    for (let at = 2; at < entry.length; at += 2) {
      const index = entry[at];
      if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= length) return false;
      if (!this.visit(entry[at + 1], depth)) return false;
    }
    return true;
  }

  #tagged(tag: string, entry: Entry, depth: number): boolean {
    const [, content] = entry;
    switch (tag) {
      case "Date":
        return content === "" || this.#isText(entry) && ISO_DATE.test(String(content));
      case "BigInt":
        return this.#isText(entry) && this.#digits(String(content));
      case "ArrayBuffer":
        return this.#isText(entry) && BASE64.test(String(content));
      case "Set":
        return this.#spendKeys(entry.length - 1) && this.#places(entry, depth);
      case "Map":
        return entry.length % 2 === 1 && this.#spendKeys((entry.length - 1) / 2) && this.#places(entry, depth);
      case "Object":
        return this.#isBoxable(content) && this.visit(content, depth);
      case "Error":
        return this.#isError(content) && this.visit(content, depth);
      case "null":
        return entry.length % 2 === 1 && this.#bare(entry, depth);
      default:
        return VIEWS.has(tag) && this.#view(entry, depth);
    }
  }

  /** Paid for before anybody reads it. */
  #isText(entry: Entry): boolean {
    const [, text] = entry;
    return entry.length === 2 && typeof text === "string" && this.#spendText(text.length);
  }

  #digits(text: string): boolean {
    const digits = text.startsWith("-") ? text.length - 1 : text.length;
    if (digits > LIMITS.messageDigits) return this.#fail(TOO_MANY_DIGITS);
    return INTEGER.test(text);
  }

  #places(entry: Entry, depth: number): boolean {
    for (let at = 1; at < entry.length; at++) if (!this.visit(entry[at], depth)) return false;
    return true;
  }

  #bare(entry: Entry, depth: number): boolean {
    for (let at = 1; at < entry.length; at += 2) {
      if (!this.#key(entry[at]) || !this.visit(entry[at + 1], depth)) return false;
    }
    return true;
  }

  /** `new Number(5)` and its like. */
  #isBoxable(place: unknown): boolean {
    if (CONSTANTS.has(place)) return true;
    const content = this.#isPlace(place) ? this.#entries[place] : null;
    return Array.isArray(content) ? content[0] === "BigInt" : typeof content !== "object";
  }

  /** Two texts: the name and what it says. */
  #isError(place: unknown): boolean {
    const parts = this.#isPlace(place) ? this.#entries[place] : undefined;
    return Array.isArray(parts) && parts.length === 2 &&
      parts.every((part) => this.#isPlace(part) && typeof this.#entries[part] === "string");
  }

  #view(entry: Entry, depth: number): boolean {
    const [, place, ...range] = entry;
    const buffer = this.#isPlace(place) ? this.#entries[place] : undefined;
    if (!Array.isArray(buffer) || buffer[0] !== "ArrayBuffer" || (range.length !== 0 && range.length !== 2)) {
      return false;
    }
    return range.every((edge) => typeof edge === "number" && Number.isInteger(edge) && edge >= 0) &&
      this.visit(place, depth);
  }

  #spendNodes(count: number): boolean {
    this.#nodes -= count;
    return this.#nodes >= 0 || this.#fail(TOO_MANY);
  }

  #spendText(length: number): boolean {
    this.#text -= length;
    return this.#text >= 0 || this.#fail(TOO_LONG);
  }

  /** Whoever knows the hash function sends keys that all collide, and each is then compared with all before it. */
  #spendKeys(count: number): boolean {
    this.#keys -= count;
    return this.#keys >= 0 || this.#fail(TOO_MANY_KEYS);
  }

  #fail(why: string): false {
    this.fault = why;
    return false;
  }
}
