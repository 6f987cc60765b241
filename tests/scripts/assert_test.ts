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
