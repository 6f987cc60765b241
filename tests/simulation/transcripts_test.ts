import { assert, assertEquals } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import { play } from "./scenario.ts";

// `UPDATE_TRANSCRIPTS=1 deno task test tests/simulation/transcripts_test.ts`, or `-- --update`, writes what happens now.
const update = Deno.env.get("UPDATE_TRANSCRIPTS") === "1" || Deno.args.includes("--update");
const folder = new URL("./transcripts/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".txt")).sort();

Deno.test("there are transcripts to compare with", () => {
  assert(names.length >= 8);
});

/** The first line that is not as expected, and what came before it; undefined where all are. */
function firstDifference(actual: string, expected: string): unknown {
  const [is, should] = [actual.split("\n"), expected.split("\n")];
  const at = is.findIndex((line, index) => line !== should[index]);
  const line = at === -1 ? is.length : at;
  if (at === -1 && is.length === should.length) return undefined;
  return { line: line + 1, after: should.slice(Math.max(0, line - 3), line), expected: should[line], actual: is[line] };
}

for (const name of names) {
  Deno.test(`transcript ${name}`, async () => {
    const file = new URL(name, folder);
    const expected = await Deno.readTextFile(file);
    const actual = play(core, expected);
    if (update) await Deno.writeTextFile(file, actual);
    else assertEquals(firstDifference(actual, expected), undefined, `${name}, in which this is new`);
  });
}
