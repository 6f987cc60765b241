import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  barsPath,
  formatAge,
  formatDuration,
  formatWeight,
  overlapsOf,
  placeOf,
  ringPoints,
  shorten,
  sizesByWeight,
  spansWhere,
  ticksOf,
} from "../../src/ui/page/layout.ts";

const CENTER = { x: 100, y: 100 };

Deno.test("layout: members stand on the ring at equal distances, the first at the top", () => {
  const points = ringPoints(5, CENTER, 50);
  assertEquals(points[0], { x: 100, y: 50 });
  for (const { x, y } of points) assertAlmostEquals(Math.hypot(x - CENTER.x, y - CENTER.y), 50, 0.02);
  const sides = points.map(({ x, y }, index) => {
    const next = points[(index + 1) % 5] ?? CENTER;
    return Math.hypot(next.x - x, next.y - y);
  });
  for (const side of sides) assertAlmostEquals(side, sides[0] ?? 0, 0.05);
});

Deno.test("layout: one member alone stands in the middle, and none nowhere", () => {
  assertEquals(ringPoints(1, CENTER, 50), [CENTER]);
  assertEquals(ringPoints(0, CENTER, 50), []);
});

Deno.test("layout: sizes follow the rank of weights, whatever their scale", () => {
  assertEquals(sizesByWeight([1, 1e9, 0.5], 10, 20), [15, 20, 10]);
  assertEquals(sizesByWeight([3, 3], 10, 20), [15, 15]);
  assertEquals(sizesByWeight([], 10, 20), []);
});

Deno.test("layout: a time has its place on a line, also outside of what is shown", () => {
  const shown = { from: 100, to: 300 };
  assertEquals([50, 100, 150, 300, 400].map((time) => placeOf(time, shown, 1000)), [-250, 0, 250, 1000, 1500]);
  assertEquals(placeOf(5, { from: 5, to: 5 }, 1000), 0);
});

Deno.test("layout: bars are cut where the line ends, left out where they are not seen, and never too thin", () => {
  const bar = (from: number, to: number): string =>
    barsPath([{ from, to }], { from: 0, to: 100 }, { width: 1000, top: 4, height: 10, least: 2 });
  assertEquals(bar(10, 20), "M100 4h100v10h-100z");
  assertEquals(bar(-50, 20), "M0 4h200v10h-200z");
  assertEquals(bar(90, 500), "M900 4h100v10h-100z");
  assertEquals(bar(50, 50.01), "M500 4h2v10h-2z");
  assertEquals(bar(-20, -10), "");
  assertEquals(bar(110, 120), "");
});

Deno.test("layout: a value holds from its step to the next, or to now", () => {
  const steps = [{ at: 0, value: "up" }, { at: 10, value: "down" }, { at: 15, value: "up" }, { at: 30, value: "down" }];
  assertEquals(spansWhere(steps, (value) => value === "down", 40), [{ from: 10, to: 15 }, { from: 30, to: 40 }]);
  assertEquals(spansWhere(steps, (value) => value === "down", 12), [{ from: 10, to: 12 }]);
});

function track(id: string, ...times: [number, number][]) {
  return { id, beliefs: times.map(([from, to]) => ({ token: from, from, to, until: to })) };
}

Deno.test("layout: two who lead at once are found, with the time that both did", () => {
  const overlaps = overlapsOf([track("a", [0, 10], [30, 40]), track("b", [9, 20]), track("c", [35, 36])], 100);
  assertEquals(overlaps, [
    { from: 9, to: 10, members: ["a", "b"] },
    { from: 35, to: 36, members: ["a", "c"] },
  ]);
});

Deno.test("layout: who leads right after another, or again, does not overlap", () => {
  assertEquals(overlapsOf([track("a", [0, 10], [10, 20]), track("b", [20, 30])], 100), []);
});

Deno.test("layout: a belief that goes on overlaps up to now, and not beyond", () => {
  const going = { id: "a", beliefs: [{ token: 1, from: 0, to: undefined, until: 1000 }] };
  assertEquals(overlapsOf([going, track("b", [40, 900])], 50), [{ from: 40, to: 50, members: ["a", "b"] }]);
});

Deno.test("layout: marks are round, inside and few", () => {
  assertEquals(ticksOf({ from: -60_000, to: 0 }, 8), [-60_000, -50_000, -40_000, -30_000, -20_000, -10_000, 0]);
  for (const length of [3, 77, 1234, 62_000, 3_600_000, 900_000_000]) {
    const ticks = ticksOf({ from: 17, to: 17 + length }, 6);
    assert(ticks.length > 0 && ticks.length <= 6, `${ticks.length} marks for ${length} ms`);
    assert(ticks.every((tick) => tick >= 17 && tick <= 17 + length));
  }
});

Deno.test("layout: lengths of time, weights and names are short", () => {
  assertEquals(
    [-5, 0, 999, 1000, 59_999, 61_000, 7_260_000, 400_000_000].map(formatDuration),
    ["0 ms", "0 ms", "999 ms", "1.0 s", "59 s", "1 min 1 s", "2 h 1 min", "4 d 15 h"],
  );
  assertEquals([500, 10_000, 60_000, 3_600_000].map(formatAge), ["0.5 s", "10 s", "1 min", "1 h"]);
  assertEquals([5, -2, 0.123456, 1e9, 123_456].map((weight) => formatWeight(weight)), [
    ...["5", "-2", "0.123", "1000000000", "123456"],
  ]);
  assertEquals(formatWeight(0.123456, 2), "0.12");
  assertEquals(shorten("orders-7c9f6b5d4-x2kqp", 10), "ord…-x2kqp");
  assertEquals(shorten("💛💛💛", 3), "💛💛💛");
});
