/**
 * Whether a module is what somebody has started.
 *
 * @module
 */

import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * Whether a module is the program that this process runs, and not a part of another; `meta` is its `import.meta`. The standard's
 * own answer to this is known to Node from 24.2 on only, and what builds the npm package does not type-check it.
 */
export function isProgram(meta: ImportMeta): boolean {
  const { Deno } = globalThis as { readonly Deno?: { readonly mainModule?: string } };
  if (Deno !== undefined) {
    // Of what came from a registry Deno says what it was asked for, `jsr:@polis/democracy@1/cli`; a worker has no main module.
    return Deno.mainModule !== undefined && isSame(meta.resolve(Deno.mainModule), meta.url);
  }
  const [, script] = process.argv;
  return script !== undefined && meta.url.startsWith("file:") && isSameFile(script, fileURLToPath(meta.url));
}

function isSame(one: string, other: string): boolean {
  if (one === other) return true;
  return one.startsWith("file:") && other.startsWith("file:") && isSameFile(fileURLToPath(one), fileURLToPath(other));
}

/** npm starts a program by a link to it. */
function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    // What was started need not be a file: `node --eval` has arguments, too.
    return false;
  }
}
