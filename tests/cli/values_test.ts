import { assertEquals, assertThrows } from "@std/assert";
import { parseBoolean, parseDuration, parseLines, parseList, parseNumber, parseQuorum } from "../../src/cli/values.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

Deno.test("durations are read as Go's flags and as plain ms", () => {
  const cases: Readonly<Record<string, number>> = {
    "500": 500,
    "0": 0,
    "500ms": 500,
    "10s": 10_000,
    "1m30s": 90_000,
    "1.5h": 5_400_000,
  };
  for (const [text, ms] of Object.entries(cases)) assertEquals(parseDuration(text, "--timeout"), ms, text);
  for (const text of ["", "s", "10 s", "-1s", "1d", "10seconds", "1s!"]) {
    assertThrows(() => parseDuration(text, "--timeout"), UsageError, "--timeout must be a duration");
  }
});

Deno.test("other values say what they should have been", () => {
  assertEquals([parseBoolean("yes", "--once"), parseBoolean("FALSE", "--once")], [true, false]);
  assertThrows(() => parseBoolean("maybe", "--once"), UsageError, '--once must be true or false, got "maybe"');
  assertEquals(parseNumber("1.5", "--weight"), 1.5);
  assertThrows(() => parseNumber("heavy", "--weight"), UsageError, '--weight must be a number, got "heavy"');
  assertThrows(() => parseNumber(" ", "--weight"), UsageError);
  assertEquals(parseList(" a, b,,c "), ["a", "b", "c"]);
  assertEquals(parseLines("one, with comma\ntwo\n\n"), ["one, with comma", "two"]);
  assertEquals([parseQuorum("3"), parseQuorum("none")], [3, "none"]);
});
