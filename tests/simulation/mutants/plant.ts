/**
 * The library and its simulator with a bug in them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Outcome } from "../../../scripts/simulate/run_seed.ts";
import { edit } from "./edit.ts";
import type { Change, Mutant } from "./mutant.ts";

const ROOT = new URL("../../../", import.meta.url);
/** What may hold the bug. */
const CODE = ["src/core/", "src/wire/"];
/** What runs beside it. */
const BESIDE = [
  ...["scripts/simulate/", "scripts/harness/"],
  ...["src/transport/", "src/options/", "src/base/", "src/leadership/", "src/stats/"],
];
const ALONE = ["src/limits.ts", "src/errors.ts", "src/logger.ts", "src/options.ts"];
/** What looks at it, without a network. */
const TESTS = ["tests/core/", "tests/wire/"];

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

/** Copies all that runs into a folder, with the bug planted. */
async function plant({ changes }: Mutant, folder: string, beside: readonly string[]): Promise<void> {
  const planted = new Map<Change, number>(changes.map((change) => [change, 0]));
  const copy = async (path: string, isMutated: boolean) => {
    let text = await Deno.readTextFile(new URL(path, ROOT));
    for (const change of isMutated ? changes : []) {
      if (!path.endsWith(`${change.in ?? ""}.ts`)) continue;
      const changed = edit(text, change);
      if (changed === undefined) continue;
      planted.set(change, planted.get(change)! + 1);
      text = changed;
    }
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
  };
  for (const place of [...CODE, ...beside]) {
    for await (const path of filesIn(place)) await copy(path, CODE.includes(place));
  }
  for (const path of ALONE) await copy(path, false);
  for (const [{ of }, count] of planted) {
    assertEquals(count, 1, `functions of the core and the wire that are called ${of}`);
  }
}

/** Plants the bug, and loads what runs seeds and walks with it. */
export async function plantForSimulator(mutant: Mutant, folder: string): Promise<PlantedSimulator> {
  await plant(mutant, folder, BESIDE);
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

/** Plants the bug, and runs tests of the core or the wire. Returns those that fail. */
export async function plantForTests(mutant: Mutant, tests: string, folder: string): Promise<readonly string[]> {
  await plant(mutant, folder, [...BESIDE, ...TESTS]);
  await Deno.copyFile(new URL("deno.json", ROOT), `${folder}/deno.json`);
  const map = new URL("tests/npm_only.import_map.json", ROOT).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", `--import-map=${map}`, "--reporter=dot", tests],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  return [...new Set([...said.matchAll(/^.+? => \.\/tests\/\S+?(?=:\d+:\d+$)/gmu)].map(([test]) => test))];
}
