/** A wall clock that is wrong by years neither carries the tokens away nor stops elections. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { Cluster } from "./cluster.ts";
import { EPOCH, TIMEOUT } from "./harness.ts";

const YEARS = 40 * 365 * 86_400_000;

function clusterOf(...weights: readonly number[]): Cluster {
  return new Cluster(weights.map((weight) => ({ weight })), { quarantine: TIMEOUT });
}

Deno.test("a member whose clock is years ahead does not lead, is told so, and the tokens stay right", () => {
  const cluster = clusterOf(1, 2, 9);
  cluster.skews.set(3, YEARS);
  cluster.start(1, 2);
  cluster.run(3 * TIMEOUT);
  cluster.start(3);
  cluster.run(3 * TIMEOUT);
  for (let time = 0; time < 5; time++) {
    cluster.command(Number(cluster.leaders[0]!.slice(1)), { kind: "resign" });
    cluster.runUntil(() => cluster.leaders.length === 1, 5 * TIMEOUT);
    assert(cluster.leaders[0] !== "m3", cluster.story());
    cluster.run(4 * TIMEOUT);
  }
  for (const token of cluster.tokens) assertLess(token, EPOCH + cluster.now + TIMEOUT);
  assertEquals(cluster.state(3).election.leader?.id, cluster.leaders[0], "it follows like any other");
});

Deno.test("a member whose clock is years ahead votes, and both sides learn why it does not lead", () => {
  const cluster = clusterOf(1, 2, 9);
  cluster.skews.set(3, YEARS);
  // Without its vote nobody could lead.
  cluster.start(1, 3);
  cluster.runUntil(() => cluster.leaders.length === 1, 8 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  const told = new Map(cluster.mismatches.map((each) => [each.what, each]));
  assertEquals([...told.keys()].sort(), ["clock-ahead", "own-clock-ahead"]);
  for (const { value } of told.values()) assert(Math.abs(value - YEARS) < TIMEOUT, `${value}`);
});

Deno.test("a member whose clock was years ahead leads once that is put right", () => {
  const cluster = clusterOf(1, 2, 9);
  cluster.skews.set(3, YEARS);
  cluster.start();
  cluster.run(5 * TIMEOUT);
  cluster.skews.delete(3);
  cluster.run(5 * TIMEOUT);
  cluster.crash(Number(cluster.leaders[0]!.slice(1)));
  cluster.runUntil(() => cluster.leaders.length === 1, 10 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
  assertLess(cluster.tokens.at(-1)!, EPOCH + cluster.now + TIMEOUT);
});

Deno.test("clocks that are all set back by days stop no election, and the tokens go on to grow", () => {
  const cluster = clusterOf(1, 2, 9);
  cluster.start();
  cluster.run(3 * TIMEOUT);
  const [before] = cluster.tokens.slice(-1);
  cluster.skew = -10 * LIMITS.clockLead;
  cluster.run(2 * TIMEOUT);
  cluster.command(3, { kind: "resign" });
  cluster.runUntil(() => cluster.leaders.length === 1, 5 * TIMEOUT);
  assertLess(before!, cluster.tokens.at(-1)!);
});

Deno.test("a leader in office is renewed by a voter that has a wrong clock since", () => {
  const cluster = clusterOf(1, 2, 9);
  cluster.start();
  cluster.run(3 * TIMEOUT);
  cluster.skews.set(1, -10 * LIMITS.clockLead);
  const from = cluster.now;
  cluster.run(5 * TIMEOUT);
  assertEquals([cluster.leaders, cluster.since(from, "m3")], [["m3"], []]);
});
