import { assert, assertNotEquals } from "@std/assert";
import { seedsFrom } from "../../scripts/simulate/sweep.ts";
import { plantSeam } from "./plant_seam.ts";
import { SEAM_MUTANTS } from "./seam_mutants.ts";

const FIRST = 1;
/** Seeds, and as many walks, one after the other in turns. */
const SEEDS = 1000;

for (const mutant of SEAM_MUTANTS) {
  Deno.test(`seeds and walks find: ${mutant.bug} (${mutant.of})`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { seed: runSeed, walk } = await plantSeam(mutant, folder);
      for (const seed of seedsFrom(FIRST, SEEDS)) {
        const found = [runSeed, walk].map((run) => run(seed).failure).find((failure) => failure !== undefined);
        if (found === undefined) continue;
        assertNotEquals(found.check, "throws", found.text);
        console.log(`  found by seed ${seed}: ${found.text}`);
        return;
      }
      assert(false, `not found by ${SEEDS} seeds and as many walks`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
