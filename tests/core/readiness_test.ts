import { assert, assertEquals } from "@std/assert";
import type { MemberConfig } from "../../src/core/input.ts";
import { Cluster } from "./cluster.ts";
import { INTERVAL, ofKind, puppetOf, Solo, TIMEOUT } from "./harness.ts";

/** Whether the member said last that it does its part. */
function isReady(cluster: Cluster, n: number): boolean {
  return ofKind(cluster.effectsOf(n), "readiness").at(-1)?.ready ?? false;
}

function isClosed(cluster: Cluster, n: number): boolean {
  return ofKind(cluster.effectsOf(n), "closed").length > 0;
}

const SLOW: Partial<MemberConfig> = { quarantine: TIMEOUT };

/** Three members, of which the first is the heaviest, that have elected it. */
function elected(): Cluster {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }], SLOW);
  cluster.start();
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  return cluster;
}

function restart(cluster: Cluster, n: number): void {
  cluster.crash(n);
  cluster.start(n);
}

Deno.test("a member is ready once it may vote and a quorum counts it in", () => {
  const cluster = new Cluster([{}, {}, {}], SLOW);
  cluster.start();
  cluster.run(TIMEOUT - 1);
  assertEquals([1, 2, 3].map((n) => isReady(cluster, n)), [false, false, false], "quarantined");
  cluster.run(INTERVAL);
  assertEquals([1, 2, 3].map((n) => isReady(cluster, n)), [true, true, true]);
  restart(cluster, 3);
  cluster.run(TIMEOUT - 1);
  assertEquals(isReady(cluster, 3), false, "quarantined again");
  cluster.run(INTERVAL);
  assertEquals(isReady(cluster, 3), true);
});

Deno.test("a member that nobody hears is not ready, and one that is alone all of a sudden stays so", () => {
  const cluster = new Cluster([{}, {}, {}], SLOW);
  cluster.start(1);
  cluster.run(5 * TIMEOUT);
  assertEquals(isReady(cluster, 1), false);
  cluster.start(2);
  cluster.run(2 * TIMEOUT);
  assertEquals(isReady(cluster, 1), true);
  cluster.crash(2);
  cluster.run(5 * TIMEOUT);
  assertEquals(isReady(cluster, 1), true);
});

Deno.test("a voter that others do not list yet is not ready, whatever it hears", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }, {}], SLOW);
  for (const n of [1, 2, 3]) cluster.reconfigure(n, {}, [1, 2, 3]);
  cluster.start(1, 2, 3);
  cluster.run(3 * TIMEOUT);
  cluster.start(4);
  cluster.run(5 * TIMEOUT);
  assertEquals(isReady(cluster, 4), false);
  for (const n of [2, 3]) {
    cluster.reconfigure(n, {}, [1, 2, 3, 4]);
    cluster.tell(n);
  }
  cluster.run(2 * TIMEOUT);
  assertEquals(isReady(cluster, 4), false, "a quorum lists it, but not the leader");
  cluster.run(60 * TIMEOUT);
  assertEquals(isReady(cluster, 4), false, "the leader is waited for");
  cluster.reconfigure(1, {}, [1, 2, 3, 4]);
  cluster.tell(1);
  cluster.run(TIMEOUT);
  assertEquals(isReady(cluster, 4), true);
});

Deno.test("a new member waits for every voter that is there to list it, but not for ever", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }], SLOW);
  cluster.reconfigure(3, {}, [1, 3]);
  cluster.start(1, 3);
  cluster.run(3 * TIMEOUT);
  cluster.start(2);
  cluster.run(50 * TIMEOUT);
  assertEquals(isReady(cluster, 2), false, "m3 does not list it");
  cluster.run(11 * TIMEOUT);
  assertEquals(isReady(cluster, 2), true, "m1 leads and lists it");
});

Deno.test("in plain democracy a member is ready as soon as it may lead", () => {
  const solo = new Solo([puppetOf(2, { answers: false })], { quorum: "none" });
  solo.advance(2 * TIMEOUT);
  assertEquals(ofKind(solo.log, "readiness").at(-1)?.ready, true);
});

Deno.test("a member that ends with grace goes on voting until another may vote in its place", () => {
  for (const graceful of [true, false]) {
    const cluster = elected();
    restart(cluster, 3);
    cluster.run(INTERVAL);
    const before = cluster.happenings.length;
    cluster.command(2, { kind: "close", graceful });
    assertEquals(isReady(cluster, 2), false, "says so at once");
    cluster.run(INTERVAL / 2);
    assertEquals(isClosed(cluster, 2), !graceful);
    cluster.run(TIMEOUT + INTERVAL);
    assert(isClosed(cluster, 2), "m3 votes by now");
    cluster.crash(2);
    cluster.run(3 * TIMEOUT);
    const lost = cluster.happenings.slice(before).filter(({ what }) => what === "resigned lease-expired");
    assertEquals(lost.length, graceful ? 0 : 1, `the leader's lease, graceful: ${graceful}`);
  }
});

Deno.test("a leader that ends with grace hands over at once, and lends its vote", () => {
  const cluster = elected();
  restart(cluster, 3);
  cluster.run(INTERVAL);
  cluster.command(1, { kind: "close", graceful: true });
  cluster.run(INTERVAL);
  assertEquals(cluster.leaders, ["m2"], "by the votes of m1 and m2");
  assertEquals(isClosed(cluster, 1), false);
  cluster.run(TIMEOUT + INTERVAL);
  assert(isClosed(cluster, 1));
  cluster.crash(1);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"]);
  assertEquals(cluster.happenings.filter(({ what }) => what === "resigned lease-expired"), []);
});

Deno.test("grace is needed by somebody, and lasts two timeouts at most", () => {
  const cluster = elected();
  cluster.crash(3);
  cluster.run(3 * TIMEOUT);
  cluster.command(2, { kind: "close", graceful: true });
  cluster.run(2 * TIMEOUT - 1);
  assertEquals([isClosed(cluster, 2), cluster.leaders], [false, ["m1"]]);
  cluster.run(1 + 3 * INTERVAL);
  assert(isClosed(cluster, 2), "two timeouts, and the farewell");
  cluster.crash(2);
  cluster.run(3 * TIMEOUT);
  cluster.command(1, { kind: "close", graceful: true });
  cluster.run(3 * INTERVAL);
  assert(isClosed(cluster, 1), "nobody is there that could use its vote");
});

Deno.test("where all end with grace nobody waits, and one that is told again to end does so", () => {
  const cluster = elected();
  for (const n of [1, 2, 3]) cluster.command(n, { kind: "close", graceful: true });
  cluster.run(4 * INTERVAL);
  assertEquals([1, 2, 3].map((n) => isClosed(cluster, n)), [true, true, true]);
  const other = elected();
  other.crash(3);
  other.run(3 * TIMEOUT);
  other.command(2, { kind: "close", graceful: true });
  other.run(INTERVAL);
  assertEquals(isClosed(other, 2), false);
  other.command(2, { kind: "close" });
  other.run(3 * INTERVAL);
  assertEquals(isClosed(other, 2), true);
});
