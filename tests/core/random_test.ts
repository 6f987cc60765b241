import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { nextRandom, type Random, sample } from "../../src/core/random.ts";

function draws(seed: number, count: number): number[] {
  const random: Random = { word: seed };
  return Array.from({ length: count }, () => nextRandom(random));
}

Deno.test("the same seed draws the same numbers, another seed others", () => {
  assertEquals(draws(7, 50), draws(7, 50));
  assertNotEquals(draws(7, 50), draws(8, 50));
});

Deno.test("the generator is Mulberry32", () => {
  const words = (seed: number): number[] => draws(seed, 3).map((number) => number * 2 ** 32);
  assertEquals(words(0), [1144304738, 1416247, 958946056]);
  assertEquals(words(12345), [4207900869, 1317490944, 2079646450]);
});

Deno.test("numbers are in [0, 1) and fill it evenly", () => {
  for (const seed of [0, 1, 0xffffffff]) {
    const numbers = draws(seed, 10_000);
    assert(numbers.every((number) => number >= 0 && number < 1));
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
      assert(share > 850 && share < 1150, `${share} of 10000 in tenth ${tenth} with seed ${seed}`);
    }
  }
});

Deno.test("a sample has the size asked for, no item twice, and each item as often", () => {
  const random: Random = { word: 3 };
  const counts = new Map<string, number>();
  for (let round = 0; round < 4000; round++) {
    const chosen = sample(random, ["a", "b", "c", "d", "e"], 2);
    assertEquals(new Set(chosen).size, 2);
    for (const item of chosen) counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  for (const [item, count] of counts) assert(count > 1450 && count < 1750, `${item}: ${count} of 4000`);
  assertEquals(sample(random, [1, 2], 5).sort(), [1, 2]);
  assertEquals(sample(random, [], 3), []);
  assertEquals(sample(random, [1, 2], 0), []);
});
