/**
 * `deno task tidy`: the rules of style that neither the formatter nor the linter knows. Ends with 1 when one is broken.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { factsOf, type SourceText } from "./tidy/facts.ts";
import { staleRules } from "./tidy/layers.ts";
import { type Finding, inspect } from "./tidy/rules.ts";
import { trespasses } from "./tidy/wings.ts";

const ROOT = new URL("../", import.meta.url);

const PLACES = ["mod.ts", "src", "tests", "scripts"];

async function* sourcesIn(path: string): AsyncGenerator<SourceText> {
  const url = new URL(path, ROOT);
  const { isDirectory } = await Deno.stat(url);
  if (!isDirectory) {
    if (/\.(ts|mts|mjs)$/.test(path)) yield { path, text: await Deno.readTextFile(url) };
    return;
  }
  const names = await Array.fromAsync(Deno.readDir(url), ({ name }) => name);
  for (const name of names.sort()) yield* sourcesIn(`${path}/${name}`);
}

async function main(): Promise<void> {
  const files = (await Promise.all(PLACES.map((place) => Array.fromAsync(sourcesIn(place))))).flat();
  const wings = trespasses(files).map((each): Finding => ({ ...each, rule: "wings", fatal: true }));
  const facts = files.map(factsOf);
  const stale = staleRules(facts).map((name): Finding => ({
    ...{ path: "scripts/tidy/layers.ts", line: 1, rule: "stale", fatal: true },
    message: `${name} is allowed, or named, and not there`,
  }));
  const findings = [...inspect(facts), ...wings, ...stale];
  for (const { path, line, rule, message, fatal } of findings) {
    console.log(`${fatal ? "error" : "advice"} ${path}:${line} ${rule}: ${message}`);
  }
  const errors = findings.filter(({ fatal }) => fatal).length;
  console.log(`tidy: ${files.length} files in ${fileURLToPath(ROOT)}, ${errors} to mend`);
  Deno.exit(errors === 0 ? 0 : 1);
}

if (import.meta.main) await main();
