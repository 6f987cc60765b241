import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { suspicionTimeout } from "../../src/core/membership/swim.ts";
import { findRemovalDue, suspect } from "../../src/core/membership/suspicion.ts";
import type { Peer } from "../../src/core/membership/peer.ts";
import { bootOf, INTERVAL, messages, ofKind, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";
import { alive, dead } from "./rumors.ts";

/** When who was heard last at 0 and does not answer is suspected. */
const NOTICED = 2 * INTERVAL;
const SHORTEST = TIMEOUT - 2 * INTERVAL;

/** m2 falls silent at 0; as many others as wanted answer, and do not stand. */
function silence(others = 3, overrides = {}): { solo: Solo; silent: Puppet; witnesses: Puppet[] } {
  const silent = puppetOf(2, { answers: false });
  const witnesses = Array.from({ length: others }, (_, index) => puppetOf(3 + index));
  const solo = new Solo([silent, ...witnesses], { eligible: false, ...overrides });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  return { solo, silent, witnesses };
}

function known(solo: Solo, { address }: Puppet): Peer {
  return solo.state.membership.peers.get(address)!;
}

/** Advances until the puppet is removed; when that was. */
function removedAt(solo: Solo, { id }: Puppet): number {
  for (; solo.now < 20 * TIMEOUT; solo.advance(1)) if (!solo.ids.includes(id)) return solo.now;
  throw new Error(`${id} is not removed`);
}

Deno.test("who does not answer is suspected when its probe has failed, not before", () => {
  const { solo, silent } = silence();
  solo.advance(NOTICED - 1);
  assertEquals(known(solo, silent).suspicion, undefined);
  solo.advance(1);
  assertEquals(known(solo, silent).suspicion?.own, true);
  assertEquals(solo.ids.includes("m2"), true, "it is not removed yet");
});

Deno.test("a suspicion is refuted by a later incarnation, not by the same one", () => {
  const { solo, silent, witnesses } = silence();
  solo.advance(NOTICED);
  solo.tell(witnesses[0]!, alive(silent, { incarnation: silent.incarnation }));
  assert(known(solo, silent).suspicion !== undefined);
  solo.tell(witnesses[0]!, alive(silent, { incarnation: silent.incarnation + 1 }));
  assertEquals(known(solo, silent).suspicion, undefined);
  assertEquals(known(solo, silent).incarnation, silent.incarnation + 1);
});

Deno.test("a suspicion of an earlier incarnation than the one that is known is none", () => {
  const { solo, silent, witnesses } = silence();
  solo.tell(witnesses[0]!, alive(silent, { incarnation: 7 }));
  solo.accuse(witnesses[0]!, { ...silent, incarnation: 6 });
  assertEquals(known(solo, silent).suspicion, undefined);
  solo.accuse(witnesses[0]!, { ...silent, incarnation: 7 });
  assertEquals(known(solo, silent).suspicion?.incarnation, 7);
});

Deno.test("a suspicion of a later incarnation starts anew", () => {
  const { solo, silent, witnesses } = silence();
  for (const witness of witnesses) solo.accuse(witness, silent);
  solo.advance(NOTICED);
  const { since } = known(solo, silent).suspicion!;
  solo.accuse(witnesses[0]!, { ...silent, incarnation: silent.incarnation + 1 });
  const { suspicion } = known(solo, silent);
  assert(suspicion!.since > since || since === solo.now);
  assertEquals([...suspicion!.by], [witnesses[0]!.boot]);
});

Deno.test("who is suspected by all that count, and then does not answer here either, need not be asked once more", () => {
  const { solo, silent, witnesses } = silence(6, { timeout: 3 * INTERVAL });
  for (const witness of witnesses.slice(0, 4)) solo.accuse(witness, silent);
  solo.advance(INTERVAL / 2);
  const { membership } = solo.state;
  const peer = known(solo, silent);
  peer.suspicion!.probedAt = solo.now;
  membership.removalsFrom = findRemovalDue(membership);
  suspect(membership, peer, peer.incarnation, solo.config.boot);
  assertEquals(findRemovalDue(membership), Math.max(INTERVAL, peer.lastSign + 3 * INTERVAL), "when it is due now");
  assertEquals(membership.removalsFrom, findRemovalDue(membership), "when it is removed");
});

Deno.test("the more others do not hear it either, the sooner who is silent is removed", () => {
  for (let confirmations = 0; confirmations <= 3; confirmations++) {
    const { solo, silent, witnesses } = silence();
    solo.advance(NOTICED);
    for (const witness of witnesses.slice(0, confirmations)) solo.accuse(witness, silent);
    const length = suspicionTimeout({
      ...{ interval: INTERVAL, timeout: TIMEOUT, lifeguard: true },
      ...{ confirmations, witnesses: witnesses.length },
    });
    assertAlmostEquals(removedAt(solo, silent), NOTICED + length, 1, `${confirmations} confirmations`);
  }
});

Deno.test("who is alone with a suspicion keeps the member for six times as long", () => {
  const { solo, silent } = silence(1);
  assertEquals(removedAt(solo, silent), NOTICED + 6 * SHORTEST);
});

Deno.test("where nobody else could see it, who is silent is removed one timeout after its last sign of life", () => {
  const { solo, silent } = silence(0);
  assertEquals(removedAt(solo, silent), TIMEOUT);
});

Deno.test("one accuser counts once, and a fourth confirmation is not kept", () => {
  const { solo, silent, witnesses } = silence(6);
  for (let time = 0; time < 5; time++) solo.accuse(witnesses[0]!, silent);
  assertEquals(known(solo, silent).suspicion?.by.size, 1);
  for (const witness of witnesses) solo.accuse(witness, silent);
  assertEquals(known(solo, silent).suspicion?.by.size, 4);
});

Deno.test("own eyes keep a member, whoever accuses it or calls it dead, and however often", () => {
  const { solo, silent, witnesses } = silence();
  silent.answers = true;
  for (let beat = 0; beat < 60; beat++) {
    for (const witness of witnesses) {
      solo.accuse(witness, silent);
      solo.tell(witness, dead(silent));
    }
    solo.advance(INTERVAL / 2);
    silent.incarnation += beat % 3;
  }
  assertEquals(ofKind(solo.log, "removed"), []);
});

Deno.test("a sign of life acquits", () => {
  const { solo, silent } = silence();
  solo.advance(NOTICED + 1);
  assert(known(solo, silent).suspicion !== undefined);
  solo.ping(silent);
  assertEquals(known(solo, silent).suspicion, undefined);
  assertEquals(solo.state.membership.suspects.size, 0);
});

Deno.test("a vouch acquits who was heard since it is suspected, and not who was heard before", () => {
  const { solo, silent, witnesses } = silence();
  solo.advance(NOTICED + 50);
  const vouch = { kind: "vouch", target: silent.address, boot: silent.boot } as const;
  solo.packet(witnesses[0]!, { ...vouch, age: 60 });
  assert(known(solo, silent).suspicion !== undefined);
  solo.packet(witnesses[0]!, { ...vouch, age: 10 });
  assertEquals(known(solo, silent).suspicion, undefined);
});

Deno.test("that others have removed a member counts as all confirmations, and leaves it the shortest time", () => {
  const { solo, silent, witnesses } = silence();
  // As after a long cut: the probes of this member would take nine intervals.
  solo.state.membership.localHealth = 8;
  solo.advance(INTERVAL + 50);
  solo.tell(witnesses[0]!, dead(silent));
  assert(solo.ids.includes("m2"), "it is not removed at once");
  assertEquals(solo.state.membership.removalsFrom, TIMEOUT, "nothing else must happen first");
  assertEquals(removedAt(solo, silent), TIMEOUT);
});

Deno.test("who was heard of lately has its whole shortest time to hearOfSelf a verdict", () => {
  const { solo, silent, witnesses } = silence();
  solo.advance(NOTICED + 50);
  solo.packet(witnesses[0]!, { kind: "vouch", target: silent.address, boot: silent.boot, age: 0 });
  const told = solo.now;
  solo.tell(witnesses[0]!, dead(silent));
  assertEquals(removedAt(solo, silent), told + TIMEOUT);
});

Deno.test("a verdict is passed on at once, so that the others count down, too", () => {
  const { solo, silent, witnesses } = silence();
  solo.tell(witnesses[0]!, dead(silent));
  const pings = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === witnesses[1]!.address);
  assertEquals(pings[0]?.message.gossip?.rumors.find(({ address }) => address === silent.address)?.kind, "dead");
});

