/** Elections among more members than ping each other all, of whom a few vote. */

import { assert, assertEquals } from "@std/assert";
import { leaderOf } from "../../src/core/citizen.ts";
import { gossipIntervals } from "../../src/core/membership/swim.ts";
import type { MemberConfig } from "../../src/core/input.ts";
import { Cluster } from "./cluster.ts";
import { addressOf, claimOf, INTERVAL, ofKind, type Puppet, puppetOf, Solo, statusOf, TIMEOUT } from "./harness.ts";

const MEMBERS = 14;
const VOTERS = [1, 2, 3, 4, 5, 6, 7];
const OTHERS = [8, 9, 10, 11, 12, 13, 14];
/** Time for news to reach everybody, and to be told to the first and by the last. */
const HEARSAY = (gossipIntervals(MEMBERS - 1) + 2) * INTERVAL;

/** Fourteen members of whom the first seven vote; `heaviest` come first in rank, in their order. */
function clusterOf(heaviest: readonly number[], common: Partial<MemberConfig> = {}, members = MEMBERS): Cluster {
  const weights = Array.from({ length: members }, (_, index) => {
    const place = heaviest.indexOf(index + 1);
    return { weight: place < 0 ? 0 : heaviest.length - place };
  });
  return new Cluster(weights, { voters: VOTERS, ...common });
}

/** Whether all of them follow the leader. */
function follow(cluster: Cluster, leader: string, members: readonly number[]): boolean {
  return members.every((n) => leaderOf(cluster.state(n))?.id === leader);
}

function started(heaviest: readonly number[], common: Partial<MemberConfig> = {}): Cluster {
  const cluster = clusterOf(heaviest, common);
  cluster.start();
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.leaders, [`m${heaviest[0]}`]);
  return cluster;
}

Deno.test("claims go to the voters, all of them, and to nobody else", () => {
  for (const leader of [7, 14]) {
    const cluster = started([leader]);
    const asked = new Set<number>();
    cluster.onSend = (_from, to, message) => {
      if (message.kind === "ping" && message.request !== undefined) asked.add(to);
    };
    cluster.run(INTERVAL);
    assertEquals([...asked].sort(), VOTERS.filter((n) => n !== leader));
  }
});

Deno.test("a leader asks the voters once in each interval, and sends the others no more than anybody does", () => {
  const cluster = started([14]);
  let claims = 0;
  let sent = 0;
  cluster.onSend = (from, _to, message) => {
    if (from !== 14) return;
    sent += 1;
    if (message.kind === "ping" && message.request !== undefined) claims += 1;
  };
  cluster.run(10 * INTERVAL);
  assertEquals(claims, 10 * VOTERS.length);
  assert(sent <= 10 * (VOTERS.length + 2 * 10), `${sent} messages in ten intervals`);
});

Deno.test("the heaviest leads although it does not vote, and everybody follows it", () => {
  const cluster = started([14]);
  assert(follow(cluster, "m14", [...VOTERS, ...OTHERS]));
  const from = cluster.now;
  cluster.run(20 * TIMEOUT);
  assertEquals(cluster.since(from), [], "and so it stays");
});

