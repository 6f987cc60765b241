import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Core } from "../../scripts/simulate/core.ts";
import { runSeed } from "../../scripts/simulate/run_seed.ts";
import { carryOf } from "../../scripts/simulate/carry.ts";
import { isCrowd } from "../../scripts/simulate/seed_plan.ts";
import { seedsFrom } from "../../scripts/simulate/sweep.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

/** The seeds that the sweep of the real core runs, and passes. */
const FIRST = 1;
const SEEDS = 1000;

/** All seeds, those of crowds first where only they can tell. */
function seedsFor({ crowd = false }: Mutant): readonly number[] {
  const seeds = [...seedsFrom(FIRST, SEEDS)];
  return crowd ? [...seeds.filter(isCrowd), ...seeds.filter((seed) => !isCrowd(seed))] : seeds;
}

/** The files of a folder and of those in it, by their paths from there. */
async function filesOf(folder: URL, path = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, folder))) {
    if (isDirectory) found.push(...await filesOf(folder, `${path}${name}/`));
    else found.push(`${path}${name}`);
  }
  return found;
}

/** Copies the core to a folder of its own with the bug planted, and imports it. */
async function plant({ patches }: Mutant, folder: string): Promise<Core<unknown>> {
  const source = new URL("../../src/", import.meta.url);
  await Deno.copyFile(new URL("limits.ts", source), `${folder}/limits.ts`);
  for (const name of await filesOf(new URL("core/", source))) {
    let text = await Deno.readTextFile(new URL(`core/${name}`, source));
    await Deno.mkdir(new URL(".", `file://${folder}/core/${name}`), { recursive: true });
    for (const { file, find, replace } of patches) {
      if (file !== name) continue;
      assertEquals(text.split(find).length - 1, 1, `${file} holds exactly once: ${find}`);
      text = text.replace(find, () => replace);
    }
    await Deno.writeTextFile(`${folder}/core/${name}`, text);
  }
  return await import(new URL(`file://${folder}/core/citizen.ts`).href) as Core<unknown>;
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
