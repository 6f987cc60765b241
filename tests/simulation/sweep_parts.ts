/**
 * The sweep of a thousand seeds, in parts of a hundred.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import { replayCommand, seedsFrom, sweep, type Totals } from "../../scripts/simulate/sweep.ts";

/** The first seed, and the number of all. */
export const FIRST = 1;
export const SEEDS = 1000;
/** Seeds in a part. */
export const PART = 100;

function failures({ failures }: Totals): string {
  return failures.map(({ seed, text }) => `${replayCommand(seed)}    ${text}`).join("\n");
}

/** A test for each of so many parts, from the part that begins with that seed on. */
export function testParts(first: number, parts: number): void {
  for (let part = 0; part < parts; part++) testPart(first + part * PART);
}

function testPart(from: number): void {
  Deno.test(`every promise holds in seeds ${from} to ${from + PART - 1}`, () => {
    const totals = sweep(core, seedsFrom(from, PART));
    assertEquals(failures(totals), "", "seeds in which a promise did not hold");
    assertEquals(totals.seeds, PART, "seeds that were run");
    const kinds = [
      ...["crash", "close", "pause", "suspend", "wall-step", "clock-rate", "partition", "one-way partition"],
      ...["link", "link heal", "voter rollout", "timeout rollout", "anew", "advance-term"],
    ];
    for (const kind of kinds) assert((totals.faults[kind] ?? 0) > 0, `no ${kind} in ${PART} seeds`);
    assert(totals.worst > 0, "somebody could have been elected, and was not for a while: the checker looked");
    assert(totals.elections > PART, `${totals.elections} elections`);
    assert(totals.handovers > 0, "no hand-over");
  });
}
