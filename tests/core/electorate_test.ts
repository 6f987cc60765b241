/** Members tell one another whom they take for voters: those that do not mean the same cluster find out. */

import { assert, assertEquals } from "@std/assert";
import { hashOf } from "../../src/core/membership/electorate.ts";
import { electorateSize } from "../../src/core/membership/state.ts";
import type { VoterList } from "../../src/core/message/message.ts";
import { leaderOf } from "../../src/core/citizen.ts";
import { Cluster } from "./cluster.ts";
import { addressOf, INTERVAL, messages, ofKind, type Puppet, puppetOf, Solo, statusOf, TIMEOUT } from "./harness.ts";

const NAMED = [1, 2, 3];

/** m3's machine was given to another cluster, of m4 and m5: m1 and m2 do not know that. */
function twoClusters(): Cluster {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 9 }, { weight: 1 }, { weight: 1 }]);
  for (const n of NAMED.slice(0, 2)) cluster.reconfigure(n, {}, NAMED);
  for (const n of [3, 4, 5]) cluster.reconfigure(n, {}, [3, 4, 5]);
  return cluster;
}

const ids = (cluster: Cluster, n: number): string[] => [...cluster.state(n).membership.byId.keys()].sort();

Deno.test("an address that another cluster took over is nobody's member, and both clusters have a leader of their own", () => {
  const cluster = twoClusters();
  cluster.start();
  cluster.run(5 * TIMEOUT, 2);
  assertEquals(cluster.leaders, ["m1", "m3"]);
  assertEquals(ids(cluster, 1), ["m2"]);
  assertEquals(ids(cluster, 3), ["m4", "m5"]);
  assertEquals(
    cluster.since(0).filter((what) => /(added|removed|leader) m3/.test(what)).length,
    3 + 2,
    "m4 and m5 only",
  );
  const told = cluster.mismatches.map(({ by, what, member, value }) => `${by}: ${member.id} ${what} ${value}`);
  const expected = ["m1: m3 foreign 1", "m2: m3 foreign 1", "m3: m1 foreign 1", "m3: m2 foreign 1"];
  assertEquals([...new Set(told)].sort(), expected, "both sides say so");
  const from = cluster.now;
  const sent: string[] = [];
  cluster.onSend = (a, b, { kind }) => a <= 2 && b === 3 && sent.push(`${a} ${kind}`);
  cluster.run(50 * TIMEOUT, 2);
  assertEquals(sent, [], "it is sent nothing");
  assertEquals(cluster.since(from), [], "and changes nothing");
  cluster.crash(2);
  cluster.run(2 * TIMEOUT, 2);
  assertEquals(cluster.leaders, ["m3"], "its seat counts: one of three voters is no quorum");
});

Deno.test("a member that comes back to its address, or lists that come to fit, end it", () => {
  for (const way of ["comes back", "is told of the same list"] as const) {
    const cluster = twoClusters();
    cluster.start();
    cluster.run(5 * TIMEOUT, 2);
    if (way === "comes back") {
      for (const n of [3, 4, 5]) cluster.crash(n);
      cluster.reconfigure(3, {}, NAMED);
      cluster.start(3);
    } else {
      for (const n of [4, 5]) cluster.crash(n);
      cluster.reconfigure(3, {}, NAMED);
      cluster.tell(3);
    }
    cluster.runUntil(() => ids(cluster, 1).includes("m3") && ids(cluster, 3).includes("m1"), 3 * TIMEOUT, 2);
  }
});

/** m1 to m3 elect m1; m4 and m5 take the places of m2 and m3, at other addresses, without m1's learning of it. */
function replaced(isStale: boolean): Cluster {
  const cluster = new Cluster([5, 4, 3, 2, 1].map((weight) => ({ weight, quarantine: TIMEOUT })), { clusterSize: 3 });
  for (const n of [1, 2, 3]) cluster.reconfigure(n, {}, NAMED);
  cluster.start(1, 2, 3);
  cluster.run(3 * TIMEOUT);
  if (isStale) cluster.command(1, { kind: "stale", isStale });
  for (const [gone, next, list] of [[2, 4, [1, 3, 4]], [3, 5, [1, 4, 5]]] as const) {
    cluster.command(gone, { kind: "close" });
    cluster.run(TIMEOUT);
    cluster.crash(gone);
    for (const n of [3, 4, 5]) cluster.reconfigure(n, {}, list);
    cluster.start(next);
    cluster.tell(next === 4 ? 3 : 4);
    cluster.run(3 * TIMEOUT);
  }
  return cluster;
}

