import { assert, assertEquals, assertLess } from "@std/assert";
import { Offices } from "../../src/core/election/offices.ts";
import { LIMITS } from "../../src/limits.ts";
import { Cluster } from "./cluster.ts";

const [INTERVAL, TIMEOUT] = [200, 1000];
const COMMON = { interval: INTERVAL, timeout: TIMEOUT, quarantine: TIMEOUT };

function clusterOf(preemptAfter: number): Cluster {
  return new Cluster([{ weight: 1 }, { weight: 2 }, { weight: 3 }], { ...COMMON, preemptAfter });
}

/** When the lead changed, in ms since `from`. */
function elections(cluster: Cluster, from: number): number[] {
  return cluster.happenings.filter(({ at, what }) => at >= from && what === "elected").map(({ at }) => at - from);
}

Deno.test("without preempt a heavier member waits, with it the lead is handed over once it was there for so long", () => {
  for (const after of [TIMEOUT, 5 * TIMEOUT]) {
    const cluster = clusterOf(after);
    cluster.start(1, 2);
    cluster.run(2 * TIMEOUT);
    assertEquals(cluster.leaders, ["m2"], "the heaviest that is there");
    const from = cluster.now;
    cluster.start(3);
    cluster.run(after - INTERVAL);
    assertEquals(cluster.leaders, ["m2"], `m3 has not been healthy for ${after} ms`);
    cluster.run(3 * INTERVAL);
    assertEquals(cluster.leaders, ["m3"], `m3 has been healthy for ${after} ms`);
    assert(cluster.since(from, "m2").includes("resigned outweighed"), cluster.story());
    const settled = cluster.now;
    cluster.run(10 * TIMEOUT);
    assertEquals(cluster.since(settled), [], "nothing more happens");
  }
});

Deno.test("a heavy member that crashes every five seconds moves the lead at most twelve times in two minutes", () => {
  for (const downFor of [100, TIMEOUT]) {
    const cluster = clusterOf(TIMEOUT);
    cluster.start();
    cluster.run(3 * TIMEOUT);
    const from = cluster.now;
    while (cluster.now - from < 120_000) {
      cluster.run(5000 - downFor);
      cluster.crash(3);
      cluster.run(downFor);
      cluster.start(3);
    }
    const changes = elections(cluster, from);
    assertLess(changes.length, 13, `the lead moved after ${changes.join(", ")} ms`);
    assert(changes.length > 4, "m3 is given more than one chance");
  }
});

Deno.test("a heavier member that is cut off from a quorum is handed the lead less and less often", () => {
  const cluster = new Cluster([5, 4, 3, 2, 1].map((weight) => ({ weight })), { ...COMMON, preemptAfter: TIMEOUT });
  cluster.start(2, 3, 4, 5);
  cluster.run(3 * TIMEOUT);
  for (const n of [3, 4, 5]) cluster.cut(1, n);
  const from = cluster.now;
  cluster.start(1);
  cluster.run(150 * TIMEOUT);
  const offers = cluster.happenings.filter(({ at, member, what }) =>
    at >= from && what === "resigned outweighed" &&
    member === "m2"
  );
  const times = offers.map(({ at }) => at - from);
  assert(offers.length >= 4 && offers.length <= 8, `m1 was handed the lead after ${times.join(", ")} ms`);
  const gaps = times.slice(1).map((at, index) => at - times[index]!);
  for (const [index, gap] of gaps.slice(1).entries()) {
    assert(gap > 1.5 * gaps[index]!, `each time it waits longer: it was handed the lead after ${times.join(", ")} ms`);
  }
  cluster.heal();
  cluster.run(80 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"], "as soon as it can lead it gets another chance");
});

const HEAVY = { id: "heavy", address: "10.0.0.1:1", weight: 9 };
const LIGHT = { id: "light", address: "10.0.0.2:1", weight: 1 };

Deno.test("the hold on a member doubles with each office that was too short, up to 64 timeouts", () => {
  const offices = new Offices(TIMEOUT);
  const holds: number[] = [];
  let now = 0;
  for (let round = 0; round < 8; round++) {
    offices.begin(HEAVY, now);
    now += 9 * TIMEOUT;
    offices.end(now);
    offices.begin(LIGHT, now + TIMEOUT);
    holds.push((offices.heldBackUntil(HEAVY) - now) / TIMEOUT);
    now += 20 * TIMEOUT;
  }
  assertEquals(holds, [2, 4, 8, 16, 32, 64, 64, 64]);
  offices.begin(HEAVY, now);
  offices.end(now + 10 * TIMEOUT);
  offices.begin(LIGHT, now + 11 * TIMEOUT);
  assertEquals(offices.heldBackUntil(HEAVY), -Infinity, "ten timeouts in office make up for all");
});

Deno.test("a member is held back under its id and under its address, and by its own failures only", () => {
  const offices = new Offices(TIMEOUT);
  offices.begin(HEAVY, 0);
  offices.end(100);
  offices.begin(LIGHT, 200);
  assertEquals(offices.heldBackUntil({ ...HEAVY, address: "10.0.0.9:1" }), 100 + 2 * TIMEOUT);
  assertEquals(offices.heldBackUntil({ ...HEAVY, id: "another" }), 100 + 2 * TIMEOUT);
  assertEquals(offices.heldBackUntil({ id: "another", address: "10.0.0.9:1", weight: 9 }), -Infinity);
  offices.begin(HEAVY, 300);
  assertEquals(offices.heldBackUntil(LIGHT), -Infinity, "one that made way for a heavier one has not failed");
});

Deno.test("a member that was offered the lead and did not take it has failed", () => {
  const offices = new Offices(TIMEOUT);
  offices.begin(LIGHT, 0);
  offices.offer(HEAVY);
  offices.end(50 * TIMEOUT);
  offices.begin(LIGHT, 51 * TIMEOUT);
  assertEquals(offices.heldBackUntil(HEAVY), 53 * TIMEOUT);
  offices.offer(HEAVY);
  offices.end(60 * TIMEOUT);
  offices.begin(HEAVY, 60 * TIMEOUT);
  assertEquals(offices.heldBackUntil(HEAVY), 53 * TIMEOUT, "one that takes it has not failed again");
});

Deno.test("a bounded number of offices is remembered", () => {
  const offices = new Offices(TIMEOUT);
  const holder = (n: number) => ({ id: `m${n}`, address: `10.0.${n >> 8}.${n & 255}:1`, weight: -n });
  for (let n = 0; n < 10 * LIMITS.officeRecords; n++) offices.begin(holder(n), n);
  const remembered = Array.from({ length: 10 * LIMITS.officeRecords }, (_, n) => holder(n))
    .filter((each) => offices.heldBackUntil(each) > -Infinity);
  assertLess(remembered.length, LIMITS.officeRecords + 1);
});
