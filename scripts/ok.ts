/**
 * `deno task ok`: everything that must hold before a change is done.
 *
 * @module
 */

import { NPM_IMPORTS, show } from "./harness/process.ts";
import { readConfig } from "./npm/manifest.ts";
import { runSteps, type Step } from "./steps.ts";
import type { Tally } from "./tally.ts";
import { denoTest, quickTests } from "./test.ts";
import { testNpm } from "./test_npm.ts";

/** A step that is one command of Deno, passed or failed as a whole. */
function deno(name: string, ...args: string[]): Step {
  return {
    name,
    async run(): Promise<Tally> {
      const ok = await show(Deno.execPath(), args);
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
    },
  };
}

/** The modules that are published, as paths. */
async function entries(): Promise<string[]> {
  return Object.values((await readConfig()).exports);
}

const STEPS: readonly Step[] = [
  deno("format", "fmt", "--check"),
  deno("lint", "lint"),
  deno("types", "check", NPM_IMPORTS, "mod.ts", "src", "tests", "scripts"),
  deno("tidy", "task", "tidy"),
  // Types of other packages are documented there.
  deno("docs of what is public", "doc", "--lint", "--no-npm", NPM_IMPORTS, ...await entries()),
  { name: "docs", run: () => denoTest(["--doc", "mod.ts", "src", "README.md"]) },
  { name: "tests", run: () => quickTests({ types: false }) },
  deno("publish, a dry run", "publish", "--dry-run", "--allow-dirty"),
  { name: "npm package in the Node at hand", run: () => testNpm({ here: true, others: [] }) },
];

if (import.meta.main) Deno.exit(await runSteps(STEPS));