const foreign = ({ mismatches }: Cluster): string[] =>
  mismatches.filter(({ what }) => what === "foreign").map(({ by, member }) => `${by}: ${member.id}`);

Deno.test("a member whose discovery cannot be read takes those that replaced its peers for no other cluster", () => {
  const cluster = replaced(true);
  assertEquals(foreign(cluster), []);
  assertEquals(ids(cluster, 1), ["m4", "m5"]);
  assertEquals(cluster.leaders, ["m4"], "m1 votes for nobody that it cannot know to be a voter");
  assertEquals(leaderOf(cluster.state(1)), undefined, "nor follows one");
  const from = cluster.now;
  cluster.reconfigure(1, {}, [1, 4, 5]);
  cluster.tell(1);
  cluster.command(1, { kind: "stale", isStale: false });
  cluster.crash(5);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m4"], "by the vote of m1");
  assertEquals(cluster.since(from).filter((what) => what.startsWith("resigned")), []);
});

Deno.test("who belongs to another cluster is found out once discovery can be read again, and says what it said", () => {
  const cluster = replaced(true);
  cluster.command(1, { kind: "stale", isStale: false });
  assertEquals(ids(cluster, 1), []);
  cluster.run(TIMEOUT);
  const both = ["m1: m4", "m1: m5", "m4: m1", "m5: m1"];
  assertEquals([...new Set(foreign(cluster))].sort(), both);
  assertEquals([...new Set(foreign(replaced(false)))].sort(), both, "at once where it could be read");
});

function listOf(members: readonly number[], listsReceiver: boolean): VoterList {
  return { listsReceiver, isMany: false, hashes: members.map((n) => hashOf(addressOf(n))) };
}

/** m1, with m2 and m3 in its list, meets a puppet that tells such a list. */
function meet(puppet: Puppet, voters: VoterList | undefined, overrides = {}): Solo {
  const solo = new Solo([puppetOf(2), puppetOf(3)], overrides);
  const status = (): ReturnType<typeof statusOf> => statusOf(puppet);
  const [greeting] = messages(solo.ping(puppet, undefined, { to: "" }), "ack");
  assert(greeting?.message.voters !== undefined || overrides !== undefined);
  solo.packet(puppet, {
    ...{ kind: "ack", nonce: 0, cookie: puppet.boot, status: status(), answer: undefined, gossip: undefined },
    voters,
  });
  return solo;
}

Deno.test("a process belongs to another cluster if it shares less than half of the voters, and one side does not know the other", () => {
  const stranger = puppetOf(9, { answers: false });
  const named = puppetOf(3, { answers: false });
  const table: [string, Puppet, VoterList | undefined, boolean][] = [
    ["a follower of the same voters", stranger, listOf([1, 2, 3], true), true],
    ["a follower of more voters", stranger, listOf([1, 2, 3, 4, 5, 6, 7], true), true],
    ["a new voter, not listed yet", stranger, listOf([1, 2, 3, 9], true), true],
    ["one that tells nothing", stranger, undefined, true],
    ["one that has too many voters to tell", stranger, { listsReceiver: false, isMany: true, hashes: [] }, true],
    ["one that shares half", stranger, listOf([1, 9], true), true],
    ["one that shares a third", stranger, listOf([1, 8, 9], true), false],
    ["one that shares nothing", stranger, listOf([7, 8, 9], false), false],
    ["a named one that shares a third, and does not know this member", named, listOf([3, 8, 9], false), false],
    ["a named one that shares a third, and knows this member", named, listOf([3, 8, 9], true), true],
  ];
  for (const [what, puppet, voters, expected] of table) {
    assertEquals(meet(puppet, voters).ids.includes(puppet.id), expected, what);
    assertEquals(meet(puppet, voters, { quorum: "none" }).ids.includes(puppet.id), true, `plain democracy: ${what}`);
  }
});

