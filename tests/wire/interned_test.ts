import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Interned } from "../../src/wire/interned.ts";

const encoder = new TextEncoder();

Deno.test("a text is found by its bytes, wherever they are, and nothing else is", () => {
  const interned = new Interned();
  assertEquals(interned.find(encoder.encode("alice"), 0, 5), undefined);
  interned.keep(encoder.encode("alice"), 0, 5, "alice");
  assertEquals(interned.find(encoder.encode("xxalicexx"), 2, 5), "alice");
  for (const other of ["alicf", "blice", "alic", "alicee"]) {
    assertEquals(interned.find(encoder.encode(other), 0, other.length), undefined, other);
  }
});

Deno.test("what is kept does not change with the bytes that it was read from", () => {
  const interned = new Interned();
  const bytes = Buffer.from("alice");
  interned.keep(bytes, 0, 5, "alice");
  bytes.write("mallo");
  assertEquals(interned.find(bytes, 0, 5), undefined);
  assertEquals(interned.find(encoder.encode("alice"), 0, 5), "alice");
});

Deno.test("texts of one hash displace each other, and are never taken for one another", () => {
  const interned = new Interned();
  const texts = Array.from({ length: 200_000 }, (_, index) => `text ${index}`);
  let found = 0;
  for (const text of texts) {
    const bytes = encoder.encode(text);
    const before = interned.find(bytes, 0, bytes.length);
    assertEquals(before, undefined, text);
    interned.keep(bytes, 0, bytes.length, text);
    if (interned.find(bytes, 0, bytes.length) === text) found++;
  }
  assertEquals(found, texts.length);
  // As many as are kept at most, whatever came.
  const remembered = texts.filter((text) => {
    const bytes = encoder.encode(text);
    return interned.find(bytes, 0, bytes.length) !== undefined;
  });
  assertEquals(remembered.length > 0 && remembered.length <= 4096, true);
});
