import { assert, assertEquals } from "@std/assert";
import type { Effect } from "../../src/core/effect.ts";
import { LIMITS } from "../../src/limits.ts";
import { Cluster } from "./cluster.ts";
import { addressOf, bootOf, claimOf, INTERVAL, kinds, messages, ofKind, puppetOf, Solo, TIMEOUT } from "./harness.ts";

function reasons(effects: readonly Effect[]): string[] {
  return ofKind(effects, "dropped").map(({ reason }) => reason);
}

function changes(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "added" || effect.kind === "removed" ? [`${effect.kind} ${effect.member.id}`] : []
  );
}

Deno.test("a peer counts once it has shown what it was told, not before", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer]);
  const hello = solo.ping(peer, undefined, { to: "" });
  assertEquals(changes(hello), []);
  assertEquals(solo.ids, []);
  const [ack] = messages(hello, "ack");
  assert(ack !== undefined && ack.message.cookie !== "");
  assertEquals(ack.address, peer.address, "it is told at its address");
  assertEquals(reasons(solo.ack(peer, 7, undefined, { to: "" })), ["bad-cookie"], "nothing is shown");
  assertEquals(reasons(solo.ack(peer, 7, undefined, { to: bootOf(99) })), ["bad-cookie"], "something else is shown");
  const another = puppetOf(2, { boot: bootOf(98) });
  const stolen = { to: ack.message.cookie };
  assertEquals(reasons(solo.ack(another, 7, undefined, stolen)), ["bad-cookie"], "another boot shows it");
  assertEquals(changes(solo.ack(peer, 7)), ["added m2"]);
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("a peer that answers a ping need show nothing", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  assertEquals(changes(solo.advance(0)), ["added m2"]);
});

Deno.test("what a configured peer was told to show more than a timeout ago does not bring it in", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer]);
  solo.ping(peer, undefined, { to: "" });
  solo.advance(TIMEOUT + 1);
  assertEquals(changes(solo.ack(peer, 7)), []);
});

Deno.test("a stranger that shows what it was told becomes a member without a vote, and is forgotten when silent", () => {
  const stranger = puppetOf(9, { answers: false });
  const solo = new Solo([puppetOf(2)]);
  const added = ofKind(solo.introduce(stranger), "added");
  assertEquals(added.map(({ member }) => [member.id, member.voter]), [["m9", false]]);
  const effects = solo.advance(TIMEOUT - 50);
  solo.accuse(solo.puppets[0]!, stranger);
  assertEquals(changes([...effects, ...solo.advance(TIMEOUT)]), ["added m2", "removed m9"]);
  solo.advance(20 * TIMEOUT);
  assertEquals(solo.state.membership.peers.has(stranger.address), false);
});

Deno.test("a stranger's hello is answered once, and costs no pings and no memory", () => {
  const spoofed = puppetOf(9, { answers: false });
  const solo = new Solo([], { clusterSize: 1 });
  const hello = solo.ping(spoofed, undefined, { to: "" });
  const toIt = (effects: readonly Effect[]): number =>
    ofKind(effects, "send").filter(({ address }) => address === spoofed.address).length;
  assertEquals(toIt(hello), 1);
  assertEquals(solo.state.membership.peers.size, 0);
  assertEquals(toIt(solo.advance(10 * TIMEOUT)), 0);
  assertEquals(solo.state.membership.peers.size, 0);
});

Deno.test("a stranger that names another address than it writes from joins if it is reached there", () => {
  const solo = new Solo([puppetOf(2)]);
  const stranger = puppetOf(9);
  const source = addressOf(10);
  const effects = solo.ping(stranger, undefined, { to: "", source });
  assertEquals(reasons(effects), ["elsewhere"], "it may be out of reach, which is to be told");
  assertEquals(messages(effects, "ack").map(({ address }) => address), [stranger.address]);
  assertEquals(
    changes(solo.ack(stranger, 7, undefined, { source, to: solo.config.boot })),
    ["added m9"],
    "it has read what was sent there",
  );
  const own = solo.ping(puppetOf(8, { address: solo.config.address }), undefined, { to: "" });
  assertEquals(reasons(own), ["impostor"], "own address");
});

