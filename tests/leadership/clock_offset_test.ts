import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { ClockOffset } from "../../src/leadership/clock_offset.ts";

Deno.test("the reading with the least delay counts", () => {
  // The other clock is 1000 ahead; readings took 30, 5 and 80 ms.
  const offset = new ClockOffset(1000, 30);
  assertEquals(offset.translate(100), 1070);
  offset.observe(1095, 100);
  assertEquals(offset.translate(100), 1095);
  offset.observe(1120, 200);
  assertEquals(offset.translate(100), 1095);
});

Deno.test("a deadline is translated early, never late, whatever the delays", () => {
  const ahead = 12_345.678;
  const offset = new ClockOffset(ahead, 40);
  for (let i = 1; i <= 200; i++) {
    const delay = 0.5 + (i * 7919 % 97);
    const now = 40 + i * 10;
    offset.observe(now - delay + ahead, now);
    assertLess(offset.translate(now), now + ahead);
  }
  assertAlmostEquals(offset.translate(0), ahead, 1.5);
});
