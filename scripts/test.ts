/**
 * `deno task test`: the tests with the imports that can be had here. Files, folders and flags of `deno test` may
 * follow; without a file it runs everything in `tests/`.
 *
 * @module
 */

import { chooseImports, importFlags } from "./imports.ts";
import { ROOT, show } from "./process.ts";
import { closingLine, type Tally, tallyOfJUnit, withExit } from "./tally.ts";

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** ms after which a run is given up: a test hangs. */
const LIMIT = 1_800_000;

/** Runs `deno test -A` with these arguments, in the root of the repository; its output is shown. */
export async function denoTest(args: readonly string[]): Promise<Tally> {
  const report = await Deno.makeTempFile({ prefix: "democracy_", suffix: ".xml" });
  try {
    const flags = [...importFlags(await chooseImports()), `--junit-path=${report}`];
    const ok = await show(Deno.execPath(), ["test", "-A", ...flags, ...args], { timeout: LIMIT });
    return withExit(tallyOfJUnit(await Deno.readTextFile(report)), ok);
  } finally {
    await Deno.remove(report);
  }
}

async function main(args: string[]): Promise<void> {
  const named = await Promise.all(args.map((arg) => exists(`${ROOT}/${arg}`)));
  const tally = await denoTest(named.includes(true) ? args : [...args, "tests"]);
  console.log(closingLine(tally));
  Deno.exit(tally.failed === 0 ? 0 : 1);
}

if (import.meta.main) await main(Deno.args);
