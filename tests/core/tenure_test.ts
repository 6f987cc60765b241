/** A leader in office stays in office as long as it reaches a quorum, whoever came, went or slept meanwhile. */

import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { INTERVAL, messages, puppetOf, Solo, TIMEOUT } from "./harness.ts";

/** Three members of which m1 leads. */
function ruledByFirst(): Cluster {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }]);
  cluster.start();
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  return cluster;
}

/** m1 must have led without a break since `from`. */
function assertUnbroken(cluster: Cluster, from: number): void {
  assertEquals(cluster.leaders, ["m1"], cluster.story());
  const breaks = cluster.since(from, "m1").filter((what) => /elected|resigned/.test(what));
  assertEquals(breaks, [], cluster.story());
}

Deno.test("a leader keeps the lead while nothing happens", () => {
  const cluster = ruledByFirst();
  const from = cluster.now;
  cluster.run(20 * TIMEOUT);
  assertUnbroken(cluster, from);
  assertEquals(cluster.since(from), []);
});

Deno.test("a leader keeps the lead when either voter crashes, and when that one comes back", () => {
  for (const lost of [2, 3]) {
    const cluster = ruledByFirst();
    const from = cluster.now;
    cluster.crash(lost);
    cluster.run(3 * TIMEOUT);
    cluster.start(lost);
    cluster.run(3 * TIMEOUT);
    assertUnbroken(cluster, from);
    assertEquals(cluster.since(from, "m1"), [`removed m${lost}`, `added m${lost}`]);
  }
});

Deno.test("a heavier member that joins does not take the lead from one in office", () => {
  const cluster = new Cluster([{ weight: 1 }, { weight: 2 }, { weight: 3 }]);
  cluster.start(1, 2);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"]);
  const from = cluster.now;
  cluster.start(3);
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"]);
  assertEquals(cluster.since(from, "m2"), ["added m3"]);
});

Deno.test("a leader survives that its voters restart one after another", () => {
  const cluster = ruledByFirst();
  const from = cluster.now;
  for (const n of [2, 3, 2, 3]) {
    cluster.crash(n);
    cluster.run(2 * INTERVAL);
    cluster.start(n);
    cluster.run(3 * TIMEOUT);
  }
  assertUnbroken(cluster, from);
});

Deno.test("a leader survives that its voters lose the way to it one after another", () => {
  const cluster = ruledByFirst();
  const from = cluster.now;
  for (const n of [2, 3, 2, 3]) {
    cluster.cut(1, n);
    cluster.run(3 * TIMEOUT);
    cluster.heal();
    cluster.run(3 * TIMEOUT);
  }
  assertUnbroken(cluster, from);
});

Deno.test("a leader survives that its voters sleep one after another for longer than a timeout", () => {
  const cluster = ruledByFirst();
  const from = cluster.now;
  for (const n of [2, 3, 2, 3]) {
    cluster.pause(n, 2 * TIMEOUT);
    cluster.run(5 * TIMEOUT);
  }
  assertUnbroken(cluster, from);
});

Deno.test("a leader survives that its voters restart after another member stood in vain", () => {
  const cluster = ruledByFirst();
  cluster.cut(1, 3);
  cluster.run(4 * TIMEOUT);
  cluster.heal();
  cluster.run(2 * TIMEOUT);
  const from = cluster.now;
  for (const n of [2, 3]) {
    cluster.crash(n);
    cluster.run(2 * INTERVAL);
    cluster.start(n);
    cluster.run(3 * TIMEOUT);
  }
  assertUnbroken(cluster, from);
});

Deno.test("a member that cannot hear the leader does not disturb it", () => {
  const cluster = ruledByFirst();
  const from = cluster.now;
  cluster.block(1, 3);
  cluster.run(6 * TIMEOUT);
  assertUnbroken(cluster, from);
});

Deno.test("a leader that nobody hears is succeeded within three timeouts, and one that hears nobody too", () => {
  for (const [from, to] of [[1, 0], [0, 1]] as const) {
    const cluster = ruledByFirst();
    for (const n of [2, 3]) cluster.block(from || n, to || n);
    const took = cluster.runUntil(() => cluster.leaders.length > 0 && cluster.leaders[0] !== "m1", 3 * TIMEOUT);
    assert(took <= 3 * TIMEOUT);
    assertEquals(cluster.leaders, ["m2"]);
  }
});

Deno.test("a follower that slept reads its mail before it stands", () => {
  for (const first of ["tick", "packet"] as const) {
    const [ruler, other] = [puppetOf(2, { leading: { term: 10, remaining: 400 } }), puppetOf(3)];
    const solo = new Solo([ruler, other], { weight: 5 });
    solo.advance(INTERVAL);
    assertEquals(solo.leader, "m2");
    solo.pause(3 * TIMEOUT);
    const woken = first === "tick" ? solo.input({ kind: "tick" }) : solo.ping(other);
    const claims = messages([...woken, ...solo.ping(ruler)], "ping").filter(({ message }) =>
      message.request !== undefined
    );
    assertEquals(claims, [], `woken by a ${first}`);
    assertEquals(solo.leader, "m2");
  }
});