Deno.test("a process of another cluster is counted, told of, and not believed when others tell of it", () => {
  const solo = meet(puppetOf(3, { answers: false }), listOf([3, 8, 9], false), { sealed: true });
  assertEquals(ofKind(solo.log, "dropped").map(({ reason }) => reason), ["foreign"]);
  const member = { id: "m3", source: addressOf(3) };
  assertEquals(ofKind(solo.log, "mismatch"), [{ kind: "mismatch", what: "foreign", member, value: 1 }]);
  const teller = puppetOf(2);
  solo.introduce(teller);
  const { address, boot, id } = puppetOf(3);
  solo.tell(teller, { kind: "alive", address, boot, id, incarnation: 7, weight: 1, eligible: true });
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("each process is told the list when it is met, and again after a change", () => {
  const solo = new Solo([puppetOf(2)]);
  const tellings = (ms: number): number =>
    messages(solo.advance(ms), "ping").filter(({ message }) => message.voters !== undefined).length;
  assertEquals(tellings(20 * INTERVAL), 3);
  const addresses = [addressOf(2), addressOf(3)];
  solo.input({ kind: "peers", addresses, clusterSize: 3 });
  assertEquals(tellings(20 * INTERVAL), 3);
  solo.input({ kind: "peers", addresses, clusterSize: 3 });
  assertEquals(tellings(20 * INTERVAL), 0);
});

Deno.test("lists that differ for ten timeouts are told on both sides, and no sooner", () => {
  const cluster = new Cluster([{}, {}, {}, {}]);
  for (const n of NAMED) cluster.reconfigure(n, {}, NAMED);
  cluster.reconfigure(4, {}, [1, 2, 4]);
  cluster.start();
  cluster.run(9 * TIMEOUT);
  assertEquals(cluster.mismatches, []);
  cluster.run(21 * TIMEOUT);
  const told = new Set(cluster.mismatches.map(({ by, what, member }) => `${by}: ${member.id} ${what}`));
  assertEquals([...told].sort(), [
    ...["m1: m4 unlisted", "m2: m4 unlisted", "m3: m4 unlisted"],
    ...["m4: m1 own-unlisted", "m4: m2 own-unlisted", "m4: m3 unlisted"],
  ]);
});

Deno.test("a smaller number of voters counts a timeout later, a greater one at once", () => {
  const solo = new Solo([puppetOf(2), puppetOf(3)], { clusterSize: 5 });
  const addresses = solo.puppets.map(({ address }) => address);
  const size = (): unknown => electorateSize(solo.state.membership);
  const resize = (clusterSize: number): unknown => solo.input({ kind: "peers", addresses, clusterSize });
  solo.advance(TIMEOUT);
  resize(3);
  solo.advance(TIMEOUT - 1);
  assertEquals(size(), { named: 5, all: 5 });
  solo.advance(1);
  assertEquals(size(), { named: 3, all: 3 });
  resize(7);
  assertEquals(size(), { named: 7, all: 7 });
  resize(5);
  solo.advance(TIMEOUT / 2);
  resize(3);
  solo.advance(TIMEOUT - 1);
  assertEquals(size(), { named: 7, all: 7 }, "the greatest of the numbers before");
  solo.advance(1);
  assertEquals(size(), { named: 3, all: 3 });
});

Deno.test("a voter that leaves and is not named any more counts for a timeout: somebody may lead by its vote", () => {
  const puppets = [2, 3, 4, 5].map((n) => puppetOf(n));
  const solo = new Solo(puppets, { clusterSize: 3 });
  solo.advance(INTERVAL / 2);
  const named = puppets.slice(0, 2).map(({ address }) => address);
  const size = (): unknown => electorateSize(solo.state.membership);
  assertEquals(size(), { named: 5, all: 5 });
  for (const gone of puppets.slice(2)) {
    solo.leave(gone);
    gone.answers = false;
  }
  solo.input({ kind: "peers", addresses: named, clusterSize: 3 });
  solo.advance(TIMEOUT - INTERVAL);
  assertEquals(size(), { named: 3, all: 5 });
  solo.advance(2 * INTERVAL);
  assertEquals(size(), { named: 3, all: 3 });
});
