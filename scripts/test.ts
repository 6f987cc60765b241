/**
 * `deno task test`: the tests that every change is tried on, in a few minutes. Files, folders
 * and flags of `deno test` may follow; then these run alone, and whatever they are.
 *
 * @module
 */

import { resolve } from "node:path";
import { capture, NPM_IMPORTS, print, ROOT } from "./harness/process.ts";
import { closingLine, sum, type Tally } from "./tally.ts";
import { runDenoTests } from "./test/deno_tests.ts";
import { isRest, isTimed, modulesIn, patienceFor, REST, testFiles } from "./test/groups.ts";
import { type Job, runJobs } from "./test/pool.ts";
import { PATIENCE, type TestRun } from "./test/watched.ts";

const NO_RUN: TestRun = { tally: { passed: 0, failed: 0 }, failures: [] };

/** Runs `deno test -A` with these arguments; its output is shown as it comes. */
export async function denoTest(args: readonly string[]): Promise<Tally> {
  await fetchAll();
  const run = await runDenoTests(args, { write: print, patience: patienceFor(args) });
  tellFailures(run.failures);
  return run.tally;
}

function tellFailures(failures: readonly string[]): void {
  if (failures.length > 0) console.log(`\nFAILED:\n${failures.map((each) => `  ${each}`).join("\n")}`);
}

/** One file of tests. Others run beside it, so what it prints is shown when it has ended. */
function jobOf(file: string): Job<TestRun> {
  return {
    name: file,
    timed: isTimed(file),
    async run(): Promise<TestRun> {
      let text = "";
      // Types are checked once, for all.
      const run = await runDenoTests(["--no-check", file], {
        write: (part) => text += part,
        onWait: (at) => console.log(`... still at ${at}`),
      });
      print(text);
      return run;
    },
  };
}

const TYPES: Job<TestRun> = {
  name: "types",
  timed: false,
  async run(): Promise<TestRun> {
    const args = ["check", NPM_IMPORTS, "mod.ts", "src", "tests", "scripts"];
    const { ok, stdout, stderr, timedOut } = await capture(Deno.execPath(), args, { timeout: PATIENCE.start });
    if (ok) return NO_RUN;
    print(stdout + stderr);
    return { tally: { passed: 0, failed: 1 }, failures: [`types${timedOut ? `, after ${PATIENCE.start} ms` : ""}`] };
  },
};

let fetched: Promise<void> | undefined;

/** Programs are started in the middle of tests: what is fetched only then makes them late. */
function fetchAll(): Promise<void> {
  fetched ??= (async () => {
    const modules = await Array.fromAsync(modulesIn("src", "tests", "scripts"));
    const { ok, stderr } = await capture(Deno.execPath(), ["cache", NPM_IMPORTS, "mod.ts", ...modules]);
    if (!ok) console.log(`Not all that the tests import could be fetched:\n${stderr}`);
  })();
  return fetched;
}

/** Runs files of tests side by side, and tells in the end what failed. */
export async function testFilesInLanes(
  files: readonly string[],
  { types }: { readonly types: boolean },
): Promise<Tally> {
  await fetchAll();
  const jobs = [...(types ? [TYPES] : []), ...files.map(jobOf)];
  const runs = await runJobs(jobs, navigator.hardwareConcurrency);
  tellFailures(runs.flatMap(({ failures }) => failures));
  return sum(runs.map(({ tally }) => tally));
}

/** Runs what every change is tried on; types are checked unless somebody has done so. */
export async function quickTests({ types = true }: { readonly types?: boolean } = {}): Promise<Tally> {
  const files = (await testFiles()).filter((file) => !isRest(file));
  const tally = await testFilesInLanes(files, { types });
  console.log(`\nLeft to "deno task test:all":\n${REST.map(({ path, why }) => `  ${path}: ${why}`).join("\n")}`);
  return tally;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(resolve(ROOT, path));
    return true;
  } catch {
    return false;
  }
}

async function main(args: string[]): Promise<Tally> {
  if (args.length === 0) return await quickTests();
  const named = await Promise.all(args.map(exists));
  if (named.includes(true)) return await denoTest(args);
  return await denoTest([...args, ...(await testFiles()).filter((file) => !isRest(file))]);
}

if (import.meta.main) {
  const started = performance.now();
  const tally = await main(Deno.args);
  console.log(`\nafter ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(closingLine(tally));
  Deno.exit(tally.failed === 0 ? 0 : 1);
}
