import { assertEquals, assertThrows } from "@std/assert";
import { formatHttpAddress, parseHttpAddress } from "../../src/sidecar/http_address.ts";

Deno.test("addresses are read as people and Go's flags write them", () => {
  const cases: Readonly<Record<string, string>> = {
    "127.0.0.1:4040": "127.0.0.1:4040",
    "localhost:80": "localhost:80",
    ":4040": "0.0.0.0:4040",
    "4040": "127.0.0.1:4040",
    "[::1]:4040": "[::1]:4040",
    "0.0.0.0:0": "0.0.0.0:0",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(formatHttpAddress(parseHttpAddress(text)), expected);
  }
});

Deno.test("anything else is refused, with the value", () => {
  for (const text of ["", "localhost", "http://localhost:4040", "::1:4040", "a:b", "1.2.3.4:123456"]) {
    assertThrows(() => parseHttpAddress(text), TypeError, JSON.stringify(text));
  }
  assertThrows(() => parseHttpAddress(":65536"), RangeError, "65536");
});
