import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import process from "node:process";
import { LIMITS } from "../../src/limits.ts";
import { decodeValue, encodeValue } from "../../src/wire/value.ts";
import { random } from "./samples.ts";

const decode = (text: string): unknown => decodeValue(new TextEncoder().encode(text));

/** ms of processor that each call takes at best, in three tries: others use this machine, too. */
function costOf(times: number, work: () => unknown): number {
  const costs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / times;
  });
  return Math.min(...costs);
}

const FULL = JSON.stringify(Array.from({ length: 8000 }, (_, index) => [index, `k${index % 10}`])).slice(0, 65_000);
const YARDSTICK = `${FULL.slice(0, FULL.lastIndexOf("]") + 1)}]`;

/** Text for exactly as many bytes as a message may have, or a few less. */
function filled(part: string, before: string, after: string): string {
  return before + part.repeat(Math.floor((LIMITS.messageBytes - before.length - after.length) / part.length)) + after;
}

const EXPENSIVE: Readonly<Record<string, string>> = {
  "a regular expression of ten thousand classes": filled("\\\\p{L}", '[["RegExp","[', ']","u"]]'),
  "a regular expression that backtracks": filled("(a+)+", '[["RegExp","', '"]]'),
  "a BigInt of 65 thousand digits": filled("1", '[["BigInt","', '"]]'),
  "BigInts as long as may be": `[[1],${
    Array.from({ length: 30 }, () => `["BigInt","${"7".repeat(LIMITS.messageDigits)}"]`)
  }]`,
  "a billion holes": "[[-7,4294967295]]",
  "sparse arrays of nearly all holes": `[[${Array.from({ length: 4000 }, (_, i) => i + 1)}],${
    new Array(4000).fill("[-7,65000]")
  }]`,
  "lists of the same list, 2^20 leaves": `[${Array.from({ length: 20 }, (_, i) => `[${i + 1},${i + 1}]`)},5]`,
  "lists of all later lists": `[${
    Array.from({ length: 150 }, (_, i) => `[${Array.from({ length: 150 - i }, (_, k) => i + k + 1)}]`)
  },5]`,
  "120 lists, each of all": `[${new Array(120).fill(`[${Array.from({ length: 120 }, (_, i) => i)}]`)}]`,
  "a long text ten thousand times": `[[${new Array(10_000).fill(1)}],"${"x".repeat(40_000)}"]`,
  "views of one buffer": `[[${new Array(8000).fill(1)}],["Uint8Array",2],["ArrayBuffer","${"AAAA".repeat(10_000)}"]]`,
  "objects with all the same long names": `[[${new Array(9000).fill(1)}],{"${"n".repeat(40_000)}":2},3]`,
  "a chain": `[${Array.from({ length: 9000 }, (_, i) => `[${i + 1}]`)},5]`,
  "brackets": "[".repeat(LIMITS.messageBytes),
  "braces": filled('{"a":', "", "1"),
  "a date that is none": filled("1 ", '[["Date","', '"]]'),
  "numbers that V8 hashes alike, in a Set": `[["Set",${Array.from({ length: 4000 }, (_, i) => i + 1)}],${
    Array.from({ length: 4000 }, (_, i) => i * 16_384)
  }]`,
  "texts that V8 hashes alike, in Maps": `[["Map",${Array.from({ length: 2000 }, (_, i) => `${i + 1},1`)}],${
    Array.from({ length: 2000 }, (_, i) => `"${i * 16_384}"`)
  }]`,
  "many holes, in dense arrays": `[[${new Array(21_000).fill(-2)}]]`,
};

Deno.test("no value of 64 KiB costs much more than reading 64 KiB of JSON", async (t) => {
  const yardstick = costOf(20, () => JSON.parse(YARDSTICK));
  for (const [what, text] of Object.entries(EXPENSIVE)) {
    await t.step(what, () => {
      assertLessOrEqual(text.length, LIMITS.messageBytes);
      const bytes = new TextEncoder().encode(text);
      const cost = costOf(3, () => decodeValue(bytes));
      const times = cost / yardstick;
      assertLess(times, 40, `${cost.toFixed(2)} ms, and JSON.parse of as much takes ${yardstick.toFixed(2)}`);
    });
  }
});