Deno.test("an id that is taken is refused", () => {
  const solo = new Solo([puppetOf(2), puppetOf(3)]);
  solo.introduce(solo.puppets[0]!);
  assertEquals(reasons(solo.ping(puppetOf(3, { id: "m2" }), undefined, { to: "" })), ["duplicate-id"], "a peer's");
  assertEquals(reasons(solo.ping(puppetOf(3, { id: "m1" }), undefined, { to: "" })), ["duplicate-id"], "its own");
  assertEquals(reasons(solo.ping(puppetOf(9, { id: "m1" }), undefined, { to: "" })), ["duplicate-id"], "a stranger");
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("what does not show what its sender was told is ignored", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  solo.introduce(peer);
  const nonce = 5;
  const where = { to: bootOf(77) };
  assertEquals(reasons(solo.packet(peer, { kind: "leave", nonce, idle: false }, where)), ["bad-cookie"]);
  const release = { kind: "release", nonce, sequence: 1, terms: [] } as const;
  assertEquals(reasons(solo.packet(peer, release, where)), ["bad-cookie"]);
  assertEquals(reasons(solo.packet(peer, { kind: "probe", target: addressOf(3) }, where)), ["bad-cookie"]);
  assertEquals(
    reasons(solo.packet(puppetOf(1), { kind: "leave", nonce, idle: false })),
    ["misdirected"],
    "its own echo",
  );
  assertEquals(solo.ids, ["m2"]);
});

Deno.test("a ping that shows what an older process wanted is told what to show, and is no sign of life", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer]);
  solo.introduce(peer);
  solo.advance(TIMEOUT - 1);
  const answer = messages(solo.ping(peer, undefined, { to: bootOf(77) }), "ack");
  assert(answer[0] !== undefined && answer[0].message.cookie !== "");
  assertEquals(changes(solo.advance(1)), ["removed m2"]);
});

Deno.test("a silent peer is removed after the timeout and not before", () => {
  const peer = puppetOf(2, { answers: false });
  const witness = puppetOf(3);
  const solo = new Solo([peer, witness]);
  solo.advance(37);
  solo.introduce(peer);
  solo.advance(TIMEOUT - 50);
  solo.accuse(witness, peer);
  assertEquals(changes(solo.advance(49)), []);
  assertEquals(changes(solo.advance(1)), ["removed m2"]);
  assertEquals(solo.ids, ["m3"]);
});

Deno.test("every answer to a ping is a sign of life", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  assertEquals(changes(solo.advance(20 * TIMEOUT)), ["added m2"]);
});

Deno.test("a configured peer is pinged for ever, and added again when it speaks again", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer]);
  solo.introduce(peer);
  assertEquals(changes(solo.advance(5 * TIMEOUT)), ["removed m2"]);
  const pings = messages(solo.advance(10 * TIMEOUT), "ping").length;
  assert(pings >= 15 && pings <= 25, `${pings} pings in ten timeouts`);
  peer.answers = true;
  assertEquals(changes(solo.advance(TIMEOUT)), ["added m2"]);
});

Deno.test("who says that it leaves is removed at once, and is believed dead whatever comes late", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer, puppetOf(3)]);
  solo.introduce(peer);
  const leaving = solo.leave(peer);
  assertEquals(changes(leaving), ["removed m2"]);
  assertEquals(messages(leaving, "ack").map(({ address }) => address), [peer.address]);
  assertEquals(messages(solo.leave(peer), "ack").length, 1, "a repeated farewell is answered too");
  assertEquals(reasons(solo.ping(peer)), ["departed"]);
  assertEquals(reasons(solo.ping(peer, undefined, { to: "" })), ["departed"]);
  assertEquals(changes(solo.introduce(puppetOf(2, { boot: bootOf(0x200) }))), ["added m2"], "a new start");
});

Deno.test("a new boot at the same address is another member", () => {
  const [old, young] = [puppetOf(2), puppetOf(2, { boot: bootOf(0x200), id: "young" })];
  const solo = new Solo([old]);
  solo.introduce(old);
  assertEquals(changes(solo.introduce(young)), ["removed m2", "added young"]);
  assertEquals(solo.ids, ["young"]);
  assertEquals(solo.state.membership.byBoot.size, 1);
});

Deno.test("added and removed alternate for every peer", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }, {}]);
  cluster.start();
  cluster.run(2 * TIMEOUT);
  for (const n of [1, 2, 3, 1]) {
    cluster.crash(n);
    cluster.run(n === 2 ? INTERVAL : 2 * TIMEOUT);
    cluster.start(n);
    cluster.run(3 * TIMEOUT);
  }
  for (const [peer, restarts] of [["m1", 2], ["m2", 1], ["m3", 1]] as const) {
    const expected = [`added ${peer}`];
    for (let n = 0; n < restarts; n++) expected.push(`removed ${peer}`, `added ${peer}`);
    const changes = cluster.since(0, "m4").filter((what) => what.endsWith(`ed ${peer}`));
    assertEquals(changes, expected);
  }
});

