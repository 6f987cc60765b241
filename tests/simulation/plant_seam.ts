/**
 * The library and its simulator with a function replaced.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Outcome } from "../../scripts/simulate/run_seed.ts";
import type { SeamMutant } from "./seam_mutants.ts";

const ROOT = new URL("../../", import.meta.url);
/** What may hold the function, and what runs beside it. */
const CODE = ["src/core/", "src/wire/"];
const BESIDE = [
  "scripts/simulate/",
  "scripts/harness/",
  "src/transport/",
  "src/options/",
  "src/base/",
  "src/leadership/",
  "src/stats/",
];

/** The simulator of a planted library. */
export interface PlantedSimulator {
  /** Runs a seed of the sweep. */
  seed(seed: number): Outcome;
  /** Walks. */
  walk(seed: number): Outcome;
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* filesIn(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}

/** Replaces the one function of that name, if the text has it. */
function replaced(text: string, { of, instead }: SeamMutant): string | undefined {
  const declared = new RegExp(`^(export )?function ${of}\\b`, "mu");
  const [, exported = ""] = declared.exec(text) ?? [];
  if (!declared.test(text)) return undefined;
  const planted =
    `${exported}function ${of}(...args: any[]): any { return ((${instead}) as any)(${of}$real, ...args); }`;
  return `${text.replace(declared, () => `function ${of}$real`)}\n${planted}\n`;
}

/** Copies all that runs into a folder, with the bug planted, and loads it. */
export async function plantSeam(mutant: SeamMutant, folder: string): Promise<PlantedSimulator> {
  let planted = 0;
  for (const place of [...CODE, ...BESIDE]) {
    for await (const path of filesIn(place)) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      const changed = CODE.includes(place) ? replaced(text, mutant) : undefined;
      if (changed !== undefined) planted++;
      const target = `${folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, changed ?? text);
    }
  }
  for (const name of ["limits.ts", "errors.ts", "logger.ts", "options.ts"]) {
    await Deno.copyFile(new URL(`src/${name}`, ROOT), `${folder}/src/${name}`);
  }
  assertEquals(planted, 1, `functions of the core and the wire that are called ${mutant.of}`);
  const load = (path: string) => import(new URL(`file://${folder}/${path}`).href);
  const core = await load("src/core/citizen.ts");
  const { carryOf } = await load("scripts/simulate/carry.ts");
  const { runSeed } = await load("scripts/simulate/run_seed.ts");
  const { runWalk } = await load("scripts/simulate/explore/run_walk.ts");
  return {
    seed: (seed) => runSeed(core, seed, carryOf(seed)),
    walk: (seed) => runWalk(core, seed, carryOf(seed)),
  };
}