Deno.test("a verdict on an earlier incarnation is none, and a later incarnation ends it", () => {
  const { solo, silent, witnesses } = silence();
  solo.tell(witnesses[0]!, alive(silent, { incarnation: 7 }), dead({ ...silent, incarnation: 6 }));
  assertEquals(known(solo, silent).suspicion, undefined);
  solo.tell(witnesses[0]!, dead({ ...silent, incarnation: 7 }));
  assertEquals(known(solo, silent).suspicion?.confirmed, true);
  solo.tell(witnesses[1]!, alive(silent, { incarnation: 8 }));
  assertEquals(known(solo, silent).suspicion, undefined);
});

Deno.test("a verdict on a later incarnation than the one that was suspected gives time anew", () => {
  const { solo, silent, witnesses } = silence();
  solo.advance(2 * TIMEOUT);
  solo.tell(witnesses[0]!, dead({ ...silent, incarnation: silent.incarnation + 1 }));
  assertEquals(removedAt(solo, silent), 2 * TIMEOUT + SHORTEST);
});

Deno.test("plain SWIM believes a verdict at once", () => {
  const { solo, silent, witnesses } = silence(3, { lifeguard: false });
  solo.tell(witnesses[0]!, dead(silent));
  assertEquals(solo.ids.includes("m2"), false);
});

Deno.test("who is suspected is told first, by the ping that asks for its sign of life", () => {
  const { solo, silent, witnesses } = silence();
  // Other news must not come before it.
  solo.tell(witnesses[1]!, ...witnesses.map((witness) => alive(witness, { incarnation: 9 })));
  const pings = messages(solo.advance(NOTICED + INTERVAL), "ping").filter(({ address }) => address === silent.address);
  const { address, boot, incarnation } = silent;
  const told = pings.at(-1)?.message.gossip?.rumors[0];
  assertEquals(told, { kind: "suspect", address, boot, incarnation, by: solo.config.boot });
});

Deno.test("who is suspected by others only is told in the name of one of them", () => {
  const { solo, silent, witnesses } = silence();
  solo.accuse(witnesses[0]!, silent);
  const [ping] = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === silent.address);
  const rumor = ping?.message.gossip?.rumors[0];
  assertEquals(rumor?.kind === "suspect" && rumor.by, witnesses[0]!.boot);
});

Deno.test("a suspicion of who is not there, or of another boot, is none", () => {
  const { solo, silent, witnesses } = silence();
  solo.accuse(witnesses[0]!, { ...silent, boot: bootOf(0x200) });
  solo.accuse(witnesses[0]!, puppetOf(99));
  assertEquals(solo.state.membership.suspects.size, 0);
  removedAt(solo, silent);
  solo.accuse(witnesses[0]!, silent);
  assertEquals(solo.state.membership.suspects.size, 0);
});
