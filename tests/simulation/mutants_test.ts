import { assert, assertNotEquals } from "@std/assert";
import { runSeed } from "../../scripts/simulate/run_seed.ts";
import { carryOf } from "../../scripts/simulate/carry.ts";
import { isCrowd } from "../../scripts/simulate/seed_plan.ts";
import { seedsFrom } from "../../scripts/simulate/sweep.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";
import { plant } from "./plant.ts";

/** The seeds that the sweep of the real core runs, and passes. */
const FIRST = 1;
const SEEDS = 1000;

/** All seeds, those of crowds first where only they can tell. */
function seedsFor({ crowd = false }: Mutant): readonly number[] {
  const seeds = [...seedsFrom(FIRST, SEEDS)];
  return crowd ? [...seeds.filter(isCrowd), ...seeds.filter((seed) => !isCrowd(seed))] : seeds;
}

for (const mutant of MUTANTS) {
  Deno.test(`the sweep finds: ${mutant.bug}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const core = await plant(mutant, folder);
      for (const [index, seed] of seedsFor(mutant).entries()) {
        const { failure } = runSeed(core, seed, carryOf(seed));
        if (failure === undefined) continue;
        assertNotEquals(failure.check, "throws", failure.text);
        console.log(`  found by seed ${seed}, the ${index + 1}. of ${SEEDS}: ${failure.text}`);
        return;
      }
      assert(false, `not found in ${SEEDS} seeds`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
