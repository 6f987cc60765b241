import { assert, assertEquals } from "@std/assert";
import { wakeAt } from "../../src/core/citizen.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Peer } from "../../src/core/membership/peer.ts";
import { addressOf, bootOf, INTERVAL, messages, ofKind, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";

/** When the probe of who was heard last at 0 begins. */
const BEGINS = INTERVAL;
const ROUND = INTERVAL / 4;

function community(others: number, overrides = {}): { solo: Solo; first: Puppet; rest: Puppet[] } {
  const puppets = Array.from({ length: others }, (_, index) => puppetOf(2 + index));
  const solo = new Solo(puppets, { eligible: false, ...overrides });
  for (const puppet of puppets) solo.introduce(puppet);
  return { solo, first: puppets[0]!, rest: puppets.slice(1) };
}

function known(solo: Solo, { address }: Puppet): Peer {
  return solo.state.membership.peers.get(address)!;
}

function pingsTo(effects: readonly Effect[], { address }: Puppet): number {
  return messages(effects, "ping").filter((ping) => ping.address === address).length;
}

function nack(solo: Solo, helper: Puppet, target: Puppet): void {
  solo.packet(helper, { kind: "nack", target: target.address });
}

Deno.test("a ping that is not answered is repeated four times an interval, until it has failed", () => {
  const { solo, first } = community(2);
  first.answers = false;
  solo.advance(BEGINS - 1);
  assertEquals(pingsTo(solo.advance(1), first), 1);
  for (let round = 1; round < 4; round++) {
    assertEquals(pingsTo(solo.advance(ROUND - 1), first), 0, `before round ${round}`);
    assertEquals(pingsTo(solo.advance(1), first), 1, `round ${round}`);
  }
});

Deno.test("who is suspected is asked as often, for as long as it is", () => {
  const { solo, first } = community(2);
  first.answers = false;
  solo.advance(BEGINS + INTERVAL);
  assert(known(solo, first).suspicion?.own === true);
  assertEquals(pingsTo(solo.advance(4 * INTERVAL), first), 16);
});

Deno.test("an answer ends the repetition, and the others are left alone", () => {
  const { solo, first } = community(3);
  first.answers = false;
  solo.advance(BEGINS + ROUND);
  first.answers = true;
  solo.ping(first);
  const rest = solo.advance(INTERVAL - ROUND - 1);
  assertEquals(pingsTo(rest, first), 0);
  assertEquals(messages(rest, "probe"), []);
});

Deno.test("at half an interval three others are asked, once", () => {
  const { solo, first, rest } = community(6);
  first.answers = false;
  assertEquals(messages(solo.advance(BEGINS + INTERVAL / 2 - 1), "probe"), []);
  const asked = messages(solo.advance(1), "probe");
  assertEquals(asked.map(({ message }) => message.target), [first.address, first.address, first.address]);
  const helpers = new Set(asked.map(({ address }) => address));
  assertEquals(helpers.size, 3);
  assert(rest.some(({ address }) => helpers.has(address)) && !helpers.has(first.address));
  assertEquals(messages(solo.advance(INTERVAL / 2), "probe"), []);
});

Deno.test("who is suspected itself is not asked about others", () => {
  const { solo, first, rest } = community(3);
  first.answers = false;
  solo.accuse(rest[0]!, rest[1]!);
  const asked = messages(solo.advance(BEGINS + INTERVAL / 2), "probe").filter(({ message }) =>
    message.target === first.address
  );
  // The accused answered in the meantime, and is heard again: the accusation is over.
  assertEquals(asked.length, 2);
  solo.accuse(rest[0]!, rest[1]!);
  rest[1]!.answers = false;
  rest[0]!.answers = false;
  const later = messages(solo.advance(INTERVAL), "probe").filter(({ message }) => message.target === rest[0]!.address);
  assertEquals(later.map(({ address }) => address).includes(rest[1]!.address), false);
});

Deno.test("who asks about a silent member is told after 0.3 intervals that it is silent here, too, and only once", () => {
  const { solo, first, rest } = community(2);
  first.answers = false;
  solo.advance(2 * INTERVAL);
  const asked = solo.packet(rest[0]!, { kind: "probe", target: first.address });
  assertEquals(pingsTo(asked, first), 1, "it looks itself");
  assertEquals(messages(solo.advance(0.3 * INTERVAL - 1), "nack"), []);
  const nacks = messages(solo.advance(1), "nack");
  assertEquals(nacks.map(({ address, message }) => [address, message.target]), [[rest[0]!.address, first.address]]);
  assertEquals(messages(solo.advance(TIMEOUT), "nack"), []);
});

Deno.test("who asks about a member that is heard is not told that it is silent", () => {
  const { solo, first, rest } = community(2);
  first.answers = false;
  solo.advance(2 * INTERVAL);
  solo.packet(rest[0]!, { kind: "probe", target: first.address });
  assertEquals(messages(solo.ping(first), "vouch").map(({ address }) => address), [rest[0]!.address]);
  assertEquals(messages(solo.advance(TIMEOUT), "nack"), []);
});

Deno.test("health gets worse when nobody who was asked says even that it heard nothing; one who does is enough", () => {
  for (let nacks = 0; nacks <= 3; nacks++) {
    const { solo, first, rest } = community(4);
    first.answers = false;
    solo.advance(BEGINS + INTERVAL / 2);
    for (const helper of rest.slice(0, nacks)) nack(solo, helper, first);
    // Who was just heard is not probed with the next heartbeat, so that no other success makes up for it.
    solo.advance(INTERVAL / 2 - 1);
    for (const helper of rest) solo.ping(helper);
    solo.advance(1);
    assertEquals(solo.state.membership.localHealth, nacks === 0 ? 1 : 0, `${nacks} said so`);
  }
});

Deno.test("more nacks than were asked for make health no better", () => {
  const { solo, first, rest } = community(4);
  first.answers = false;
  solo.advance(BEGINS + INTERVAL / 2);
  for (let time = 0; time < 10; time++) for (const helper of rest) nack(solo, helper, first);
  solo.advance(INTERVAL / 2);
  assertEquals(solo.state.membership.localHealth, 0);
});

Deno.test("a probe that succeeds makes health better by a point, down to none", () => {
  const { solo, first } = community(1);
  solo.state.membership.localHealth = 2;
  first.answers = false;
  for (const health of [1, 0, 0]) {
    solo.advance(2 * INTERVAL - solo.now % INTERVAL);
    assert(known(solo, first).probe !== undefined);
    solo.ping(first);
    assertEquals(solo.state.membership.localHealth, health);
  }
});

Deno.test("health scales how long a probe is waited for, and is never worse than eight", () => {
  for (const health of [0, 1, 4, 8]) {
    const { solo, first } = community(1);
    solo.state.membership.localHealth = health;
    first.answers = false;
    solo.advance(BEGINS + (1 + health) * INTERVAL - 1);
    assertEquals(known(solo, first).suspicion, undefined, `health ${health}`);
    solo.advance(1);
    assert(known(solo, first).suspicion?.own === true, `health ${health}`);
  }
  const { solo } = community(9);
  for (const puppet of solo.puppets) puppet.answers = false;
  for (let beat = 0; beat < 10; beat++) {
    solo.advance(INTERVAL);
    assert(solo.state.membership.localHealth <= 8);
  }
  assertEquals(solo.state.membership.localHealth, 8);
});

Deno.test("plain SWIM knows no health, repeats no ping and says no nack", () => {
  const { solo, first, rest } = community(4, { lifeguard: false });
  first.answers = false;
  assertEquals(pingsTo(solo.advance(BEGINS + INTERVAL - 1), first), 2);
  solo.packet(rest[0]!, { kind: "probe", target: first.address });
  assertEquals(messages(solo.advance(TIMEOUT), "nack"), []);
  assertEquals(solo.state.membership.localHealth, 0);
});

Deno.test("a tick that comes late is no silence of the others", () => {
  const { solo, first } = community(1);
  solo.advance(BEGINS);
  first.answers = false;
  solo.advance(INTERVAL / 4);
  solo.pause(3 * TIMEOUT);
  const effects = solo.input({ kind: "tick" });
  assertEquals(ofKind(effects, "removed"), []);
  assertEquals(solo.state.membership.suspects.size, 0);
  assertEquals(solo.state.membership.localHealth, 1);
  first.answers = true;
  solo.advance(TIMEOUT);
  assertEquals(ofKind(solo.log, "removed"), []);
});

Deno.test("a suspicion does not run on while its holder sleeps", () => {
  const { solo, first } = community(4);
  first.answers = false;
  solo.advance(BEGINS + INTERVAL);
  const due = 6 * (TIMEOUT - 2 * INTERVAL);
  solo.pause(10 * TIMEOUT);
  solo.input({ kind: "tick" });
  solo.advance(due - 2 * INTERVAL);
  assert(solo.ids.includes(first.id));
  solo.advance(3 * INTERVAL);
  assertEquals(solo.ids.includes(first.id), false);
});

Deno.test("a removal that is due at once because others confirm it is no late tick, and excuses nobody", () => {
  const { solo, first, rest } = community(5);
  const [other, ...witnesses] = rest;
  first.answers = false;
  solo.advance(10 * INTERVAL + 10);
  other!.answers = false;
  const { membership: { localHealth }, election: { standNotBefore } } = solo.state;
  const { lastSign } = known(solo, other!);
  for (const witness of witnesses) solo.accuse(witness, first);
  assertEquals(wakeAt(solo.state), solo.now);
  solo.pause(1);
  solo.input({ kind: "tick" });
  assertEquals(solo.ids.includes(first.id), false);
  assertEquals([solo.state.membership.localHealth, known(solo, other!).lastSign], [localHealth, lastSign]);
  assertEquals(solo.state.election.standNotBefore, standNotBefore, "it may stand at once");
});

Deno.test("who slept excuses the others also when a packet is read before the first tick", () => {
  const { solo, first, rest } = community(3);
  const before = solo.ids;
  solo.pause(10 * TIMEOUT);
  solo.ping(rest[0]!);
  first.answers = false;
  solo.input({ kind: "tick" });
  assertEquals(solo.ids, before);
  assert(known(solo, first).lastSign > solo.now - TIMEOUT);
});

Deno.test("of more than nine peers five are pinged in each interval, and each has had its turn in two", () => {
  const { solo, rest } = community(10);
  solo.advance(INTERVAL);
  for (let round = 0; round < 20; round++) {
    const pinged = [0, 1].map(() => messages(solo.advance(INTERVAL), "ping").map(({ address }) => address));
    assertEquals(pinged.map(({ length }) => length), [5, 5]);
    assertEquals(new Set(pinged.flat()).size >= rest.length / 2, true);
  }
  const counts = Array.from(
    { length: 10 },
    (_, index) => messages(solo.log, "ping").filter(({ address }) => address === addressOf(2 + index)).length,
  );
  assert(Math.max(...counts) - Math.min(...counts) <= 2, `${counts}`);
});

Deno.test("of more than nine peers each ping is answered", () => {
  const { solo, first } = community(10);
  solo.advance(2 * INTERVAL);
  for (let beat = 0; beat < 5; beat++) {
    solo.advance(INTERVAL);
    assertEquals(messages(solo.ping(first), "ack").map(({ address }) => address), [first.address]);
  }
});

Deno.test("a member that nobody named is neither asked nor believed about others", () => {
  const stranger = puppetOf(50, { boot: bootOf(0x50) });
  const { solo, first, rest } = community(2);
  solo.introduce(stranger);
  first.answers = false;
  const asked = messages(solo.advance(BEGINS + INTERVAL / 2), "probe").filter(({ message }) =>
    message.target === first.address
  );
  assertEquals(asked.map(({ address }) => address), [rest[0]!.address]);
  nack(solo, stranger, first);
  assertEquals(known(solo, first).probe?.nacks, 0);
  solo.advance(INTERVAL / 2 + 1);
  assert(known(solo, first).suspicion !== undefined);
  solo.packet(stranger, { kind: "vouch", target: first.address, boot: first.boot, age: 0 });
  assert(known(solo, first).suspicion !== undefined, "it would keep the dead for ever");
});
