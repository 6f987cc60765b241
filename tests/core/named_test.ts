/** Named elections: one membership, any number of leaders. */

import { assert, assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { INTERVAL, puppetOf, Solo, TIMEOUT } from "./harness.ts";

const SPREAD = { byWeight: false, rebalances: true };

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `shard-${index}`);
}

/** All members stand in all of them. */
function enterAll(cluster: Cluster, names: readonly string[], members: readonly number[], terms = SPREAD): void {
  for (const n of members) for (const election of names) cluster.command(n, { kind: "enter", election, ...terms });
}

function ledBy(cluster: Cluster, names: readonly string[]): number {
  return names.filter((name) => cluster.leadersOf(name).length === 1).length;
}

function started(size: number, names: readonly string[]): Cluster {
  const cluster = new Cluster(Array.from({ length: size }, () => ({})));
  cluster.start();
  enterAll(cluster, names, Array.from({ length: size }, (_, index) => index + 1));
  cluster.runUntil(() => ledBy(cluster, names) === names.length, 5 * TIMEOUT);
  return cluster;
}

Deno.test("each of ten elections gets one leader, and members share them", () => {
  const names = namesOf(10);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  assertEquals(ledBy(cluster, names), 10);
  assert([...cluster.shares.values()].every((share) => share > 0), `each leads some, got ${[...cluster.shares]}`);
});

Deno.test("when a member crashes, all that it led have another leader within the time that one takes", () => {
  const names = namesOf(100);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  cluster.crash(1);
  const ms = cluster.runUntil(() => ledBy(cluster, names) === 100, 3 * TIMEOUT);
  assert(ms <= TIMEOUT + 2 * INTERVAL, `all are led again within a timeout and two intervals, got ${ms} ms`);
});

Deno.test("a member that closes hands over what it led within a few round trips", () => {
  const names = namesOf(100);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  cluster.command(1, { kind: "close" });
  const ms = cluster.runUntil(() => ledBy(cluster, names) === 100, TIMEOUT);
  assert(ms <= INTERVAL / 2, `all are led again at once, got ${ms} ms`);
});

Deno.test("a member that comes back is given what it comes first for, and nothing moves more than once for one change", () => {
  const names = namesOf(100);
  const cluster = started(3, names);
  cluster.run(10 * TIMEOUT);
  const before = names.map((name) => cluster.leadersOf(name)[0]);
  cluster.crash(1);
  cluster.run(10 * TIMEOUT);
  assertEquals(ledBy(cluster, names), 100);
  const at = cluster.now;
  cluster.start(1);
  enterAll(cluster, names, [1]);
  cluster.run(10 * TIMEOUT);
  assertEquals(names.map((name) => cluster.leadersOf(name)[0]), before, "everything is where it was");
  const moves = cluster.happenings.filter((event) => event.at >= at && event.what.startsWith("elected"));
  assertEquals(moves.length, before.filter((leader) => leader === 1).length, "no lead moved more than once");
});

Deno.test("a lead moves nowhere where it is not to be rebalanced", () => {
  const names = namesOf(30);
  const cluster = new Cluster([{}, {}, {}]);
  cluster.start(2, 3);
  enterAll(cluster, names, [2, 3], { byWeight: false, rebalances: false });
  cluster.run(5 * TIMEOUT);
  cluster.start(1);
  enterAll(cluster, names, [1], { byWeight: false, rebalances: false });
  cluster.run(10 * TIMEOUT);
  assertEquals(cluster.shares.get(1), 0);
});

Deno.test("by weight, the heaviest leads all", () => {
  const names = namesOf(10);
  const cluster = new Cluster([{ weight: 1 }, { weight: 3 }, { weight: 2 }]);
  cluster.start();
  enterAll(cluster, names, [1, 2, 3], { byWeight: true, rebalances: true });
  cluster.run(10 * TIMEOUT);
  assertEquals([...cluster.shares], [[1, 0], [2, 10], [3, 0]]);
});

Deno.test("a member that does not stand in an election votes there, and never leads it", () => {
  const cluster = new Cluster([{}, {}, {}]);
  cluster.start();
  enterAll(cluster, ["a", "b", "c", "d"], [2]);
  cluster.run(3 * TIMEOUT);
  assertEquals([...cluster.shares], [[1, 0], [2, 4], [3, 0]]);
  cluster.crash(2);
  cluster.run(3 * TIMEOUT);
  assertEquals([...cluster.shares], [[1, 0], [3, 0]]);
});

Deno.test("who resigns hands over to the next in rank, and leaves that election to others for a while", () => {
  const cluster = started(3, ["invoices"]);
  cluster.run(5 * TIMEOUT);
  const [first] = cluster.leadersOf("invoices");
  cluster.command(first!, { kind: "resign", election: "invoices" });
  const ms = cluster.runUntil(() => cluster.leadersOf("invoices").length === 1, TIMEOUT);
  assert(ms <= 5, `another leads after a round trip or two, got ${ms} ms`);
  cluster.run(TIMEOUT);
  assert(cluster.leadersOf("invoices")[0] !== first, "it does not come back at once");
  cluster.run(10 * TIMEOUT);
  assertEquals(cluster.leadersOf("invoices"), [first], "it is first in rank again");
});