Deno.test("others are asked about a silent peer, and their word keeps it", () => {
  const [silent, helper] = [puppetOf(2, { answers: false }), puppetOf(3)];
  const solo = new Solo([silent, helper]);
  solo.introduce(silent);
  solo.introduce(helper);
  const asked = messages(solo.advance(3 * INTERVAL), "probe");
  assert(asked.length > 0);
  assert(asked.every(({ address, message }) => address === helper.address && message.target === silent.address));
  for (let vouches = 0; vouches < 20; vouches++) {
    solo.packet(helper, { kind: "vouch", target: silent.address, boot: silent.boot, age: 50 });
    assertEquals(changes(solo.advance(INTERVAL)), []);
  }
  solo.packet(helper, { kind: "vouch", target: silent.address, boot: silent.boot, age: 50 });
  solo.advance(TIMEOUT - 100);
  solo.accuse(helper, silent);
  assertEquals(changes(solo.advance(49)), []);
  assertEquals(changes(solo.advance(1)), ["removed m2"], "the age counts");
});

Deno.test("a word for another boot, for who is gone or from who is unknown keeps nobody", () => {
  const [silent, helper] = [puppetOf(2, { answers: false }), puppetOf(3)];
  const solo = new Solo([silent, helper]);
  solo.introduce(silent);
  solo.introduce(helper);
  solo.advance(TIMEOUT - 10);
  solo.packet(helper, { kind: "vouch", target: silent.address, boot: bootOf(77), age: 0 });
  solo.packet(helper, { kind: "vouch", target: addressOf(50), boot: silent.boot, age: 0 });
  const unknown = solo.packet(puppetOf(9), { kind: "vouch", target: silent.address, boot: silent.boot, age: 0 });
  assertEquals(reasons(unknown), ["bad-cookie"]);
  solo.accuse(helper, silent);
  assertEquals(changes(solo.advance(10)), ["removed m2"]);
  solo.packet(helper, { kind: "vouch", target: silent.address, boot: silent.boot, age: 0 });
  assertEquals(solo.ids, ["m3"]);
});

Deno.test("a member vouches for whom it has heard itself, at once or as soon as it hears it", () => {
  const [target, asker] = [puppetOf(2, { answers: false }), puppetOf(3)];
  const solo = new Solo([target, asker]);
  solo.introduce(target);
  solo.introduce(asker);
  solo.advance(40);
  const [soon] = messages(solo.packet(asker, { kind: "probe", target: target.address }), "vouch");
  assertEquals(soon?.message, { kind: "vouch", target: target.address, boot: target.boot, age: 40 });

  solo.advance(INTERVAL);
  const asked = solo.packet(asker, { kind: "probe", target: target.address });
  assertEquals(messages(asked, "vouch"), []);
  assertEquals(messages(asked, "ping").map(({ address }) => address), [target.address]);
  const [later] = messages(solo.ping(target), "vouch");
  assertEquals([later?.address, later?.message.age], [asker.address, 0]);
  assertEquals(messages(solo.ping(target), "vouch"), [], "once");
});

Deno.test("a word of others is not passed on", () => {
  const [target, asker] = [puppetOf(2, { answers: false }), puppetOf(3)];
  const solo = new Solo([target, asker]);
  solo.introduce(target);
  solo.introduce(asker);
  solo.advance(3 * INTERVAL);
  solo.packet(asker, { kind: "vouch", target: target.address, boot: target.boot, age: 0 });
  assertEquals(messages(solo.packet(asker, { kind: "probe", target: target.address }), "vouch"), []);
});

Deno.test("members that have all lost one do not keep it alive for each other", () => {
  const cluster = new Cluster([{ weight: 1 }, {}, {}, {}]);
  cluster.start();
  cluster.run(2 * TIMEOUT);
  cluster.crash(4);
  const from = cluster.now;
  cluster.run(2 * TIMEOUT);
  for (const member of ["m1", "m2", "m3"]) assertEquals(cluster.since(from, member), ["removed m4"]);
});

Deno.test("one broken path removes nobody", () => {
  const cluster = new Cluster([{ weight: 1 }, {}, {}]);
  cluster.start();
  cluster.run(2 * TIMEOUT);
  const from = cluster.now;
  cluster.cut(2, 3);
  cluster.run(10 * TIMEOUT);
  assertEquals(cluster.since(from), []);
});

