import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { claimOf, INTERVAL, kinds, messages, ofKind, puppetOf, Solo, TIMEOUT } from "./harness.ts";

Deno.test("a farewell is repeated until it is acknowledged, then the member is closed", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second]);
  solo.advance(INTERVAL / 2);
  const leaves = messages(solo.input({ kind: "close" }), "leave").sort((a, b) => a.address < b.address ? -1 : 1);
  assertEquals(leaves.map(({ address, cookie }) => [address, cookie]), [
    [first.address, first.boot],
    [second.address, second.boot],
  ]);
  solo.ack(first, leaves[0]!.message.nonce);
  const again = messages(solo.advance(INTERVAL / 2), "leave");
  assert(again.length > 0);
  assert(again.every(({ message }) => message.nonce === leaves[1]!.message.nonce), "only to whom it may be lost");
  const done = solo.ack(second, leaves[1]!.message.nonce);
  assertEquals(kinds(done), ["closed"]);
  const after = kinds(solo.advance(10 * TIMEOUT));
  assert(!after.includes("send") && !after.includes("closed"), "and then silence");
});

Deno.test("an answer with another nonce or from another boot acknowledges nothing", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  solo.introduce(peer);
  const [leave] = messages(solo.input({ kind: "close" }), "leave");
  solo.ack(peer, leave!.message.nonce + 1);
  solo.ack(puppetOf(2, { boot: "00000000000000bb" }), leave!.message.nonce);
  assertEquals(ofKind(solo.log, "closed"), []);
  solo.ack(peer, leave!.message.nonce);
  assertEquals(ofKind(solo.log, "closed").length, 1);
});

Deno.test("peers that never answer are not waited for longer than two intervals", () => {
  const solo = new Solo([puppetOf(2), puppetOf(3)]);
  solo.advance(INTERVAL / 2);
  solo.puppets.forEach((puppet) => puppet.answers = false);
  solo.input({ kind: "close" });
  assertEquals(ofKind(solo.advance(2 * INTERVAL - 1), "closed").length, 0);
  assertEquals(ofKind(solo.advance(1), "closed").length, 1);
});

Deno.test("who knows nobody is closed at once, and closing twice changes nothing", () => {
  const solo = new Solo([puppetOf(2, { answers: false })]);
  assertEquals(kinds(solo.input({ kind: "close" })), ["closed"]);
  assertEquals(kinds(solo.input({ kind: "close" })), []);
});

Deno.test("a leader that closes clears its view first, releases, names its successor, and then says goodbye", () => {
  const [first, second] = [puppetOf(2, { grants: true }), puppetOf(3, { grants: true, weight: 3 })];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(INTERVAL);
  assert(solo.leads);
  const effects = solo.input({ kind: "close" });
  assertEquals(ofKind(effects, "resigned").map(({ reason }) => reason), ["closed"]);
  assertEquals(kinds(effects)[0], "view");
  const sent = ofKind(effects, "send").map(({ message }) => message.kind);
  assertEquals(sent, ["release", "release", "leave", "leave"]);
  assert(messages(effects, "release").every(({ message }) => message.terms[0]?.successor === second.boot));
  const repeated = new Set(ofKind(solo.advance(INTERVAL / 2), "send").map(({ message }) => message.kind));
  assertEquals([...repeated].sort(), ["leave", "release"], "a release may be lost too");
});

Deno.test("who closes asks, answers and promises nothing any more", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer, puppetOf(3)], { weight: 5 });
  solo.introduce(peer);
  solo.introduce(solo.puppets[1]!);
  solo.input({ kind: "close" });
  assertEquals(messages(solo.ping(peer, claimOf(10)), "ack"), []);
  assertEquals(messages(solo.advance(INTERVAL), "ping"), []);
});

Deno.test("closing hands over in a round trip or two, and the others know at once that the member has left", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, { weight: 2 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  const from = cluster.now;
  cluster.command(1, { kind: "close" });
  const took = cluster.runUntil(() => cluster.leaders.length > 0, INTERVAL);
  assert(took <= 4 * cluster.delay, `${took} ms`);
  assertEquals(cluster.leaders, ["m3"]);
  cluster.run(10);
  assertEquals(cluster.since(from, "m1").at(-1), "closed");
  for (const member of ["m2", "m3"]) assert(cluster.since(from, member).includes("removed m1"));
});

Deno.test("a whole cluster that closes at once is closed at once", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  const from = cluster.now;
  for (const n of [1, 2, 3]) cluster.command(n, { kind: "close" });
  cluster.run(2 * INTERVAL);
  for (const member of ["m1", "m2", "m3"]) {
    assertEquals(cluster.since(from, member).filter((what) => what === "closed").length, 1);
  }
  assertEquals(cluster.leaders, []);
});

Deno.test("a member that closes and comes back leads again only by election", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, { weight: 2 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  cluster.command(1, { kind: "close" });
  cluster.run(INTERVAL);
  cluster.crash(1);
  cluster.start(1);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
  assert(cluster.since(0, "m1").includes("leader m3"));
});
