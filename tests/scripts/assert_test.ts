// The assertions that stand in for @std/assert must fail where they should: by themselves they would hide it.
import * as own from "../assert.ts";

const boom = (): never => {
  throw new RangeError("boom at 3");
};

/** Each assertion with what it must accept, and what it must refuse. */
const CASES: Record<string, { accepts: () => unknown; refuses: () => unknown }> = {
  assert: { accepts: () => own.assert(1), refuses: () => own.assert(0) },
  assertEquals: { accepts: () => own.assertEquals({ a: [1] }, { a: [1] }), refuses: () => own.assertEquals([1], [2]) },
  assertNotEquals: { accepts: () => own.assertNotEquals([1], [2]), refuses: () => own.assertNotEquals([1], [1]) },
  assertStrictEquals: {
    accepts: () => own.assertStrictEquals(NaN, NaN),
    refuses: () => own.assertStrictEquals({}, {}),
  },
  assertExists: { accepts: () => own.assertExists(0), refuses: () => own.assertExists(null) },
  assertInstanceOf: {
    accepts: () => own.assertInstanceOf(new RangeError(), Error),
    refuses: () => own.assertInstanceOf(new Error(), RangeError),
  },
  assertGreater: { accepts: () => own.assertGreater(2, 1), refuses: () => own.assertGreater(1, 1) },
  assertGreaterOrEqual: {
    accepts: () => own.assertGreaterOrEqual(1, 1),
    refuses: () => own.assertGreaterOrEqual(0, 1),
  },
  assertLess: { accepts: () => own.assertLess(1, 2), refuses: () => own.assertLess(NaN, 1) },
  assertLessOrEqual: { accepts: () => own.assertLessOrEqual(1, 1), refuses: () => own.assertLessOrEqual(2, 1) },
  assertAlmostEquals: {
    accepts: () => own.assertAlmostEquals(0.1 + 0.2, 0.3),
    refuses: () => own.assertAlmostEquals(1, 1.2, 0.1),
  },
  assertStringIncludes: {
    accepts: () => own.assertStringIncludes("abc", "b"),
    refuses: () => own.assertStringIncludes("abc", "d"),
  },
  assertMatch: { accepts: () => own.assertMatch("abc", /b/), refuses: () => own.assertMatch("abc", /d/) },
  assertThrows: {
    accepts: () => own.assertThrows(boom, RangeError, "at 3"),
    refuses: () => own.assertThrows(() => 0),
  },
  "assertThrows, class": {
    accepts: () => own.assertThrows(boom),
    refuses: () => own.assertThrows(boom, TypeError),
  },
  "assertThrows, message": {
    accepts: () => own.assertThrows(boom, Error),
    refuses: () => own.assertThrows(boom, RangeError, "at 4"),
  },
  assertRejects: {
    accepts: () => own.assertRejects(() => Promise.reject(new RangeError("boom")), RangeError, "boom"),
    refuses: () => own.assertRejects(() => Promise.resolve()),
  },
  "assertRejects, class": {
    accepts: () => own.assertRejects(() => Promise.reject(new RangeError("boom"))),
    refuses: () => own.assertRejects(() => Promise.reject(new RangeError("boom")), TypeError),
  },
  "assertRejects, thrown": {
    accepts: () => own.assertRejects(() => Promise.reject(new Error("a")), "why"),
    refuses: () => own.assertRejects(boom),
  },
  fail: { accepts: () => 0, refuses: () => own.fail("always") },
};

for (const [name, { accepts, refuses }] of Object.entries(CASES)) {
  Deno.test(`assert: ${name} accepts and refuses`, async () => {
    await accepts();
    let refused = false;
    try {
      await refuses();
    } catch (error) {
      refused = error instanceof Error && error.name === "AssertionError";
    }
    if (!refused) throw new Error(`${name} let something pass that it must refuse`);
  });
}

/** What an assertion says that fails. */
function said(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("It did not fail");
}

Deno.test("assert: an assertion that fails quotes itself, so that it says what was expected of whom", () => {
  const cluster = { leaders: ["m3"], now: 7 };
  const sayings = [
    said(() => own.assertEquals(cluster.leaders, ["m1"])),
    said(() => own.assertEquals(cluster.leaders, ["m1"], "after a crash")),
    said(() => own.assert(cluster.leaders.includes("m1 (("))),
    said(() => own.assert(cluster.leaders.length > 1, "two lead")),
    said(() => own.assertLess(cluster.now, 5)),
    said(() => own.assertNotEquals(cluster.leaders, ["m3"])),
  ];
  own.assertEquals(sayings.map((text) => text.split("\n").slice(0, 2).join("\n")), [
    'Expected [ "m1" ], got [ "m3" ]\n    in assertEquals(cluster.leaders, ["m1"])',
    'after a crash: expected [ "m1" ], got [ "m3" ]\n    in assertEquals(cluster.leaders, ["m1"], "after a crash")',
    'Expected something true, got false\n    in assert(cluster.leaders.includes("m1 (("))',
    'two lead\n    in assert(cluster.leaders.length > 1, "two lead")',
    "Failed assertion: 7 is not less than 5\n    in assertLess(cluster.now, 5)",
    'Expected anything but [ "m3" ]\n    in assertNotEquals(cluster.leaders, ["m3"])',
  ]);
});

Deno.test("assert: what is long is cut", () => {
  const text = said(() => own.assertEquals("x".repeat(100_000), ""));
  own.assertLess(text.split("\n", 1).join().length, 1000);
});