Deno.test("who does not vote waits as long as the voters do until it knows who is there", () => {
  const cluster = clusterOf([7]);
  cluster.start();
  cluster.runUntil(() => cluster.leaders.length > 0, 2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m7"], "the others hear enough voters before they hear the heaviest");
});

Deno.test("a member that does not vote grants nothing", () => {
  const candidate = puppetOf(2);
  const solo = new Solo([candidate, puppetOf(3)], { eligible: false });
  const addresses = [1, 2, 3].map(addressOf);
  solo.input({ kind: "peers", addresses, voters: addresses.slice(1), clusterSize: 2 });
  solo.introduce(candidate);
  solo.advance(2 * TIMEOUT);
  assertEquals(solo.claim(candidate, claimOf(solo.wall)), "not-a-voter");
  solo.input({ kind: "peers", addresses, voters: addresses, clusterSize: 3 });
  assertEquals(solo.claim(candidate, claimOf(solo.wall, 2)), "granted", "now it votes");
});

/** A candidate among twelve, of whom m2 to m6 vote, and itself if it does. */
function candidate(granting: readonly number[], votes: boolean): Solo {
  const puppets: Puppet[] = Array.from(
    { length: 11 },
    (_, index) => puppetOf(2 + index, { grants: granting.includes(2 + index) }),
  );
  const solo = new Solo(puppets, { weight: 9 });
  const voters = [2, 3, 4, 5, 6, ...votes ? [1] : []].map(addressOf);
  solo.input({ kind: "peers", addresses: puppets.map(({ address }) => address), voters, clusterSize: voters.length });
  for (const puppet of puppets) solo.introduce(puppet);
  solo.advance(4 * TIMEOUT);
  return solo;
}

Deno.test("the votes of members that do not vote count for nothing, the own one among them", () => {
  assertEquals(candidate([2, 3, 7, 8, 9, 10, 11, 12], false).leads, false);
  assertEquals(candidate([2, 3, 4], false).leads, true);
  // Of six voters four must agree.
  assertEquals(candidate([2, 3, 7, 8, 9], true).leads, false);
  assertEquals(candidate([2, 3, 4], true).leads, true);
});

Deno.test("who never hears the leader learns of it by gossip, in time, and goes on to follow it", () => {
  const cluster = clusterOf([7, 6]);
  for (const leader of [6, 7]) for (const n of OTHERS) cluster.cut(leader, n);
  cluster.start();
  cluster.run(6 * TIMEOUT);
  assertEquals(cluster.leaders, ["m7"]);
  assert(follow(cluster, "m7", OTHERS));
  cluster.command(7, { kind: "resign" });
  cluster.runUntil(() => cluster.leaders.join() === "m6", 2 * INTERVAL);
  const took = cluster.runUntil(() => follow(cluster, "m6", OTHERS), HEARSAY);
  assert(took > 0);
  const from = cluster.now + 1;
  cluster.run(20 * TIMEOUT);
  assertEquals(cluster.since(from).filter((what) => what.startsWith("leader")), []);
});

Deno.test("another leads within three timeouts of a crash, and everybody follows it", () => {
  for (const heaviest of [[7, 14, 1], [14, 7, 1]] as const) {
    const cluster = started(heaviest);
    const [first, second] = heaviest;
    cluster.crash(first);
    const rest = [...VOTERS, ...OTHERS].filter((n) => n !== first);
    cluster.runUntil(() => cluster.leaders.join() === `m${second}` && follow(cluster, `m${second}`, rest), 3 * TIMEOUT);
  }
});

Deno.test("a leader that resigns hands over to the heaviest, whether either votes or not", () => {
  for (const heaviest of [[7, 14], [14, 7], [14, 13], [7, 6]] as const) {
    const cluster = started(heaviest);
    const [first, second] = heaviest;
    cluster.command(first, { kind: "resign" });
    cluster.runUntil(() => cluster.leaders.length > 0, 5 * cluster.delay);
    assertEquals(cluster.leaders, [`m${second}`]);
    cluster.runUntil(() => follow(cluster, `m${second}`, [...VOTERS, ...OTHERS]), HEARSAY);
  }
});

Deno.test("with preempt a heavier member is handed the lead, although it does not vote", () => {
  const cluster = clusterOf([14, 7], { preemptAfter: TIMEOUT });
  cluster.start(...VOTERS, ...OTHERS.slice(0, -1));
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.leaders, ["m7"]);
  cluster.start(14);
  cluster.runUntil(() => cluster.leaders.join() === "m14", 6 * TIMEOUT);
});

Deno.test("without a quorum of the voters nobody leads, however many others there are", () => {
  const cluster = started([14, 7]);
  for (const n of VOTERS.slice(0, 4)) cluster.crash(n);
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders, []);
  const from = cluster.now;
  cluster.run(20 * TIMEOUT);
  assertEquals(cluster.since(from).filter((what) => what === "elected"), []);
  cluster.start(1);
  cluster.runUntil(() => cluster.leaders.length > 0, 4 * TIMEOUT);
});

Deno.test("a quorum of five of seven is no four", () => {
  const cluster = started([14, 7], { quorum: 5 });
  for (const n of VOTERS.slice(0, 2)) cluster.crash(n);
  cluster.run(4 * TIMEOUT);
  assertEquals(cluster.leaders, ["m14"], "five are left");
  cluster.crash(3);
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders, []);
  cluster.run(10 * TIMEOUT);
  assertEquals(cluster.leaders, []);
});

