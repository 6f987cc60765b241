import { assertEquals } from "@std/assert";
import { Counters } from "../../src/stats/counters.ts";

Deno.test("both sides of one buffer count together", () => {
  const counters = new Counters();
  const other = new Counters(counters.buffer);
  other.sent(100);
  other.sent(20);
  other.received(7);
  other.dropped("malformed");
  other.dropped("incomplete-message", 3);
  counters.dropped("bad-value");
  const { sent, received, bytesSent, bytesReceived, dropped } = counters.read();
  assertEquals({ sent, received, bytesSent, bytesReceived }, {
    sent: 2,
    received: 1,
    bytesSent: 120,
    bytesReceived: 7,
  });
  assertEquals([dropped.malformed, dropped["incomplete-message"], dropped["bad-value"], dropped.replayed], [
    1,
    3,
    1,
    0,
  ]);
});

Deno.test("what was ignored keeps the address that it came from last", () => {
  const counters = new Counters();
  assertEquals(counters.read().droppedFrom, {});
  const loop = new Counters(counters.buffer);
  loop.dropped("bad-seal", 1, "10.0.0.9:7");
  loop.dropped("bad-seal", 1, "[fd00::9]:7");
  loop.dropped("backlog", 1, "10.0.0.8:7");
  loop.dropped("incomplete-message", 3);
  assertEquals(counters.read().droppedFrom, { "bad-seal": "[fd00::9]:7", backlog: "10.0.0.8:7" });
  assertEquals(counters.read().dropped["bad-seal"], 2);
});

Deno.test("what was read does not change any more", () => {
  const counters = new Counters();
  const before = counters.read();
  counters.dropped("malformed");
  assertEquals(before.dropped.malformed, 0);
  assertEquals(counters.read().dropped.malformed, 1);
});

Deno.test("durations are counted by class, on both sides of one buffer", () => {
  const counters = new Counters();
  const other = new Counters(counters.buffer);
  other.roundTrips.add(0.2);
  other.roundTrips.add(1);
  other.roundTrips.add(1.5);
  other.roundTrips.add(60_000);
  counters.mainLateness.add(3);
  const { roundTrips, workerLateness, mainLateness } = counters.read();
  const { upTo, counts, sums } = roundTrips;
  assertEquals(counts.length, upTo.length + 1);
  assertEquals(counts.flatMap((count, index) => count === 0 ? [] : [[upTo[index], count, sums[index]]]), [
    [0.25, 1, 0.2],
    [1, 1, 1],
    [2.5, 1, 1.5],
    [undefined, 1, 60_000],
  ]);
  assertEquals(mainLateness.counts[upTo.indexOf(5)], 1);
  assertEquals(workerLateness.counts.every((count) => count === 0), true);
  assertEquals(other.read().sent, 0);
});
