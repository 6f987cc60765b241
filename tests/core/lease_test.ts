import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { leaseFrom, leaseLength, quorumOf } from "../../src/core/election/lease.ts";

Deno.test("a quorum is a majority, or more where more is asked for, or one in plain democracy", () => {
  const table: [quorum: "majority" | "none" | number, clusterSize: number, expected: number][] = [
    ["majority", 1, 1],
    ["majority", 2, 2],
    ["majority", 3, 2],
    ["majority", 4, 3],
    ["majority", 5, 3],
    ["majority", 1025, 513],
    ["majority", Infinity, Infinity],
    ["none", 1, 1],
    ["none", 5, 1],
    ["none", Infinity, 1],
    [1, 5, 3],
    [3, 5, 3],
    [4, 5, 4],
    [5, 5, 5],
    [3, 7, 4],
  ];
  for (const [quorum, clusterSize, expected] of table) {
    assertEquals(quorumOf(quorum, clusterSize), expected, `${quorum} of ${clusterSize}`);
  }
});

Deno.test("two quorums always share a voter, unless it is plain democracy", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 }), (size, wish) => {
    assert(2 * quorumOf("majority", size) > size);
    assert(2 * quorumOf(wish, size) > size);
  }));
});

Deno.test("the lease counts from the quorum-th newest granted claim", () => {
  const at = (now: number): { now: number; wall: number } => ({ now, wall: 1_000_000 + now });
  const table: [granted: number[], quorum: number, from: number | undefined][] = [
    [[], 1, undefined],
    [[5], 1, 5],
    [[5], 2, undefined],
    [[5, 9], 2, 5],
    [[9, 5], 1, 9],
    [[9, 5, 7], 2, 7],
    [[5, 7, 9], 3, 5],
    [[5, 5, 5], 2, 5],
    [[100, 9], 2, 9],
    [[-3, 2], 2, -3],
    [[5, 7, 9], Infinity, undefined],
  ];
  for (const [granted, quorum, from] of table) {
    const expected = from === undefined ? undefined : at(from);
    assertEquals(leaseFrom(granted.map(at), quorum), expected, `${granted} with ${quorum}`);
  }
});

Deno.test("at least a quorum granted at or after the time that a lease counts from", () => {
  const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 9 });
  fc.assert(fc.property(times, fc.integer({ min: 1, max: 9 }), (granted, quorum) => {
    const from = leaseFrom(granted.map((now) => ({ now, wall: now })), quorum);
    assertEquals(from !== undefined, granted.length >= quorum);
    if (from !== undefined) assert(granted.filter((now) => now >= from.now).length >= quorum);
  }));
});

Deno.test("a holder believes for shorter than a voter promises, by the drift", () => {
  assertEquals(leaseLength(1000, 0.01), 990);
  assertEquals(leaseLength(500, 0), 500);
  assertEquals(leaseLength(60_000, 0.1), 54_000);
});
