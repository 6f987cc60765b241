import { assert, assertEquals } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import { carryOf } from "../../scripts/simulate/carry.ts";
import { runWalk } from "../../scripts/simulate/explore/run_walk.ts";
import { replayCommand, seedsFrom } from "../../scripts/simulate/sweep.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { plantForSimulator } from "./mutants/plant.ts";

/** Faults that the core had, each with walks that found it once it was put back: they are walked first, and others where they do so no more. */
const FAULTS: readonly (Mutant & { readonly walks: readonly number[] })[] = [
  {
    bug: "a term is known by its number alone, without its candidate",
    changes: [{ of: "isReleasedTo", without: ["succeeds", "boot"] }],
    walks: [2555, 100968],
  },
  {
    bug: "a voter that restarted votes as soon as all others of its list are idle",
    changes: [{ of: "reviewQuarantine", without: ["plain", "until-idle", "isAll"] }],
    walks: [7, 372, 527],
  },
  {
    bug: "a voter that restarted with a shorter timeout withholds its vote for no longer than that",
    changes: [{ of: "quarantineOf", instead: "(real, { timeout }) => timeout" }],
    walks: [18, 93, 358],
  },
];

const FIRST = 1;
const WALKS = 400;
/** Walks within which a fault is found, in less than a minute. */
const ENOUGH = 5000;

for (const { walks, ...mutant } of FAULTS) {
  Deno.test(`exploration finds: ${mutant.bug}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { walk } = await plantForSimulator(mutant, folder);
      const found = [...walks, ...seedsFrom(FIRST, ENOUGH)].find((seed) => {
        return walk(seed).failure?.check === "two-leaders";
      });
      assert(found !== undefined, `no walk of ${ENOUGH} finds two leaders`);
      const { failure } = runWalk(core, found, carryOf(found));
      assertEquals(failure?.text, undefined, `${replayCommand(found, true)}: the core as it is`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test(`every promise holds in walks ${FIRST} to ${FIRST + WALKS - 1}`, () => {
  let [elections, worst] = [0, 0];
  const made = new Map<string, number>();
  for (const seed of seedsFrom(FIRST, WALKS)) {
    const outcome = runWalk(core, seed, carryOf(seed));
    assertEquals(outcome.failure?.text, undefined, replayCommand(seed, true));
    elections += outcome.elections;
    worst = Math.max(worst, outcome.worst);
    for (const [kind, count] of Object.entries(outcome.faults)) made.set(kind, (made.get(kind) ?? 0) + count);
  }
  assert(elections > WALKS, `${elections} elections in ${WALKS} walks`);
  assert(worst > 0, "somebody could have been elected, and was not for a while: the checker looked");
  for (
    const kind of ["links", "sides", "crash", "shorter list", "shorter timeout", "resign", "advance-term", "close"]
  ) {
    assert((made.get(kind) ?? 0) > 0, `no ${kind} in ${WALKS} walks`);
  }
});
