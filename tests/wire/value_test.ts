import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows, fail } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { LIMITS } from "../../src/limits.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { random } from "./samples.ts";

function trip(value: unknown): unknown {
  const decoded = decodeValue(encodeValue(value));
  if (decoded === undefined) fail("a value did not come back");
  return decoded.value;
}

const decode = (text: string): unknown => decodeValue(new TextEncoder().encode(text));

Deno.test("JSON values and more come back as they were", () => {
  const any = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true });
  fc.assert(
    fc.property(any, (value) => {
      fc.pre(!hasProtoKey(value));
      assertEquals(trip(value), value);
    }),
    { numRuns: 500 },
  );
});

/** devalue refuses such a key on both sides, by design. */
function hasProtoKey(value: unknown): boolean {
  return fc.stringify(value).includes("__proto__");
}

Deno.test("cycles, shared parts and special values come back", () => {
  const shared = new Date(5);
  const node: Record<string, unknown> = { shared: [shared, shared], holes: [, 1, ,], big: 2n ** 70n };
  node.self = node;
  const back = trip(node);
  assert(typeof back === "object" && back !== null && "self" in back && "shared" in back && "holes" in back);
  assertStrictEquals(back.self, back);
  assert(Array.isArray(back.shared) && back.shared[0] instanceof Date);
  assertStrictEquals(back.shared[0], back.shared[1]);
  assertEquals(back.holes, node.holes);
  for (const value of [undefined, null, NaN, -0, Infinity, "", "\ud800 alone", "\u2028<", 2n ** 64n]) {
    assert(Object.is(trip(value), value), String(value));
  }
  const error = trip(new RangeError("too far"));
  assert(error instanceof Error);
  assertEquals([error.name, error.message, error.stack], ["RangeError", "too far", "RangeError: too far"]);
  assertEquals(Object.keys(error), []);
});

Deno.test("typed arrays come back with what they show, and nothing else of their memory", () => {
  const pool = new TextEncoder().encode("secret of somebody else, visible, another secret");
  const view = pool.subarray(25, 32);
  const bytes = encodeValue({ view, pooled: Buffer.from("short"), wide: new Float64Array([1, NaN]).subarray(1) });
  assert(bytes.length < 200);
  const back = decodeValue(bytes)?.value;
  assert(typeof back === "object" && back !== null && "view" in back && "pooled" in back && "wide" in back);
  assertEquals(back.view, new TextEncoder().encode("visible"));
  assertEquals(back.pooled, new TextEncoder().encode("short"));
  assertEquals(back.wide, new Float64Array([NaN]));
  assertEquals(trip(new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1)), new DataView(Uint8Array.of(2).buffer));
  assertEquals(trip(new BigUint64Array([2n ** 64n - 1n])), new BigUint64Array([2n ** 64n - 1n]));
});

Deno.test("what cannot be cloned is refused, with the place where it stands", () => {
  class Account {}
  const cases: [unknown, string][] = [
    [() => 1, 'Cannot send: "data" must be a value that can be cloned'],
    [{ user: { greet: () => 1 } }, '"data.user.greet"'],
    [[1, Symbol("s")], '"data[1]"'],
    [{ account: new Account() }, '"data.account"'],
    [Promise.resolve(1), '"data"'],
    [{ [Symbol("key")]: 1 }, '"data"'],
    [JSON.parse('{"__proto__": 1}'), '"data"'],
    [new WeakMap(), '"data"'],
    [/(a+)+$/, 'Cannot send: "data" must be a value that can be cloned: a RegExp is not sent, but its text could be'],
    [{ found: [1, new Map([["by", /a/gi]])] }, '"data.found[1].get("by")"'],
    [{ link: new URL("https://example.org") }, '"data.link" must be a value that can be cloned: a URL is not sent'],
    [[new URLSearchParams("a=1")], '"data[0]" must be a value that can be cloned: a URLSearchParams is not sent'],
    [
      { when: { [Symbol.toStringTag]: "Temporal.Instant" } },
      '"data.when" must be a value that can be cloned: a Temporal',
    ],
    [{
      get trap(): number {
        throw new Error("sprung");
      },
    }, "sprung"],
  ];
  for (const [value, text] of cases) {
    assertStringIncludes(assertThrows(() => encodeValue(value), TypeError).message, text);
  }
});

