import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { SmallSet } from "../../src/core/small_set.ts";
import type { Random } from "../../src/core/random.ts";
import { ProbeOrder } from "../../src/core/membership/probe_order.ts";

function ringOf(items: Iterable<number>, seed = 1): { ring: ProbeOrder<number>; random: Random } {
  const random = { word: seed };
  const ring = new ProbeOrder<number>();
  for (const item of items) ring.add(item, random);
  return { ring, random };
}

function take(ring: ProbeOrder<number>, count: number, random: Random, accept?: (item: number) => boolean): number[] {
  const taken = new SmallSet<number>();
  ring.take(count, random, taken, accept);
  return [...taken.items];
}

function upTo(size: number): number[] {
  return Array.from({ length: size }, (_, index) => index);
}

function sorted(items: Iterable<number>): number[] {
  return [...items].sort((a, b) => a - b);
}

Deno.test("everybody has one turn in each round", () => {
  const { ring, random } = ringOf(upTo(10));
  for (let round = 0; round < 20; round++) {
    const turns = Array.from({ length: 5 }, () => take(ring, 2, random)).flat();
    assertEquals(sorted(turns), upTo(10), `round ${round}`);
  }
});

Deno.test("the order is another one in each round", () => {
  const { ring, random } = ringOf(upTo(10));
  const rounds = Array.from({ length: 20 }, () => upTo(10).flatMap(() => take(ring, 1, random)).join());
  assertEquals(new Set(rounds).size, 20);
});

Deno.test("nobody is taken twice at once, also where a round ends in between", () => {
  const { ring, random } = ringOf(upTo(7));
  for (let turn = 0; turn < 100; turn++) assertEquals(new Set(take(ring, 5, random)).size, 5);
});

Deno.test("nobody waits for longer than two rounds", () => {
  const { ring, random } = ringOf(upTo(23), 5);
  const last = new Map(upTo(23).map((item) => [item, 0]));
  for (let turn = 1; turn < 2000; turn++) {
    for (const item of take(ring, 5, random)) last.set(item, turn);
    for (const [item, at] of last) assert(turn - at <= 2 * Math.ceil(23 / 5), `${item} waits since ${at}, now ${turn}`);
  }
});

Deno.test("where as many are wanted as there are, all are taken that are accepted", () => {
  const { ring, random } = ringOf(upTo(5));
  assertEquals(sorted(take(ring, 5, random)), upTo(5));
  assertEquals(sorted(take(ring, 99, random, (item) => item > 2)), [3, 4]);
  assertEquals(take(ring, 0, random), []);
  assertEquals(take(new ProbeOrder<number>(), 3, random), []);
});

Deno.test("who is not accepted makes room for others", () => {
  const { ring, random } = ringOf(upTo(12));
  for (let turn = 0; turn < 50; turn++) {
    const taken = take(ring, 3, random, (item) => item % 2 === 1);
    assert(taken.every((item) => item % 2 === 1), `${taken}`);
    assertEquals(new Set(taken).size, 3);
  }
  assertEquals(take(ring, 3, random, () => false), []);
});

Deno.test("who is added twice is there once", () => {
  const { ring, random } = ringOf([1, 2, 1, 1]);
  assertEquals(ring.size, 2);
  ring.delete(1);
  ring.delete(1);
  assertEquals(take(ring, 9, random), [2]);
});

Deno.test("who is added in mid-round has its turn in what is left of the round", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { ring, random } = ringOf(upTo(6), seed);
    const before = take(ring, 4, random);
    ring.add(99, random);
    const after = take(ring, 3, random);
    assertEquals(sorted([...before, ...after]), [...upTo(6), 99], `seed ${seed}`);
  }
});

Deno.test("who goes in mid-round takes no other's turn along", () => {
  for (let seed = 0; seed < 50; seed++) {
    for (const place of upTo(6)) {
      const { ring, random } = ringOf(upTo(6), seed);
      const before = take(ring, 3, random);
      ring.delete(place);
      const after = take(ring, before.includes(place) ? 3 : 2, random);
      assertEquals(sorted(new Set([...before, place, ...after])), upTo(6), `seed ${seed}, ${place} goes`);
      assertEquals(ring.size, 5);
    }
  }
});

/** A round as a set: who still has a turn in it. */
class Model {
  readonly all = new Set<number>();
  readonly waiting = new Set<number>();

  add(item: number): void {
    if (!this.all.has(item)) this.waiting.add(item);
    this.all.add(item);
  }

  delete(item: number): void {
    this.all.delete(item);
    this.waiting.delete(item);
  }

  /** Whether it was the item's turn. */
  took(item: number): boolean {
    if (this.waiting.size === 0) { for (const one of this.all) this.waiting.add(one); }
    return this.waiting.delete(item);
  }
}

const anyItem = fc.integer({ min: 0, max: 12 });
const anyDeed = fc.record({ what: fc.constantFrom("add", "add", "delete", "take", "take"), item: anyItem });

Deno.test("whatever comes and goes, everybody has one turn in each round", () => {
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 200 }), fc.integer(), (deeds, seed) => {
      const { ring, random } = ringOf([], seed >>> 0);
      const model = new Model();
      for (const { what, item } of deeds) {
        if (what === "add") {
          ring.add(item, random);
          model.add(item);
        } else if (what === "delete") {
          ring.delete(item);
          model.delete(item);
        } else if (ring.size > 1) {
          const count = 1 + item % (ring.size - 1);
          const taken = take(ring, count, random);
          assertEquals(new Set(taken).size, count);
          for (const one of taken) assert(model.took(one), `not the turn of ${one}`);
        }
        assertEquals(ring.size, model.all.size);
      }
      assertEquals(sorted(take(ring, ring.size, random)), sorted(model.all));
    }),
    { numRuns: 500 },
  );
});
