/** What the README says holds each promise. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));

/** The text of the chapter with that title. */
function chapter(title: string): string {
  const [, text = ""] = README.split(`\n## ${title}\n`);
  return text.split("\n## ")[0]!;
}

Deno.test("the README names no file of the project that is not there", async () => {
  const paths = new Set(README.match(/(?<![\w/.-])(?:src|tests|scripts)\/[\w/.-]*\w/g));
  assert(paths.size > 5, `only ${paths.size} paths were found`);
  const missing: string[] = [];
  for (const path of paths) await Deno.stat(new URL(path, ROOT)).catch(() => missing.push(path));
  assertEquals(missing, [], "these paths of the README lead nowhere");
});

Deno.test("each promise names what holds it, and promises and limits take sixty lines at most", () => {
  const promises = chapter("Promises").split(/\n(?=\d+\. )/).slice(1).map((text) => text.split("\n\n")[0]!);
  assertEquals(promises.length, 8);
  for (const promise of promises) {
    assert(/\[`[^\]]+`\]/.test(promise.replaceAll(/\s+/g, " ")), `no test or checker is named: ${promise}`);
  }
  const limits = chapter("Limits").trimEnd().split("\n").length;
  const lines = limits + promises.join("\n").split("\n").length + 6;
  assert(lines <= 60, `the two chapters have ${lines} lines`);
});
