import { assertEquals, assertThrows } from "@std/assert";
import { type Options, resolveOptions, type Settings } from "../../src/options.ts";

function settingsOf(changes: Record<string, unknown>): Settings {
  return resolveOptions({ source: "10.0.0.7:12345", peers: [], ...changes } as Options).settings;
}

Deno.test("a heavier member must have been healthy for a timeout, or for as long as preempt says", () => {
  assertEquals(settingsOf({}).preemptAfter, undefined);
  assertEquals(settingsOf({ preempt: false }).preemptAfter, undefined);
  assertEquals(settingsOf({ preempt: true, timeout: 3000 }).preemptAfter, 3000);
  assertEquals(settingsOf({ preempt: { after: 30_000 } }).preemptAfter, 30_000);
  assertEquals(settingsOf({ preempt: { after: 0 } }).preemptAfter, 0);
});

Deno.test("a member that has started withholds its vote for a timeout, or for as long as quarantine says", () => {
  assertEquals(settingsOf({ timeout: 3000 }).quarantine, 3000);
  assertEquals(settingsOf({ timeout: 3000, quarantine: 10_000 }).quarantine, 10_000);
  assertEquals(settingsOf({ quarantine: "until-idle" }).quarantine, "until-idle");
});

Deno.test("what preempt and quarantine cannot be is refused", () => {
  const cases: [Record<string, unknown>, ErrorConstructor, string][] = [
    [{ preempt: "yes" }, TypeError, '"preempt" must be true, false, or { after: ms }, got "yes"'],
    [{ preempt: null }, TypeError, '"preempt" must be true, false, or { after: ms }, got null'],
    [{ preempt: {} }, TypeError, '"preempt" must be true, false, or { after: ms }, got an object'],
    [{ preempt: { after: "1s" } }, TypeError, '"preempt.after" must be a number of ms, got "1s"'],
    [{ preempt: { after: -1 } }, RangeError, '"preempt.after" must be a number from 0 to 86400000 ms, got -1'],
    [{ quarantine: "idle" }, TypeError, '"quarantine" must be a number of ms or "until-idle", got "idle"'],
    [
      { quarantine: 999 },
      RangeError,
      '"quarantine" must be at least "timeout" (1000), for as long as a forgotten promise may last, got 999',
    ],
    [{ quarantine: NaN }, RangeError, '"quarantine" must be a number from 0 to 3600000 ms, got NaN'],
  ];
  for (const [changes, type, message] of cases) {
    assertEquals(assertThrows(() => settingsOf(changes), type).message, `Cannot join: ${message}`);
  }
});
