import { assertEquals } from "@std/assert";
import { Counters } from "../../src/leadership/counters.ts";

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

Deno.test("what was read does not change any more", () => {
  const counters = new Counters();
  const before = counters.read();
  counters.dropped("malformed");
  assertEquals(before.dropped.malformed, 0);
  assertEquals(counters.read().dropped.malformed, 1);
});
