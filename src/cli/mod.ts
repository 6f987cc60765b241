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

import process from "node:process";
import { isProgram } from "./is_program.ts";
import { run } from "./program.ts";

/**
 * Runs the command line with these arguments, in this process's environment; resolves with the exit code, and never
 * rejects for what the user did wrong.
 */
export function main(args: readonly string[]): Promise<number> {
  return run(args, process.env);
}

// Without a top-level await: Node can require only what has none.
if (isProgram(import.meta)) void main(process.argv.slice(2)).then((code) => process.exit(code));
