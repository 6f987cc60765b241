/**
 * Whether a module is what somebody has started.
 *
 * @module
 */

import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

/**
 * Whether a module is the program that this process runs, and not a part of another; `meta` is its `import.meta`. Deno and Node from
 * 24.2 on say so there. Older Nodes do not; nor do the types of Node, so that what builds the npm package does not know it.
 */
export function isProgram(meta: ImportMeta & { readonly main?: boolean }): boolean {
  if (meta.main !== undefined) return meta.main;
  const [, script] = process.argv;
  return script !== undefined && meta.url.startsWith("file:") && isSameFile(script, fileURLToPath(meta.url));
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
