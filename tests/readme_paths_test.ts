/** What the README names is there: files, what holds each promise, every option. */

import { assert, assertEquals } from "@std/assert";
import { resolveOptions } from "../src/options.ts";

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

Deno.test("the README has a row for every option, and none for another", () => {
  // The compiler checks that the library's own list is complete; it names all in this error.
  let known = "";
  try {
    resolveOptions(JSON.parse('{"zzzzzzzzzzzzzzzz": 1}'));
  } catch (error) {
    known = /known are (.*)$/u.exec(String(error))?.[1] ?? "";
  }
  const [, table = ""] = README.split("\n### Options\n");
  const rows = table.split("\n### ")[0]!.matchAll(/^\| `(\w+)`/gmu);
  assertEquals([...rows].map(([, name]) => name).sort(), known.split(", ").sort());
});