Deno.test("discovery adds voters and drops them once they are silent", () => {
  const [stays, goes, comes] = [puppetOf(2), puppetOf(3), puppetOf(4)];
  const solo = new Solo([stays, goes, comes], { voters: [stays, goes] });
  solo.advance(INTERVAL);
  assertEquals(solo.ids, ["m2", "m3"]);
  const effects = solo.input({
    kind: "peers",
    addresses: [addressOf(1), stays.address, comes.address],
    clusterSize: 3,
  });
  assertEquals(changes([...effects, ...solo.advance(INTERVAL)]), ["added m4"]);
  assertEquals(solo.state.membership.peers.get(goes.address)?.voter, true, "it may still vote while it is there");
  goes.answers = false;
  solo.advance(TIMEOUT - 50);
  for (const witness of [stays, comes]) solo.accuse(witness, goes);
  assertEquals(changes(solo.advance(TIMEOUT)), ["removed m3"]);
  assertEquals(solo.state.membership.peers.get(goes.address)?.voter, false);
  solo.advance(20 * TIMEOUT);
  assertEquals(solo.state.membership.peers.has(goes.address), false);
  assertEquals(solo.state.membership.peers.size, 2, "own address is no peer");
});

Deno.test("a stranger that discovery names becomes a voter, and a voter it never saw is forgotten at once", () => {
  const [stranger, absent] = [puppetOf(9), puppetOf(3, { answers: false })];
  const solo = new Solo([stranger, absent], { voters: [absent] });
  solo.introduce(stranger);
  const effects = solo.input({ kind: "peers", addresses: [stranger.address], clusterSize: 2 });
  assertEquals(ofKind(effects, "updated").map(({ member }) => [member.id, member.voter]), [["m9", true]]);
  assertEquals([...solo.state.membership.peers.keys()], [stranger.address]);
});

Deno.test("a peer's new weight and eligibility are told", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  solo.introduce(peer);
  peer.weight = 7;
  peer.eligible = false;
  const updated = ofKind(solo.ping(peer), "updated").map(({ member }) => [member.weight, member.eligible]);
  assertEquals(updated, [[7, false]]);
  assertEquals(kinds(solo.ping(peer)).includes("updated"), false);
});

Deno.test("a member that slept does not take its own silence for that of the others", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer]);
  solo.advance(INTERVAL);
  solo.pause(10 * TIMEOUT);
  assertEquals(changes(solo.input({ kind: "tick" })), []);
  peer.answers = false;
  assertEquals(changes(solo.advance(TIMEOUT + INTERVAL)), ["removed m2"]);
});

Deno.test("probes that wait are bounded", () => {
  const voters = Array.from({ length: 200 }, (_, index) => puppetOf(index + 2, { answers: false }));
  const solo = new Solo(voters);
  const asker = voters[0]!;
  solo.introduce(asker);
  for (const { address } of voters) solo.packet(asker, { kind: "probe", target: address });
  assertEquals(solo.state.membership.indirectProbes.size, LIMITS.pendingProbes);
  solo.advance(2 * TIMEOUT);
  assertEquals(solo.state.membership.indirectProbes.size, 0);
});

Deno.test("a voter whose datagrams come from another place is the same member: it shows what only that can know", () => {
  const peer = puppetOf(2, { answers: false });
  const solo = new Solo([peer]);
  solo.introduce(peer);
  solo.advance(TIMEOUT / 2);
  const moved = { source: "10.9.9.9:1234", to: solo.config.boot };
  const [ack] = messages(solo.ask(peer, moved), "ack");
  assertEquals([ack?.address, ack?.message.cookie], [peer.address, ""], "it is answered, where it is known to be");
  assertEquals(changes(solo.advance(TIMEOUT - 1)), [], "it counts as a sign of life");
});

Deno.test("pings that cross need no ack; a second in a row, or one with a claim, gets it", () => {
  const peer = puppetOf(2);
  const solo = new Solo([peer, puppetOf(3)], { eligible: false });
  solo.introduce(peer);
  solo.advance(INTERVAL);
  solo.ping(peer);
  solo.advance(INTERVAL);
  assertEquals(messages(solo.ping(peer), "ack"), [], "they crossed");
  assertEquals(messages(solo.ping(peer), "ack").length, 1, "it asks again");
  solo.advance(INTERVAL);
  assertEquals(messages(solo.ping(peer, claimOf(10)), "ack").length, 1, "it asks for a vote");
});
