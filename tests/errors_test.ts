import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  AddressInUseError,
  BindError,
  ClosedError,
  DemocracyError,
  describe,
  DiscoveryError,
  errorFromData,
  errorToData,
  PermissionError,
  WorkerError,
} from "../src/errors.ts";

Deno.test("errors keep class, code, message and stack on the way between threads", () => {
  const errors = [
    new AddressInUseError("in use"),
    new BindError("not here"),
    new PermissionError("forbidden"),
    new ClosedError("closed"),
    new WorkerError("dead"),
    new DiscoveryError("nobody"),
    new TypeError("wrong"),
    new RangeError("too much"),
    new Error("plain"),
  ];
  for (const error of errors) {
    const copy = errorFromData(structuredClone(errorToData(error)));
    assertInstanceOf(copy, error.constructor as typeof Error);
    assertEquals([copy.name, copy.message, copy.stack], [error.name, error.message, error.stack]);
    if (error instanceof DemocracyError) assertEquals((copy as DemocracyError).code, error.code);
  }
});

Deno.test("whatever else is thrown becomes an Error", () => {
  const strange = errorFromData({ name: "__proto__", message: "x", stack: undefined });
  assertEquals([strange.constructor, strange.message], [Error, "x"]);
  assertEquals(errorFromData(errorToData("a string")).message, "a string");
  const cause = new Error("below");
  assert(new BindError("above", { cause }).cause === cause);
});

Deno.test("values are described in short", () => {
  const table: readonly [unknown, string][] = [
    ["a\n", '"a\\n"'],
    ["x".repeat(81), `"${"x".repeat(80)}..."`],
    [-0, "0"],
    [1n, "1n"],
    [[], "an empty array"],
    [[1], "an array"],
    [{ toString: null }, "an object"],
    [null, "null"],
    [Symbol.iterator, "a symbol"],
  ];
  for (const [value, text] of table) assertEquals(describe(value), text);
});
