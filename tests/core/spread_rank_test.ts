/** How evenly elections fall on members, and how few move. */

import { assert, assertEquals } from "@std/assert";
import { affinity } from "../../src/core/election/named/rank.ts";

const SETS = 1000;
const ELECTIONS = Array.from({ length: 1000 }, (_, index) => `shard-${index}`);

/** Ids as people have them: pods, addresses, hosts, random ones. */
function idsOf(set: number, size: number): string[] {
  const styles = [
    (index: number) => `app-${set}-${index}`,
    (index: number) => `10.${set % 250}.${index}.7:12345`,
    (index: number) => `host${String(index).padStart(3, "0")}.rack${set}.example`,
    (index: number) => (Math.imul(set * 31 + index + 1, 0x9e3779b1) >>> 0).toString(16),
  ];
  return Array.from({ length: size }, (_, index) => styles[set % styles.length]!(index));
}

function firstOf(election: string, ids: readonly string[]): string {
  return ids.reduce((first, id) => affinity(election, id) > affinity(election, first) ? id : first);
}

for (const [size, most] of [[3, 1.25], [5, 1.25], [10, 1.4]] as const) {
  Deno.test(`of ${SETS} sets of ${size} members, none has one that leads more than ${most} times the mean`, () => {
    let worst = 0;
    for (let set = 0; set < SETS; set++) {
      const ids = idsOf(set, size);
      const shares = new Map(ids.map((id) => [id, 0]));
      for (const election of ELECTIONS) {
        const first = firstOf(election, ids);
        shares.set(first, shares.get(first)! + 1);
      }
      worst = Math.max(worst, Math.max(...shares.values()) * size / ELECTIONS.length);
    }
    console.log(`  the fullest of ${SETS} sets of ${size}: ${worst.toFixed(3)} times the mean`);
    assert(worst <= most, `at most ${most} times the mean, got ${worst}`);
  });
}

Deno.test("when a member comes, elections move to it and to no other", () => {
  const ids = idsOf(1, 5);
  const before = ids.slice(0, 4);
  for (const election of ELECTIONS) {
    const [old, now] = [firstOf(election, before), firstOf(election, ids)];
    assertEquals(now, now === ids[4] ? ids[4] : old);
  }
});