Deno.test("a regular expression is refused in under 5 ms", () => {
  const bytes = new TextEncoder().encode(EXPENSIVE["a regular expression of ten thousand classes"]);
  assertEquals(decodeValue(bytes), undefined);
  assertLess(costOf(3, () => decodeValue(bytes)), 5);
});

/** The steps that a program takes which walks through a value, and stops only where it is inside of that already. */
function stepsOf(value: unknown, inside: readonly unknown[] = []): number {
  if (typeof value !== "object" || value === null || inside.includes(value)) return 1;
  const parts = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set || (Array.isArray(value))
    ? [...value]
    : ArrayBuffer.isView(value)
    ? []
    : Object.values(value);
  return parts.reduce((sum: number, part) => sum + stepsOf(part, [...inside, value]), 1);
}

/** Lists, objects, Maps and texts that refer to one another at random. */
const flat = fc.integer({ min: 1, max: 40 }).chain((size) => {
  const place = fc.oneof({ weight: 12, arbitrary: fc.nat(size - 1) }, fc.integer({ min: -7, max: size + 1 }));
  const places = fc.array(place, { maxLength: 12 });
  const entry = fc.oneof(
    { weight: 6, arbitrary: places },
    fc.dictionary(fc.string({ maxLength: 3 }), place, { maxKeys: 6 }),
    fc.tuple(fc.constantFrom("Map", "Set", "Error", "Object", "null", "Uint8Array", "toString"), place, place, place),
    fc.tuple(fc.constantFrom("Date", "BigInt", "ArrayBuffer", "RegExp", "URL"), fc.string({ maxLength: 9 })),
    fc.tuple(fc.constant(-7), fc.nat(9), fc.nat(9), place),
    fc.string({ maxLength: 9 }),
    fc.integer(),
  );
  return fc.array(entry, { minLength: size, maxLength: size });
});

Deno.test("whatever refers to whatever: what is read can be walked to its end, and sent again", () => {
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(flat, (entries) => {
      const decoded = decode(JSON.stringify(entries));
      if (decoded === undefined) return void seen.refused++;
      seen.read++;
      assert(typeof decoded === "object" && decoded !== null && "value" in decoded);
      assertLessOrEqual(stepsOf(decoded.value), LIMITS.messageNodes);
      assertEquals(decodeValue(encodeValue(decoded.value))?.value, decoded.value);
    }),
    { numRuns: 3000 },
  );
  assert(seen.read > 100 && seen.refused > 100, `it was to try both: ${JSON.stringify(seen)}`);
});

/** As many entries as a message can hold, which refer to one another at random: forward only, or to whatever. */
function large(next: () => number): string {
  const size = 50 + Math.floor(next() * 3000);
  const isForward = next() < 0.5;
  const width = Math.max(1, Math.floor(LIMITS.messageBytes / size / 6));
  const place = (index: number): number =>
    isForward ? index + 1 + Math.floor(next() * (size - index - 1)) : Math.floor(next() * size);
  const entries = Array.from({ length: size - 1 }, (_, index) => {
    const places = Array.from({ length: Math.floor(next() * width) }, () => place(index));
    const kind = next();
    if (kind < 0.1) return `"${"x".repeat(places.length)}"`;
    if (kind < 0.2) return `{${[...new Set(places)].map((target) => `"k${target}":${target}`)}}`;
    if (kind < 0.3) return `["Set"${places.map((target) => `,${target}`).join("")}]`;
    return `[${places}]`;
  });
  return `[${[...entries, '"end"']}]`.slice(0, LIMITS.messageBytes);
}

Deno.test("whatever refers to whatever, as much as a message can hold, costs a bounded time", () => {
  const yardstick = costOf(20, () => JSON.parse(YARDSTICK));
  const seed = Math.floor(Math.random() * 2 ** 31);
  const next = random(seed);
  for (let round = 0; round < 60; round++) {
    const bytes = new TextEncoder().encode(large(next));
    const cost = costOf(2, () => decodeValue(bytes));
    assertLess(
      cost / yardstick,
      40,
      `seed ${seed}, round ${round}: ${cost.toFixed(2)} ms, of JSON ${yardstick.toFixed(2)}`,
    );
  }
});
