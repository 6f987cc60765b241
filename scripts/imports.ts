/**
 * Where the development dependencies come from: JSR, or npm alone where JSR does not answer. The published
 * code needs npm in both cases; only the assertions of the tests and the npm builder live on JSR. Both ways
 * resolve to different files, so no one lockfile fits both: `deno.json` turns it off.
 *
 * @module
 */

import { capture, ROOT } from "./process.ts";

/** `jsr` when the imports of `deno.json` hold, `npm` when the override takes their place. */
export type Imports = "jsr" | "npm";

/** Carries the answer to the programs that a task starts; a user may set it, too. */
export const IMPORTS_VARIABLE = "POLIS_IMPORTS";

const OVERRIDE = "tests/npm_only.import_map.json";

const PROBE_TIMEOUT = 15_000;

async function specifierOf(name: string): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  return config.imports[name];
}

/** Whether the dependency that `deno.json` calls `name` can be had. */
export async function answers(name: string): Promise<boolean> {
  const result = await capture(Deno.execPath(), ["info", "--json", await specifierOf(name)], {
    timeout: PROBE_TIMEOUT,
  });
  return result.ok && !result.stdout.includes('"error":');
}

/** Finds out which imports to use, once in a run, and says so. */
export async function chooseImports(): Promise<Imports> {
  const given = Deno.env.get(IMPORTS_VARIABLE);
  if (given === "jsr" || given === "npm") return given;
  if (given !== undefined) throw new TypeError(`${IMPORTS_VARIABLE} must be "jsr" or "npm", got "${given}"`);
  const chosen: Imports = await answers("@std/assert") ? "jsr" : "npm";
  console.log(
    chosen === "jsr"
      ? "imports: JSR answers, the imports of deno.json are used"
      : `imports: JSR does not answer, npm alone is used (${OVERRIDE})`,
  );
  Deno.env.set(IMPORTS_VARIABLE, chosen);
  return chosen;
}

/** The flags of `deno run`, `test` and `check` for the imports chosen. */
export function importFlags(imports: Imports): string[] {
  return imports === "jsr" ? [] : [`--import-map=${ROOT}/${OVERRIDE}`];
}
