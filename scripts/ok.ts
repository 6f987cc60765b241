/**
 * `deno task ok`: everything that must hold before a change is done. Each step says what it does and how long it took;
 * the last line counts what passed and failed: each test, and each step that is no test.
 *
 * @module
 */

import { chooseImports, importFlags } from "./imports.ts";
import { show } from "./process.ts";
import { closingLine, sum, type Tally } from "./tally.ts";
import { denoTest } from "./test.ts";
import { testNpm } from "./test_npm.ts";

interface Step {
  readonly name: string;
  run(): Promise<Tally>;
}

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

async function steps(): Promise<Step[]> {
  const imports = importFlags(await chooseImports());
  return [
    deno("format", "fmt", "--check"),
    deno("lint", "lint"),
    deno("types", "check", ...imports, "mod.ts", "src", "tests", "scripts"),
    deno("tidy", "task", "tidy"),
    { name: "docs", run: () => denoTest(["--doc", "mod.ts", "src", "README.md"]) },
    { name: "tests", run: () => denoTest(["tests"]) },
    deno("publish, a dry run", "publish", "--dry-run", "--allow-dirty"),
    { name: "npm package in Node", run: () => testNpm() },
  ];
}

async function runStep({ name, run }: Step, place: string): Promise<Tally> {
  console.log(`\n== ${place} ${name}`);
  const started = performance.now();
  let tally: Tally;
  try {
    tally = await run();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    tally = { passed: 0, failed: 1 };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${place} ${name}: ${tally.failed === 0 ? "ok" : "FAILED"} after ${seconds} s, ${closingLine(tally)}`);
  return tally;
}

async function main(): Promise<void> {
  const all = await steps();
  const tallies: Tally[] = [];
  const broken: string[] = [];
  for (const [index, step] of all.entries()) {
    const tally = await runStep(step, `${index + 1}/${all.length}`);
    tallies.push(tally);
    if (tally.failed > 0) broken.push(step.name);
  }
  const total = sum(tallies);
  console.log(broken.length === 0 ? "\nAll is well." : `\nTo mend: ${broken.join(", ")}`);
  console.log(closingLine(total));
  Deno.exit(total.failed === 0 ? 0 : 1);
}

if (import.meta.main) await main();
