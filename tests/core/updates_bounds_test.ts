/** Whatever members tell of one another, what is remembered of it stays bounded and fits together. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Rumor } from "../../src/core/message/message.ts";
import { LIMITS } from "../../src/limits.ts";
import { addressOf, bootOf, EPOCH, INTERVAL, ofKind, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";
import { alive, dead, suspect } from "./rumors.ts";

/** m1, which has the secret, with m2 and m3, who tells the rumors. */
function village(overrides = {}): { solo: Solo; teller: Puppet } {
  const teller = puppetOf(3);
  const solo = new Solo([puppetOf(2, { incarnation: 5 }), teller], { eligible: false, sealed: true, ...overrides });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  return { solo, teller };
}

Deno.test("strangers that are heard of are bounded, and so is what is passed on of them", () => {
  const { solo, teller } = village();
  const at = (n: number): Puppet => puppetOf(n, { address: `10.1.${n >> 8}.${n & 255}:1` });
  for (let n = 100; n < 100 + 2 * LIMITS.strangers; n++) solo.tell(teller, alive(at(n)));
  assertEquals(solo.ids.length, 2 + LIMITS.strangers);
  assert(solo.state.membership.broadcasts.size <= 3 + LIMITS.strangers);
  const refused = ofKind(solo.tell(teller, alive(puppetOf(9))), "dropped").map(({ reason }) => reason);
  assertEquals(refused, ["too-many-members"]);
  for (let n = 100; n < 100 + 2 * LIMITS.strangers; n++) solo.tell(teller, dead(at(n), true));
  solo.advance(2 * TIMEOUT);
  solo.tell(teller, alive(puppetOf(9)));
  assert(solo.ids.includes("m9"), "one that is gone makes room");
  assert(solo.state.membership.peers.size <= 2 + LIMITS.strangers);
  solo.advance(80 * TIMEOUT);
  assertEquals(solo.state.membership.peers.size, 2);
});

const anyNumber = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(EPOCH, LIMITS.maxTerm - 1, LIMITS.maxTerm));
const anyone = fc.record({
  address: fc.oneof(fc.integer({ min: 1, max: 8 }).map(addressOf), fc.constantFrom("[::1]:1", "__proto__")),
  boot: fc.oneof(fc.integer({ min: 1, max: 8 }).map(bootOf), fc.constant(bootOf(0x200))),
  incarnation: anyNumber,
});
const anyRumor: fc.Arbitrary<Rumor> = fc.oneof(
  fc.tuple(anyone, fc.constantFrom("m1", "m2", "m3", "m4", "m5", "__proto__")).map(([subject, id]) =>
    alive(puppetOf(9), { ...subject, id })
  ),
  fc.tuple(anyone, fc.integer({ min: 1, max: 20 }).map(bootOf)).map(([subject, by]) => suspect(subject, by)),
  fc.tuple(anyone, fc.boolean()).map(([subject, left]) => dead(subject, left)),
);
const anyTold = fc.record({
  rumors: fc.array(anyRumor, { maxLength: 6 }),
  after: fc.constantFrom(0, 0, 10, INTERVAL, TIMEOUT, 21 * TIMEOUT),
});

Deno.test("whatever a member with the secret tells, what is remembered fits together and stays bounded", () => {
  fc.assert(
    fc.property(fc.array(anyTold, { maxLength: 30 }), fc.boolean(), (told, lifeguard) => {
      const { solo, teller } = village({ lifeguard });
      for (const { rumors, after } of told) {
        solo.tell(teller, ...rumors);
        solo.advance(after);
        const { peers, byBoot, byId, orders, suspects, probing, broadcasts, lookups } = solo.state.membership;
        const living = [...peers.values()].filter((member) => member.alive);
        assertEquals([byBoot.size, byId.size], [living.length, living.length]);
        assertEquals(orders.credible.size + orders.strangers.size, living.length);
        const absent = [...peers.values()].filter((member) => member.configured && !member.alive);
        assertEquals(orders.absent.size, absent.length);
        for (const member of living) assert(byBoot.get(member.boot) === member && byId.get(member.id) === member);
        for (const member of [...suspects, ...probing.peers]) {
          assert(member.alive && peers.get(member.address) === member);
        }
        for (const member of suspects) assert(member.suspicion !== undefined && member.suspicion.by.size <= 4);
        for (const member of lookups) assert(peers.get(member.address) === member);
        assert(peers.size <= 10 && broadcasts.size <= 11, `${peers.size} members, ${broadcasts.size} rumors`);
        assert(solo.state.membership.incarnation < LIMITS.maxTerm);
      }
    }),
    { numRuns: 300 },
  );
});
