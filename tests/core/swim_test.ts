import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Doubt,
  fanout,
  gossipIntervals,
  isMesh,
  MOST_SUSPICIONS,
  probeTimeout,
  suspicionTimeout,
  transmissions,
  WORST_HEALTH,
} from "../../src/core/membership/swim.ts";

const DOUBT: Doubt = { interval: 100, timeout: 500, confirmations: 0, witnesses: 3, lifeguard: true };

Deno.test("up to nine peers are all pinged in each interval, of more five", () => {
  const table = [[0, 0], [1, 1], [2, 2], [8, 8], [9, 9], [10, 5], [11, 5], [100, 5], [1024, 5]] as const;
  for (const [peers, pinged] of table) assertEquals(fanout(peers), pinged, `${peers} peers`);
});

Deno.test("up to nine peers are a mesh", () => {
  for (const [peers, expected] of [[0, true], [1, true], [9, true], [10, false], [1024, false]] as const) {
    assertEquals(isMesh(peers), expected, `${peers} peers`);
  }
});

Deno.test("a probe waits an interval, and one more for each point of bad health", () => {
  for (const [health, ms] of [[0, 100], [1, 200], [3, 400], [WORST_HEALTH, 900]] as const) {
    assertEquals(probeTimeout(100, health), ms, `health ${health}`);
  }
});

Deno.test("a suspicion is as short as it may be once as many confirm it as are wanted and could", () => {
  const short = 300;
  const table = [
    // Nobody else could see it.
    { witnesses: 0, confirmations: 0, shortest: 1 },
    { witnesses: 1, confirmations: 0, shortest: 6 },
    { witnesses: 1, confirmations: 1, shortest: 1 },
    { witnesses: 2, confirmations: 0, shortest: 6 },
    { witnesses: 2, confirmations: 1, shortest: 6 - 5 * Math.log(2) / Math.log(3) },
    { witnesses: 2, confirmations: 2, shortest: 1 },
    { witnesses: 3, confirmations: 0, shortest: 6 },
    { witnesses: 3, confirmations: 1, shortest: 3.5 },
    { witnesses: 3, confirmations: 2, shortest: 6 - 5 * Math.log(3) / Math.log(4) },
    { witnesses: 3, confirmations: 3, shortest: 1 },
    // More witnesses make nobody wait for a fourth.
    { witnesses: 1000, confirmations: 0, shortest: 6 },
    { witnesses: 1000, confirmations: 3, shortest: 1 },
    { witnesses: 0, confirmations: 3, shortest: 1 },
  ];
  for (const { witnesses, confirmations, shortest } of table) {
    const ms = suspicionTimeout({ ...DOUBT, witnesses, confirmations });
    assertAlmostEquals(ms, shortest * short, 1e-9, `${confirmations} of ${witnesses}`);
  }
});

Deno.test("the shortest suspicion is a timeout less the two intervals of the probe, and an interval at least", () => {
  const sure = { ...DOUBT, confirmations: 3 };
  for (const [timeout, ms] of [[300, 100], [350, 150], [500, 300], [1000, 800], [3000, 2800]] as const) {
    assertEquals(suspicionTimeout({ ...sure, timeout }), ms, `timeout ${timeout}`);
    assertEquals(suspicionTimeout({ ...DOUBT, timeout }), 6 * ms, `alone, timeout ${timeout}`);
  }
});

Deno.test("plain SWIM asks for no confirmations", () => {
  for (let witnesses = 0; witnesses <= 4; witnesses++) {
    for (let confirmations = 0; confirmations <= 3; confirmations++) {
      assertEquals(suspicionTimeout({ ...DOUBT, witnesses, confirmations, lifeguard: false }), 300);
    }
  }
});

Deno.test("a suspicion never gets longer by a confirmation, and is never without end", () => {
  for (let witnesses = 0; witnesses <= 10; witnesses++) {
    let before = Infinity;
    for (let confirmations = 0; confirmations < MOST_SUSPICIONS; confirmations++) {
      const ms = suspicionTimeout({ ...DOUBT, witnesses, confirmations });
      assert(Number.isFinite(ms) && ms >= 300 && ms <= before, `${ms} ms for ${confirmations} of ${witnesses}`);
      before = ms;
    }
  }
});

Deno.test("a rumor is told four times for each decimal digit of the number of members", () => {
  const table = [[0, 4], [1, 4], [8, 4], [9, 8], [98, 8], [99, 12], [998, 12], [999, 16]] as const;
  for (const [peers, times] of table) assertEquals(transmissions(peers), times, `${peers} peers`);
});

Deno.test("news reaches nearly all in one interval in a mesh, and in the logarithm to the base eleven beyond", () => {
  const table = [[0, 1], [1, 1], [9, 1], [10, 1], [11, 2], [100, 2], [120, 2], [121, 3], [999, 3], [1330, 3]] as const;
  for (const [peers, intervals] of table) assertEquals(gossipIntervals(peers), intervals, `${peers} peers`);
});
