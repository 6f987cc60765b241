import { assert, assertEquals } from "@std/assert";
import { Scratch } from "../../src/wire/scratch.ts";

Deno.test("scratch: a part has the same view each time, which shows what is written", () => {
  const scratch = new Scratch(65_507);
  const view = scratch.view(3, 7);
  scratch.bytes.set([1, 2, 3, 4, 5, 6], 2);
  assertEquals(Array.from(view), [2, 3, 4, 5]);
  assert(scratch.view(3, 7) === view);
  assertEquals([scratch.view(3, 8).length, scratch.view(0, 7).length, scratch.view(7, 7).length], [5, 7, 0]);
});

Deno.test("scratch: all parts are what they are called, however many and however long", () => {
  const scratch = new Scratch(65_507);
  for (let start = 0; start < 60; start++) {
    for (const end of [60, 2047, 2048, 2049, 65_507, ...Array.from({ length: 20 }, (_, index) => 1000 + index)]) {
      const view = scratch.view(start, end);
      assertEquals([view.byteOffset, view.length], [start, end - start]);
    }
  }
});
