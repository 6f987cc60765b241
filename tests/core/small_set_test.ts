import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { empty, SmallSet } from "../../src/core/small_set.ts";

Deno.test("few: it is the set that it replaces, in the same order", () => {
  const deed = fc.record({ what: fc.constantFrom("add", "add", "delete", "clear"), item: fc.nat({ max: 12 }) });
  fc.assert(fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
    const few = new SmallSet<number>();
    const model = new Set<number>();
    for (const { what, item } of deeds) {
      if (what === "add") [few.add(item), model.add(item)];
      else if (what === "delete") [few.delete(item), model.delete(item)];
      else if (item === 0) [few.clear(), model.clear()];
      assertEquals(few.items, [...model]);
      assertEquals(few.has(item), model.has(item));
    }
  }));
});

Deno.test("few: a list is emptied", () => {
  const items = Array.from({ length: 1000 }, (_, index) => index);
  empty(items);
  assertEquals(items, []);
});