Deno.test("a value that is too large or too deep is refused with its size", () => {
  assertEquals(encodeValue("x".repeat(LIMITS.messageBytes - 4)).length, LIMITS.messageBytes);
  const tooLong = 'Cannot send: "data" must be at most 65536 bytes when encoded, got 65537';
  assertThrows(() => encodeValue("x".repeat(LIMITS.messageBytes - 3)), RangeError, tooLong);
  assertThrows(() => encodeValue("é".repeat(40_000)), RangeError, "got 80004");
  assertThrows(() => encodeValue(new Uint8Array(60_000)), RangeError, "must be at most");
  const sparse: number[] = [];
  sparse[4_000_000_000] = 1;
  assertThrows(() => encodeValue(sparse), RangeError, "must not hold more than 65536 array elements");
  assertThrows(() => encodeValue([new Array(40_000), new Array(40_000)]), RangeError, "65536 array elements");
  let deep: unknown = 1;
  for (let level = 0; level < 200_000; level++) deep = [deep];
  assertThrows(() => encodeValue(deep), RangeError, "must not be nested that deeply");
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** `levels` lists of ten times the same list. */
function doubled(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = new Array(10).fill(value);
  return value;
}

Deno.test("what the receivers would not build is refused when it is sent, with the bound", () => {
  assertEquals(trip(nested(LIMITS.messageDepth)), nested(LIMITS.messageDepth));
  assertThrows(() => encodeValue(nested(LIMITS.messageDepth + 1)), RangeError, "that deeply: 100 levels are the most");
  assertEquals(trip(doubled(4)), doubled(4));
  assertThrows(() => encodeValue(doubled(5)), RangeError, 'Cannot send: "data" must not hold more than 32768 values');
  const long = "x".repeat(30_000);
  assertEquals(trip([long, long]), [long, long]);
  assertThrows(() => encodeValue(new Array(35).fill(long)), RangeError, "1048576 characters when what is shared");
  const bytes = new Uint8Array(30_000);
  assertThrows(() => encodeValue(new Array(27).fill(bytes)), RangeError, "1048576 characters when what is shared");
  const keys = Array.from({ length: LIMITS.messageKeys + 1 }, (_, index) => index);
  assertEquals(trip(new Set(keys.slice(1))), new Set(keys.slice(1)));
  assertThrows(() => encodeValue(new Set(keys)), RangeError, "1024 entries of Maps and Sets");
  assertThrows(() => encodeValue([new Map([[1, 2]]), new Set(keys.slice(1))]), RangeError, "1024 entries of Maps");
  assertEquals(trip(-(10n ** 2047n)), -(10n ** 2047n));
  assertThrows(() => encodeValue(10n ** 2048n), RangeError, "a BigInt of more than 2048 digits");
});

Deno.test("a tree whose nodes know their parent, and a ring, are no deeper than they look", () => {
  interface Leaf {
    readonly parent: unknown;
    readonly children: unknown[];
  }
  const grow = (parent: Leaf | undefined, levels: number): Leaf => {
    const leaf: Leaf = { parent, children: [] };
    if (levels > 0) { for (let child = 0; child < 4; child++) leaf.children.push(grow(leaf, levels - 1)); }
    return leaf;
  };
  const back = trip(grow(undefined, 4));
  assert(typeof back === "object" && back !== null && "children" in back && Array.isArray(back.children));
  assertStrictEquals(back.children[3].children[2].parent, back.children[3]);
});

Deno.test("hostile bytes give nothing, and reach no prototype", () => {
  const before = JSON.stringify([
    Object.getOwnPropertyNames(Object.prototype),
    Object.getOwnPropertyNames(Array.prototype),
  ]);
  const refused = [
    "",
    "[",
    "[]",
    "{}",
    "7",
    '[{"__proto__":1},{"polluted":1}]',
    '[["null","__proto__",1],{"polluted":1}]',
    '[["__proto__",1],1]',
    '[["constructor"]]',
    '[["toString",1],1]',
    '[["hasOwnProperty",1],1]',
    '[["Object",0]]',
    '[["Uint8Array",1],65536]',
    '[["Uint8Array",1],["Uint8Array",0]]',
    '[["Float64Array",1],["ArrayBuffer","AAA="]]',
    '[["ArrayBuffer",5]]',
    '[["BigInt","x"]]',
    '[["RegExp","("]]',
    '[["RegExp","a","g"]]',
    '[["URL","https://example.org"]]',
    '[["URLSearchParams","a=1"]]',
    '[["Date","1 January 1970"]]',
    '[["Date",5]]',
    '[["BigInt","0x10"]]',
    '[["BigInt"," 1"]]',
    '[["BigInt","1",2]]',
    '[["ArrayBuffer","!"]]',
    '[["Uint8Array",1,-1,2],["ArrayBuffer","AAAA"]]',
    '[["Uint8Array",1,0.5,2],["ArrayBuffer","AAAA"]]',
    '[["Map",1]]',
    '[["Set","x"]]',
    '[["null","a"]]',
    '[["null",1,1]]',
    '[["Object",1],[2],3]',
    '[["Object",1],null]',
    '[["Error",["a","b"]]]',
    '[["Error",1],[2,3],"name",4]',
    "[[0.5]]",
    "[[-8]]",
    '[["-2"]]',
    '[{"a":-2}]',
    "[[-7,2,2,1],5]",
    "[[-7,2,0],5]",
    "[[-7,-1]]",
    "-2",
    "-0",
    '[["Error",1],["Error",0]]',
    '[["Error",1],[2],"only a name"]',
    "[[-7,4294967295]]",
    "[[1,2,3],4]",
    '[["Temporal.Instant","x"]]',
    `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
  ];
  for (const text of refused) assertEquals(decode(text), undefined, text.slice(0, 60));
  assertEquals(decodeValue(Uint8Array.of(0x22, 0xff, 0x22)), undefined, "not UTF-8");
  assertEquals(decodeValue(new Uint8Array(LIMITS.messageBytes + 1).fill(0x31)), undefined, "too long");
  const after = JSON.stringify([
    Object.getOwnPropertyNames(Object.prototype),
    Object.getOwnPropertyNames(Array.prototype),
  ]);
  assertEquals(after, before);
});

Deno.test("names of Object.prototype are plain properties of what comes back", () => {
  const back = trip({ constructor: { prototype: { polluted: 1 } }, toString: 5, hasOwnProperty: null });
  assert(typeof back === "object" && back !== null);
  assertEquals(Object.getPrototypeOf(back), Object.prototype);
  assertEquals(Object.keys(back), ["constructor", "toString", "hasOwnProperty"]);
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("a chain as deep as a message can hold is read or refused, not thrown", () => {
  const chain = Array.from({ length: 9000 }, (_, index) => [index + 1]);
  const decoded = decodeValue(new TextEncoder().encode(JSON.stringify([...chain, 1])));
  assert(decoded === undefined || Array.isArray(decoded.value));
});

Deno.test("many holes behind few bytes build nothing", () => {
  const traps = `[[${Array.from({ length: 5000 }, (_, index) => index + 1)}],${new Array(5000).fill("[-7,65000]")}]`;
  assertEquals(decode(traps), undefined);
});

Deno.test("mutated and random bytes never throw", () => {
  const next = random(7);
  const seeds = [
    { a: [1, new Map([["k", new Set([1n])]])], when: new Date(0), bytes: Uint8Array.of(1, 2) },
    new Error("e"),
    [, 1],
  ]
    .map((value) => encodeValue(value));
  const letters = new TextEncoder().encode('[]{}",:0123456789-nulMapSetErorBigIntUint8ArayBuferDt_p');
  for (let round = 0; round < 50_000; round++) {
    const bytes = Uint8Array.from(seeds[round % seeds.length] ?? []);
    for (let change = 0; change <= next() * 4; change++) {
      bytes[Math.floor(next() * bytes.length)] = letters[Math.floor(next() * letters.length)] ?? 0;
    }
    decodeValue(next() < 0.1 ? bytes.subarray(Math.floor(next() * bytes.length)) : bytes);
  }
  assertEquals(Reflect.get({}, "polluted"), undefined);
});
