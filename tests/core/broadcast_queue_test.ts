import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AliveRumor, DeadRumor, Rumor, SuspectRumor } from "../../src/core/message/message.ts";
import { bytesOf, LEAST_RUMOR_BYTES } from "../../src/core/membership/rumor.ts";
import { BroadcastQueue } from "../../src/core/membership/broadcast_queue.ts";
import { addressOf, bootOf } from "./harness.ts";

const PLENTY = 10_000;

function dead(n: number, incarnation = 1): DeadRumor {
  return { kind: "dead", address: addressOf(n), boot: bootOf(n), incarnation, left: false };
}

function suspect(n: number): SuspectRumor {
  return { kind: "suspect", address: addressOf(n), boot: bootOf(n), incarnation: 1, by: bootOf(99) };
}

function alive(n: number, id = `m${n}`): AliveRumor {
  return {
    ...{ kind: "alive", address: addressOf(n), boot: bootOf(n) },
    ...{ incarnation: 1, id, weight: 0, eligible: true },
  };
}

function told(rumors: readonly Rumor[]): string {
  return rumors.map(({ kind, address }) => `${kind} ${address.slice(7, -5)}`).join(", ");
}

Deno.test("the rumors that were told the fewest times come first", () => {
  const mill = new BroadcastQueue();
  mill.spread(dead(1));
  mill.spread(dead(2));
  assertEquals(told(mill.take(PLENTY, 9)), "dead 1, dead 2");
  mill.spread(dead(3));
  assertEquals(told(mill.take(LEAST_RUMOR_BYTES, 9)), "dead 3");
  assertEquals(told(mill.take(2 * LEAST_RUMOR_BYTES, 9)), "dead 1, dead 2");
  assertEquals(told(mill.take(LEAST_RUMOR_BYTES, 9)), "dead 3", "it was told once, the others twice");
});

Deno.test("a rumor is told as often as the limit says, and then no more", () => {
  const mill = new BroadcastQueue();
  mill.spread(dead(1));
  for (let time = 0; time < 4; time++) assertEquals(told(mill.take(PLENTY, 4)), "dead 1");
  assertEquals(mill.take(PLENTY, 4), []);
  assertEquals(mill.size, 0);
});

Deno.test("what is told in vain does not count as told", () => {
  const mill = new BroadcastQueue();
  mill.spread(dead(1));
  for (let time = 0; time < 9; time++) assertEquals(told(mill.take(PLENTY, 2, true)), "dead 1");
  for (let time = 0; time < 2; time++) assertEquals(told(mill.take(PLENTY, 2)), "dead 1");
  assertEquals(mill.size, 0);
});

Deno.test("a limit that has fallen below how often a rumor was told ends it", () => {
  const mill = new BroadcastQueue();
  mill.spread(dead(1));
  for (let time = 0; time < 6; time++) mill.take(PLENTY, 12);
  assertEquals(told(mill.take(PLENTY, 4)), "dead 1");
  assertEquals(mill.size, 0);
});

Deno.test("no more is told than there is room for, and what is too long lets shorter ones pass", () => {
  const mill = new BroadcastQueue();
  mill.spread(alive(1, "a".repeat(100)));
  mill.spread(dead(2));
  const { length } = mill.take(LEAST_RUMOR_BYTES - 1, 9);
  assertEquals(length, 0);
  assertEquals(told(mill.take(LEAST_RUMOR_BYTES, 9)), "dead 2");
  assertEquals(told(mill.take(bytesOf(alive(1, "a".repeat(100))), 9)), "alive 1");
});

Deno.test("of each member only the newest rumor is told, from the start", () => {
  const mill = new BroadcastQueue();
  mill.spread(alive(1));
  mill.take(PLENTY, 9);
  mill.spread(suspect(1));
  assertEquals(mill.size, 1);
  assertEquals(told(mill.take(PLENTY, 9)), "suspect 1");
  mill.spread(dead(1));
  mill.spread(alive(1));
  for (let time = 0; time < 9; time++) assertEquals(told(mill.take(PLENTY, 9)), "alive 1");
  assertEquals(mill.take(PLENTY, 9), []);
});

Deno.test("a rumor counts as the bytes it takes on the wire, whatever its id is written in", () => {
  const long = alive(1, "aé€𝄞".repeat(10));
  const utf8 = new TextEncoder().encode(long.id).length;
  assertEquals(bytesOf(long) - bytesOf(alive(1, "")), utf8);
  const wide = { ...dead(1), address: "[2001:db8::1]:7000" };
  assert(bytesOf(wide) > bytesOf(dead(1)));
  assertEquals(bytesOf(dead(1)), LEAST_RUMOR_BYTES);
});

const anyRumor = fc.tuple(fc.constantFrom(dead, suspect, alive), fc.integer({ min: 1, max: 20 }))
  .map(([make, n]): Rumor => make(n));
const anyDeed = fc.oneof(anyRumor, fc.record({ room: fc.integer({ min: 0, max: 400 }) }));

Deno.test("whatever is spread and taken, there is at most one rumor of each member, told in bounds", () => {
  const limit = 4;
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 200 }), (deeds) => {
      const mill = new BroadcastQueue();
      const times = new Map<string, number>();
      for (const deed of deeds) {
        if ("kind" in deed) {
          mill.spread(deed);
          times.set(deed.address, 0);
        } else {
          const rumors = mill.take(deed.room, limit);
          assert(rumors.reduce((bytes, rumor) => bytes + bytesOf(rumor), 0) <= deed.room);
          assertEquals(new Set(rumors.map(({ address }) => address)).size, rumors.length);
          for (const { address } of rumors) times.set(address, times.get(address)! + 1);
        }
        const waiting = [...times.values()].filter((count) => count < limit).length;
        assertEquals(mill.size, waiting);
        assert([...times.values()].every((count) => count <= limit));
      }
    }),
    { numRuns: 300 },
  );
});
