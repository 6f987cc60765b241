import { assertEquals, assertThrows } from "@std/assert";
import {
  parseAddress,
  parseBoolean,
  parseBroadcast,
  parseDuration,
  parseLease,
  parseList,
  parseNumber,
  parseQuorum,
  parseSecret,
  parseSecrets,
  parseText,
} from "../../src/cli/values.ts";
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
  assertEquals([parseNumber("1e9", "--weight"), parseNumber("-2.5E-3", "--weight")], [1e9, -0.0025]);
  assertThrows(() => parseNumber("1e400", "--weight"), UsageError, '--weight must be a number, got "1e400"');
  assertEquals(parseList(" a, b,,c ", "--peers"), ["a", "b", "c"]);
  assertEquals(parseSecrets("one, with comma\ntwo\n\n", "secret"), ["one, with comma", "two"]);
  assertEquals([parseQuorum("3", "q"), parseQuorum("none", "q")], [3, "none"]);
});

Deno.test("a file has other types than text, and those that are wrong are told", () => {
  assertEquals([parseDuration(500, "t"), parseNumber(3, "n"), parseQuorum(3, "q")], [500, 3, 3]);
  assertEquals([parseBoolean(false, "b"), parseBroadcast(false, "b"), parseLease(true, "l")], [false, false, true]);
  assertEquals([parseBroadcast("false", "b"), parseLease("false", "l"), parseLease("jobs", "l")], [
    false,
    false,
    "jobs",
  ]);
  assertEquals([parseList(["a", "b,c"], "l"), parseSecrets(["a\nb"], "s")], [["a", "b,c"], ["a\nb"]]);
  assertEquals(parseAddress(4040, "http"), "4040");
  const wrong: readonly (() => unknown)[] = [
    () => parseDuration([1], "x"),
    () => parseDuration(true, "x"),
    () => parseNumber({}, "x"),
    () => parseNumber("0x10", "x"),
    () => parseNumber("1e", "x"),
    () => parseBoolean(1, "x"),
    () => parseText(5, "x"),
    () => parseAddress({}, "x"),
    () => parseList([1], "x"),
    () => parseQuorum([], "x"),
    () => parseBroadcast(true, "x"),
  ];
  for (const parse of wrong) assertThrows(parse, UsageError, "x must be ");
});

Deno.test("no message tells a secret", () => {
  for (const parse of [parseSecret, parseSecrets]) {
    const error = assertThrows(() => parse(12345, "secret"), UsageError, "secret must be text");
    assertEquals(error.message.includes("12345"), false);
  }
});