Deno.test("of two parts the one with most voters has a leader, however few others are in it", () => {
  const cluster = started([14, 7, 1]);
  const most = [1, 2, 3, 4];
  for (const a of most) for (let b = 5; b <= MEMBERS; b++) cluster.cut(a, b);
  cluster.runUntil(() => cluster.leaders.join() === "m1", 6 * TIMEOUT);
  cluster.run(6 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  cluster.heal();
  cluster.runUntil(() => follow(cluster, "m1", [...VOTERS, ...OTHERS]), 4 * TIMEOUT);
});

Deno.test("voters come and go one at a time, and there are never two leaders, nor none for long", () => {
  const cluster = started([14, 7, 1]);
  for (const n of [...VOTERS, 14]) {
    cluster.crash(n);
    cluster.run(3 * TIMEOUT);
    assertEquals(cluster.leaders.length, 1, `without m${n}:\n${cluster.story()}`);
    cluster.start(n);
    cluster.run(3 * TIMEOUT);
    assertEquals(cluster.leaders.length, 1, `with m${n} again`);
  }
  assertEquals(cluster.tokens, [...cluster.tokens].sort((a, b) => a - b));
});

Deno.test("who closes tells the voters and some others, and the rest hear of it in time", () => {
  const members = 40;
  const cluster = clusterOf([7], {}, members);
  cluster.start();
  cluster.run(6 * TIMEOUT);
  const told = new Set<number>();
  cluster.onSend = (_from, to, message) => {
    if (message.kind === "leave") told.add(to);
  };
  const from = cluster.now;
  cluster.command(40, { kind: "close" });
  assert(VOTERS.every((n) => told.has(n)), `told ${[...told]}`);
  assert(told.size <= VOTERS.length + 10, `${told.size} are told`);
  const within = (gossipIntervals(members - 1) + 2) * INTERVAL;
  const gone = (): number => cluster.happenings.filter(({ at, what }) => at >= from && what === "removed m40").length;
  cluster.runUntil(() => gone() === members - 1, within);
  cluster.run(4 * TIMEOUT);
  assertEquals(gone(), members - 1, "it does not come back");
});

Deno.test("a leader that closes hands over, and nobody follows it any more", () => {
  const cluster = started([14, 7]);
  cluster.command(14, { kind: "close" });
  cluster.runUntil(() => cluster.leaders.join() === "m7", 5 * cluster.delay);
  cluster.runUntil(() => follow(cluster, "m7", [...VOTERS, ...OTHERS.slice(0, -1)]), HEARSAY);
});

Deno.test("who leads is believed of whom others hear only where it may lead, and only what is news", () => {
  const [leader, teller] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([leader, teller], { eligible: false });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  const leaderHint = { boot: leader.boot, term: 10, beat: 5, remaining: 400 };
  const tell = (changes: Partial<typeof leaderHint>): string | undefined => {
    const message = { nonce: 7, status: statusOf(teller), request: undefined, answer: undefined, voters: undefined };
    solo.packet(teller, {
      kind: "ping",
      hears: true,
      ...message,
      gossip: { leaderHint: { ...leaderHint, ...changes }, rumors: [] },
    });
    return solo.leader;
  };
  assertEquals(tell({ boot: "00000000000000ff" }), undefined, "who is not known");
  assertEquals(tell({ term: 2 ** 53 - 1 }), undefined, "an absurd term");
  assertEquals(tell({}), "m2");
  solo.advance(400);
  assertEquals(solo.leader, undefined);
  assertEquals(tell({}), undefined, "the same word again");
  assertEquals(tell({ beat: 4 }), undefined, "an older word");
  assertEquals(tell({ term: 9, beat: 9 }), undefined, "an older term");
  assertEquals(tell({ beat: 6 }), "m2");
  solo.release(leader, 10);
  assertEquals(tell({ beat: 7 }), undefined, "it has released that term");
  assertEquals(tell({ term: 11, beat: 8 }), "m2");
  assertEquals(ofKind(solo.log, "leader").map(({ leader }) => leader?.token), [10, undefined, 10, undefined, 11]);
});

Deno.test("the only voter that restarts grants nobody while the lease of one who does not vote may hold", () => {
  const cluster = new Cluster([{ eligible: false }, { weight: 2 }, { weight: 1 }], { voters: [1] });
  cluster.start(1, 2);
  cluster.runUntil(() => cluster.leaders.includes("m2"), 5 * TIMEOUT);
  cluster.cut(1, 2);
  cluster.cut(2, 3);
  cluster.crash(1);
  cluster.start(1, 3);
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
});

Deno.test("a voter that restarts does not take idle voters' word that nobody stands, for who stands need not vote", () => {
  const [voter, standing, rival] = [1, 4, 5];
  const cluster = new Cluster(
    [{ eligible: false }, { eligible: false }, { eligible: false }, { weight: 2 }, { weight: 1 }],
    { voters: [1, 2, 3] },
  );
  cluster.start(1, 2, 3);
  cluster.run(2 * TIMEOUT);
  let stands = false;
  cluster.onSend = (from, _to, message) => {
    if (message.kind !== "ping" || message.request === undefined) return;
    // Of the first claim only the one to the voter that restarts arrives; the rival's does not reach another.
    if (from === standing && !stands) { for (const n of [2, 3]) cluster.block(standing, n); }
    if (from === standing) stands = true;
    if (from === rival) cluster.cut(rival, 2);
  };
  cluster.cut(standing, rival);
  cluster.start(standing);
  cluster.runUntil(() => stands, 5 * TIMEOUT);
  cluster.run(3);
  cluster.crash(voter);
  cluster.start(voter, rival);
  cluster.run(15);
  // Now the others hear of the claim, too.
  cluster.heal();
  for (const [a, b] of [[standing, rival], [standing, voter], [standing, 3], [rival, 2]] as const) cluster.cut(a, b);
  cluster.run(5 * TIMEOUT);
});
