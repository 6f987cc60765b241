import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { INTERVAL, messages, ofKind, puppetOf, Solo, TIMEOUT } from "./harness.ts";

Deno.test("without a quorum one member alone leads", () => {
  const solo = new Solo([puppetOf(2, { answers: false }), puppetOf(3, { answers: false })], { quorum: "none" });
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.leads, false, "others may be on their way");
  solo.advance(2);
  assert(solo.leads);
  solo.advance(10 * TIMEOUT);
  assert(solo.leads);
  assertEquals(ofKind(solo.log, "elected").length, 1);
  assert(messages(solo.log, "ping").every(({ message }) => message.request === undefined), "nobody is asked");
});

Deno.test("without a quorum a cluster that starts has its heaviest for a leader at once", () => {
  const cluster = new Cluster([{ weight: 1 }, { weight: 3 }, { weight: 2 }], { quorum: "none" });
  cluster.start();
  cluster.run(INTERVAL);
  assertEquals(cluster.leaders, ["m2"]);
  assertEquals(cluster.tokens.length, 1);
});

/** Four members cut into two halves that have a leader each. */
function halves(): Cluster {
  const cluster = new Cluster([{ weight: 4 }, { weight: 3 }, { weight: 2 }, { weight: 1 }], { quorum: "none" });
  cluster.start();
  cluster.run(TIMEOUT);
  for (const [a, b] of [[1, 3], [1, 4], [2, 3], [2, 4]] as const) cluster.cut(a, b);
  cluster.run(3 * TIMEOUT, 2);
  assertEquals(cluster.leaders, ["m1", "m3"]);
  return cluster;
}

Deno.test("each side of a partition has a leader; the lighter resigns when they meet, the heavier rises above both", () => {
  const cluster = halves();
  const before = Math.max(...cluster.tokens);
  const from = cluster.now;
  cluster.heal();
  cluster.run(2 * TIMEOUT, 2);
  assertEquals(cluster.leaders, ["m1"]);
  const told = cluster.since(from, "m3").filter((what) => !what.startsWith("added"));
  assertEquals(told.slice(0, 3), ["resigned outweighed", "leader none", "leader m1"]);
  assertEquals(told.filter((what) => !what.startsWith("leader")).length, 1);
  assertEquals(cluster.since(from, "m1").filter((what) => what.startsWith("resigned")), []);
  const { leader } = cluster.state(2).election;
  assert(leader!.term > before, `${leader!.term} is not above ${before}`);
  assertEquals(cluster.state(4).election.leader?.term, leader!.term);
  const settled = cluster.now;
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.since(settled), []);
});

Deno.test("they meet within an interval once they hear each other, whichever way", () => {
  for (const oneWay of [[1, 3], [3, 1]] as const) {
    const cluster = halves();
    cluster.heal();
    cluster.block(oneWay[0], oneWay[1]);
    cluster.run(TIMEOUT, 2);
    cluster.heal();
    cluster.runUntil(() => cluster.leaders.length === 1, TIMEOUT, 2);
    assertEquals(cluster.leaders, ["m1"]);
  }
});

Deno.test("the one that rises tells its view and its peers the new term before the leader event", () => {
  const rival = puppetOf(2, { weight: 1 });
  const solo = new Solo([rival], { quorum: "none", weight: 5 });
  solo.introduce(rival);
  assert(solo.leads);
  const { term } = ofKind(solo.log, "view").at(-1)!;
  rival.leading = { term: term + 50, remaining: 400 };
  const effects = solo.ping(rival);
  assertEquals(ofKind(effects, "view").map((view) => [view.leading, view.term]), [[true, term + 51]]);
  assertEquals(ofKind(effects, "leader").map(({ leader }) => leader?.token), [term + 51]);
  assertEquals(ofKind(effects, "resigned"), []);
  assert(effects.findIndex(({ kind }) => kind === "view") < effects.findIndex(({ kind }) => kind === "leader"));
  assertEquals(solo.leader, "m1");
});

Deno.test("a lighter leader gives way to a heavier, and does not stand while that one leads", () => {
  const rival = puppetOf(2, { weight: 9, answers: false });
  const solo = new Solo([rival], { quorum: "none", weight: 5 });
  solo.advance(2 * TIMEOUT);
  assert(solo.leads);
  solo.introduce(rival);
  assert(solo.leads, "it does not lead, it is only heavier");
  rival.leading = { term: 1, remaining: 400 };
  const effects = solo.ping(rival);
  assertEquals(ofKind(effects, "resigned").map(({ reason }) => reason), ["outweighed"]);
  assertEquals(ofKind(effects, "view").map(({ leading }) => leading), [false]);
  assertEquals(solo.leader, "m2");
  solo.advance(399);
  assertEquals(solo.leads, false);
});

Deno.test("a member that nobody named neither leads nor outweighs, unless the datagrams are sealed", () => {
  for (const sealed of [false, true]) {
    const stranger = puppetOf(9, { weight: 99 });
    const solo = new Solo([stranger], { quorum: "none", weight: 5, voters: [], sealed });
    assert(solo.leads);
    solo.introduce(stranger);
    stranger.leading = { term: 1, remaining: 400 };
    solo.ping(stranger);
    assertEquals(solo.leader, sealed ? "m9" : "m1");
    assertEquals(solo.leads, !sealed);
  }
});

Deno.test("resigning and closing hand over without a quorum too", () => {
  for (const kind of ["resign", "close"] as const) {
    const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }], { quorum: "none" });
    cluster.start();
    cluster.run(TIMEOUT);
    cluster.command(1, { kind });
    const took = cluster.runUntil(() => cluster.leaders.length > 0, INTERVAL);
    assert(took <= 4 * cluster.delay, `${took} ms`);
    assertEquals(cluster.leaders, ["m2"]);
  }
});

Deno.test("members outside a list of voters need no vote but their own either, and are handed the lead", () => {
  const weights = Array.from({ length: 11 }, (_, index) => ({ weight: index }));
  const cluster = new Cluster(weights, { quorum: "none", voters: [1, 2, 3, 4, 5] });
  cluster.start();
  cluster.runUntil(() => cluster.leaders.join() === "m11", 3 * TIMEOUT, 11);
  cluster.command(11, { kind: "resign" });
  cluster.runUntil(() => cluster.leaders.length > 0, INTERVAL);
  assertEquals(cluster.leaders, ["m10"]);
  for (const alone of [6, 7]) for (let n = 1; n <= 11; n++) if (n !== alone) cluster.cut(alone, n);
  cluster.runUntil(() => ["m6", "m7"].every((id) => cluster.leaders.includes(id)), 12 * TIMEOUT, 3);
});
