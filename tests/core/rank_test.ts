import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { heaviest, outranks } from "../../src/core/election/rank.ts";

Deno.test("rank is by weight, then by id in code unit order", () => {
  const table: [a: [number, string], b: [number, string], outranks: boolean][] = [
    [[2, "a"], [1, "b"], true],
    [[1, "b"], [2, "a"], false],
    [[1, "b"], [1, "a"], true],
    [[1, "a"], [1, "b"], false],
    [[1, "10"], [1, "9"], false],
    [[1, "a"], [1, "B"], true],
    [[0, "a"], [-1, "z"], true],
    [[-0, "a"], [0, "b"], false],
    [[0.2, "a"], [0.1, "z"], true],
    [[Number.MAX_VALUE, "a"], [Number.MIN_VALUE, "z"], true],
    [[1, "a"], [1, "a"], false],
  ];
  for (const [[weight, id], [otherWeight, otherId], expected] of table) {
    const a = { id, weight };
    const b = { id: otherId, weight: otherWeight };
    assertEquals(outranks(a, b), expected, `${weight} ${id} against ${otherWeight} ${otherId}`);
  }
});

const candidate = fc.record({
  id: fc.string({ maxLength: 3 }),
  weight: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
});

Deno.test("of two with different ids exactly one outranks the other", () => {
  fc.assert(fc.property(candidate, candidate, (a, b) => {
    if (a.id === b.id) return;
    assert(outranks(a, b) !== outranks(b, a));
  }));
});

Deno.test("rank is transitive", () => {
  fc.assert(fc.property(candidate, candidate, candidate, (a, b, c) => {
    if (outranks(a, b) && outranks(b, c)) assert(outranks(a, c));
  }));
});

Deno.test("the heaviest is outranked by nobody", () => {
  assertEquals(heaviest([]), undefined);
  fc.assert(fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), (candidates) => {
    const first = heaviest(candidates);
    assert(first !== undefined && candidates.includes(first));
    assert(candidates.every((other) => !outranks(other, first)));
  }));
});
