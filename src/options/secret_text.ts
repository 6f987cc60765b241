/**
 * Secrets as they stand in variables and files.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/**
 * The secrets in a text, one a line; spaces at a line's end and empty lines are none. The first seals, all open.
 *
 * @example
 * ```ts
 * import { secretsIn } from "./secret_text.ts";
 *
 * console.log(secretsIn("new secret, since May\nold secret\n").length); // 2
 * ```
 */
export function secretsIn(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
}

/**
 * The secrets in a file, as {@linkcode secretsIn} finds them.
 *
 * @throws TypeError Where the file cannot be read, or has none; it names the file, and nothing of what stands in it.
 */
export function secretsOfFile(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new TypeError(`Cannot read the secret file ${path}: ${code}`, { cause: error });
  }
  const secrets = secretsIn(text);
  if (secrets.length === 0) throw new TypeError(`The secret file ${path} has no secret: it must have one a line`);
  return secrets;
}
