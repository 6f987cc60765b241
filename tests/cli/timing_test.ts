import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { leftOf, timingOf } from "../../src/cli/exec/timing.ts";
import { DEFAULTS } from "../../src/limits.ts";

Deno.test("SIGTERM, grace, SIGKILL and late renewals always fit into a lease", () => {
  for (const [interval, timeout] of [[200, 1000], [100, 1500], [10, 100], [1000, 10_000], [2000, 15_000]] as const) {
    const { grace, margin, period } = timingOf({ interval, timeout });
    const lease = timeout * (1 - DEFAULTS.drift);
    assertGreater(grace, 0);
    assert(grace + margin + 2 * interval + period <= lease, `${interval}/${timeout}`);
  }
});

Deno.test("a grace period that does not fit is refused, and the message says what would", () => {
  assertThrows(
    () => timingOf({ interval: 200, timeout: 1000, grace: 391 }),
    RangeError,
    '"grace" must be from 0 to 390 ms with "timeout" 1000 and "interval" 200',
  );
  assertEquals(timingOf({ interval: 200, timeout: 1000, grace: 390 }).grace, 390);
  assertEquals(timingOf({ interval: 200, timeout: 1000, grace: 0 }).grace, 0);
  assertThrows(() => timingOf({ interval: 200, timeout: 1000, grace: Number.NaN }), RangeError);
  assertThrows(() => timingOf({ interval: 400, timeout: 1000 }), RangeError, "choose a longer timeout");
});

Deno.test("of a lease is left what the stricter clock says", () => {
  const lease = { until: 1000, wallUntil: 50_000 };
  assertEquals(leftOf(lease, 400, 49_000), 600);
  assertEquals(leftOf(lease, 400, 49_900), 100);
  assertEquals(leftOf({ until: -Infinity, wallUntil: -Infinity }, 0, 0), -Infinity);
});