Deno.test("a lead is handed to the member that is named", () => {
  const cluster = started(3, ["invoices"]);
  cluster.run(5 * TIMEOUT);
  const [first] = cluster.leadersOf("invoices");
  for (const heir of [1, 2, 3].filter((n) => n !== first)) {
    const [leader] = cluster.leadersOf("invoices");
    if (leader === heir) continue;
    cluster.command(leader!, { kind: "resign", election: "invoices", to: `m${heir}` });
    cluster.runUntil(() => cluster.leadersOf("invoices").length === 1, TIMEOUT);
    assertEquals(cluster.leadersOf("invoices"), [heir]);
  }
});

Deno.test("who withdraws hands over, and does not lead there again", () => {
  const cluster = started(3, ["invoices"]);
  cluster.run(5 * TIMEOUT);
  const [first] = cluster.leadersOf("invoices");
  cluster.command(first!, { kind: "withdraw", election: "invoices" });
  cluster.run(20 * TIMEOUT);
  assertEquals(cluster.leadersOf("invoices").length, 1);
  assert(cluster.leadersOf("invoices")[0] !== first, "another leads");
});

Deno.test("a stalled member hands over all that it led", () => {
  const names = namesOf(100);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  cluster.command(2, { kind: "stall", stalled: true });
  const ms = cluster.runUntil(() => ledBy(cluster, names) === 100, TIMEOUT);
  assert(ms <= INTERVAL, `all are led again at once, got ${ms} ms`);
  assertEquals(cluster.shares.get(2), 0);
});

Deno.test("a leader that is cut off leads nothing when others do", () => {
  const names = namesOf(50);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  cluster.cut(1, 2);
  cluster.cut(1, 3);
  cluster.run(3 * TIMEOUT);
  assertEquals(ledBy(cluster, names), 50);
  assertEquals(cluster.shares.get(1), 0);
  cluster.heal();
  cluster.run(10 * TIMEOUT);
  assertEquals(ledBy(cluster, names), 50);
  assert(cluster.shares.get(1)! > 0, "it has its share again");
});

Deno.test("voters that restart one after the other cost nobody a lead", () => {
  const names = namesOf(50);
  const cluster = new Cluster([{}, {}, {}, {}, {}]);
  cluster.start();
  enterAll(cluster, names, [1, 2, 3]);
  cluster.run(5 * TIMEOUT);
  const at = cluster.now;
  for (const n of [4, 5]) {
    cluster.crash(n);
    cluster.start(n);
    cluster.run(4 * TIMEOUT);
  }
  assertEquals(cluster.happenings.filter((event) => event.at >= at && /(elected|resigned) /u.test(event.what)), []);
});

Deno.test("a rolling restart of five ends balanced", () => {
  const names = namesOf(200);
  const cluster = started(5, names);
  cluster.run(10 * TIMEOUT);
  const before = [...cluster.shares.values()];
  for (const n of [5, 4, 3, 2, 1]) {
    cluster.command(n, { kind: "close" });
    cluster.run(INTERVAL);
    cluster.crash(n);
    cluster.start(n);
    enterAll(cluster, names, [n]);
    cluster.run(4 * TIMEOUT);
  }
  cluster.run(10 * TIMEOUT);
  assertEquals(ledBy(cluster, names), 200);
  assertEquals([...cluster.shares].sort(([left], [right]) => left - right).map(([, share]) => share), before);
});

Deno.test("the default election and named ones do not get in each other's way", () => {
  const names = namesOf(20);
  const cluster = started(3, names);
  cluster.run(5 * TIMEOUT);
  const at = cluster.now;
  const leader = cluster.leaders[0]!;
  cluster.command(Number(leader.slice(1)), { kind: "resign" });
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders.length, 1);
  assert(cluster.leaders[0] !== leader, "another leads the default election");
  assertEquals(cluster.since(at).filter((what) => /(elected|resigned) /u.test(what) && what.includes("shard")), []);
});

Deno.test("a voter that grants what nobody has asked for, and acknowledges nothing, makes nothing grow", () => {
  const [first, second] = [puppetOf(2, { grants: true }), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(TIMEOUT + INTERVAL);
  solo.input({ kind: "enter", election: "invoices", ...SPREAD });
  const { election } = solo.state;
  for (let term = 1; term < 500; term++) {
    for (const name of ["invoices", `unheard of ${term}`]) {
      const votes = [{ election: name, term, refusal: undefined, limit: 0 }];
      solo.packet(second, { kind: "votes", answer: { sequence: 1, epoch: 1, votes } });
    }
  }
  const kept = election.releases.filter(({ peer }) => peer.address === second.address);
  assert(kept.length <= 2, `one release is kept, got ${kept.length}`);
});
