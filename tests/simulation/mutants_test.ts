import { assert, assertNotEquals } from "@std/assert";
import { isCrowd } from "../../scripts/simulate/seed_plan.ts";
import { seedsFrom } from "../../scripts/simulate/sweep.ts";
import { MUTANTS } from "./mutants/mod.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { plantForSimulator, plantForTests } from "./mutants/plant.ts";

/** The seeds that the sweep of the real core runs, and passes; and as many walks, one after the other in turns. */
const FIRST = 1;
const SEEDS = 1000;

/** All seeds, those first that found it once, or those of crowds where only they can tell. */
function seedsFor({ crowd = false, first = [] }: Mutant): readonly number[] {
  const seeds = [...seedsFrom(FIRST, SEEDS)];
  return [...first, ...(crowd ? [...seeds.filter(isCrowd), ...seeds.filter((seed) => !isCrowd(seed))] : seeds)];
}

async function findBySimulator(mutant: Mutant, folder: string): Promise<void> {
  const { seed: runSeed, walk } = await plantForSimulator(mutant, folder);
  for (const seed of seedsFor(mutant)) {
    const found = [runSeed, walk].map((run) => run(seed).failure).find((failure) => failure !== undefined);
    if (found === undefined) continue;
    assertNotEquals(found.check, "throws", found.text);
    console.log(`  found by seed ${seed}: ${found.text}`);
    return;
  }
  assert(false, `not found by ${SEEDS} seeds and as many walks`);
}

async function findByTests(mutant: Mutant, tests: string, folder: string): Promise<void> {
  const failed = await plantForTests(mutant, tests, folder);
  assert(failed.length > 0, `the tests in ${tests} pass`);
  console.log(`  found by ${failed.length} tests: ${failed[0]}`);
}

for (const mutant of MUTANTS) {
  const { bug, changes, byTests } = mutant;
  const where = [...new Set(changes.map(({ of }) => of))].join(", ");
  Deno.test(`${byTests === undefined ? "seeds and walks find" : "tests find"}: ${bug} (${where})`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      if (byTests === undefined) await findBySimulator(mutant, folder);
      else await findByTests(mutant, byTests, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
