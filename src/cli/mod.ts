#!/usr/bin/env node
/**
 * The command line of the library: `democracy join`, `exec`, `sidecar`, `status` and `manifests`.
 *
 * `npx @polis/democracy`, `deno run -A jsr:@polis/democracy/cli` and, once the npm package is installed, `democracy` start
 * it. It does not load with the library itself.
 *
 * @example From a program
 * ```ts
 * import { main } from "@polis/democracy/cli";
 *
 * console.log(await main(["--help"])); // 0
 * ```
 *
 * @module
 */

import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "./program.ts";

/**
 * Runs the command line with these arguments, in this process's environment; resolves with the exit code, and never
 * rejects for what the user did wrong.
 */
export function main(args: readonly string[]): Promise<number> {
  return run(args, process.env);
}

/** Whether this module is the program, and not a part of another; Node before 24.2 does not say. */
function isProgram(): boolean {
  if (import.meta.main !== undefined) return import.meta.main;
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isProgram()) process.exit(await main(process.argv.slice(2)));
