/** Members that restart have forgotten what they promised: whatever they are told then, two never lead at once. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { EPOCH } from "./harness.ts";

const [INTERVAL, TIMEOUT] = [200, 1000];

/** ms of the next `ms` in which more than one member leads. */
function overlap(cluster: Cluster, ms: number): number {
  let two = 0;
  for (let at = 0; at < ms; at++) {
    cluster.run(1, Infinity);
    if (cluster.leaders.length > 1) two += 1;
  }
  return two;
}

/** Five voters whose terms follow one another, because a token outside is ahead of their clocks. */
function consecutive(): Cluster {
  const weights = [10, 9, 1, 8, 0];
  const options = { interval: INTERVAL, timeout: TIMEOUT, quarantine: TIMEOUT };
  const cluster = new Cluster(weights.map((weight) => ({ weight })), options);
  cluster.start();
  cluster.run(3 * TIMEOUT);
  for (const n of [1, 2, 3, 4, 5]) cluster.command(n, { kind: "advance-term", term: EPOCH + 1e7 });
  cluster.run(1500);
  return cluster;
}

/** Lets two candidates hold one number: a voter of the first forgets it, and promises it to the second. */
function collide(cutFor: number, resignAfter: number, healAfter: number): { overlap: number; led: boolean } {
  const cluster = consecutive();
  const block = (from: readonly number[], to: readonly number[]): void => {
    for (const a of from) for (const b of to) cluster.block(a, b);
  };
  block([1, 2, 3], [4, 5]);
  cluster.command(1, { kind: "advance-term", term: cluster.tokens.at(-1)! });
  cluster.run(cutFor);
  cluster.crash(3);
  cluster.heal();
  block([1, 2], [3, 4, 5]);
  block([3], [1, 2]);
  cluster.start(3);
  cluster.run(resignAfter, Infinity);
  if (!cluster.leaders.includes("m1")) return { overlap: 0, led: false };
  cluster.command(1, { kind: "resign" });
  cluster.run(Math.max(0, healAfter - resignAfter), Infinity);
  cluster.heal();
  block([1, 2], [3, 4]);
  block([3], [1, 2]);
  return { overlap: overlap(cluster, 1500), led: true };
}

Deno.test("a successor takes the grants of the term that was released to it, and of no other candidate's term", () => {
  let led = 0;
  for (let cutFor = 300; cutFor <= 900; cutFor += 60) {
    for (let resignAfter = 500; resignAfter <= 900; resignAfter += 80) {
      for (let healAfter = 850; healAfter <= 1000; healAfter += 50) {
        const outcome = collide(cutFor, resignAfter, healAfter);
        const when = `cut for ${cutFor} ms, resigned after ${resignAfter}, healed after ${healAfter}`;
        assertEquals(outcome.overlap, 0, `two members led, ${when}`);
        if (outcome.led) led += 1;
      }
    }
  }
  assertGreater(led, 200, "m1 must have led before it resigned, or nothing was tried");
});

Deno.test("a list that gets shorter at a graceful restart does not make two leaders", () => {
  for (let size = 2; size <= 5; size++) {
    const all = Array.from({ length: size }, (_, index) => index + 1);
    const left = all.slice(0, -1);
    for (const pause of [0, 1, INTERVAL / 2, TIMEOUT / 2, TIMEOUT]) {
      const options = { interval: INTERVAL, timeout: TIMEOUT, quarantine: TIMEOUT };
      const cluster = new Cluster(all.map((n) => ({ weight: n })), options);
      cluster.start();
      cluster.run(3 * TIMEOUT);
      assertEquals(cluster.leaders, [`m${size}`], "the member that the shorter list leaves out leads");
      for (const n of left) cluster.command(n, { kind: "close" });
      cluster.run(10, Infinity);
      for (const n of left) {
        cluster.crash(n);
        cluster.reconfigure(n, {}, left);
        cluster.start(n);
        cluster.run(pause / left.length, Infinity);
      }
      assertEquals(overlap(cluster, 3 * TIMEOUT), 0, `${size} to ${size - 1} members, ${pause} ms apart`);
      const [leader = "", ...more] = cluster.leaders;
      assert(more.length === 0 && left.includes(Number(leader.slice(1))), `one of ${left} leads, got ${leader}`);
    }
  }
});

Deno.test("voters that restart with a shorter timeout withhold their votes for the old one, where they are told it", () => {
  const restart = (quarantine: number): number => {
    const cluster = new Cluster([{ weight: 1 }, { weight: 2 }, { weight: 3 }], { interval: 1000, timeout: 5000 });
    cluster.start();
    cluster.run(12_000);
    assertEquals(cluster.leaders, ["m3"]);
    for (const n of [1, 2]) {
      cluster.crash(n);
      cluster.reconfigure(n, { interval: 100, timeout: 500, quarantine });
      cluster.cut(n, 3);
    }
    cluster.start(1, 2);
    return overlap(cluster, 6000);
  };
  assertEquals(restart(5000), 0);
  assertGreater(restart(500), 1000, "without being told they do not know: the README says so");
});

Deno.test("a quarantine that ends when all are idle is unsafe where a list gets shorter, as its documentation says", () => {
  const cluster = new Cluster([{ weight: 1 }, { weight: 2 }, { weight: 3 }], { quarantine: "until-idle" });
  cluster.start();
  cluster.run(2000);
  for (const n of [1, 2]) {
    cluster.crash(n);
    cluster.reconfigure(n, {}, [1, 2]);
    cluster.cut(n, 3);
  }
  cluster.start(1, 2);
  assert(overlap(cluster, 1000) > 100, "the other mode would not be needed");
});
