import { assert, assertEquals } from "@std/assert";
import { obstacleTo } from "../../src/core/citizen.ts";
import { Cluster } from "./cluster.ts";
import { INTERVAL, TIMEOUT } from "./harness.ts";

/** Three members that follow m1, the heaviest. */
function village(options: Parameters<typeof configs>[0] = {}): Cluster {
  const cluster = new Cluster(configs(options));
  cluster.start();
  cluster.runUntil(() => cluster.leaders[0] === "m1", 10 * TIMEOUT);
  cluster.run(3 * INTERVAL);
  return cluster;
}

function configs({ eligible = true }: { readonly eligible?: boolean }) {
  return [{ weight: 3 }, { weight: 2 }, { weight: 1, eligible }];
}

Deno.test("a member that is named gets the lead, though it is lighter than another", () => {
  const cluster = village();
  const at = cluster.now;
  assertEquals(obstacleTo(cluster.state(1), "m3"), undefined);
  cluster.command(1, { kind: "resign", to: "m3" });
  const took = cluster.runUntil(() => cluster.leaders[0] === "m3", TIMEOUT);
  assert(took <= INTERVAL, `m3 leads within an interval, took ${took} ms`);
  assertEquals(cluster.since(at, "m1").filter((what) => what.startsWith("resigned")), ["resigned requested"]);
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
});

Deno.test("a failed leader says so, and hands over to the heaviest", () => {
  const cluster = village();
  const at = cluster.now;
  cluster.command(1, { kind: "resign", reason: "failed" });
  cluster.runUntil(() => cluster.leaders[0] === "m2", TIMEOUT);
  assertEquals(cluster.since(at, "m1").filter((what) => what.startsWith("resigned")), ["resigned failed"]);
});

Deno.test("a member that stands aside does not lead before, whoever else is gone, and does then", () => {
  const cluster = village();
  const at = cluster.now;
  cluster.command(1, { kind: "resign", reason: "failed", aside: 10 * TIMEOUT });
  cluster.runUntil(() => cluster.leaders[0] === "m2", TIMEOUT);
  cluster.crash(2);
  cluster.runUntil(() => cluster.leaders[0] === "m3", 5 * TIMEOUT);
  cluster.command(3, { kind: "resign", aside: 100 * TIMEOUT });
  cluster.runUntil(() => cluster.leaders[0] === "m1", 20 * TIMEOUT);
  assert(cluster.now >= at + 10 * TIMEOUT, `m1 stands aside until ${at + 10 * TIMEOUT}, led at ${cluster.now}`);
});

Deno.test("what keeps a member from being handed the lead is told", () => {
  const cluster = village({ eligible: false });
  const obstacles = (id: string): string => obstacleTo(cluster.state(1), id) ?? "none";
  assertEquals(obstacles("m1"), "it is this member itself");
  assertEquals(obstacles("m9"), "no member of that id is alive");
  assertEquals(obstacles("m3"), "it is not eligible");
  cluster.crash(2);
  cluster.start(2);
  cluster.run(INTERVAL);
  assertEquals(obstacles("m2"), "it has just started, and does not vote yet");
  cluster.run(2 * TIMEOUT);
  assertEquals(obstacles("m2"), "none");
});
