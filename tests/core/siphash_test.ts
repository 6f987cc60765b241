import { assertEquals, assertNotEquals } from "@std/assert";
import { siphash, type SipKey } from "../../src/core/siphash.ts";

/** The key 00 01 02 ... 0f of the paper, whose halves are read from the low byte. */
const KEY: SipKey = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];

/** The hashes of the first n of the bytes 00 01 02 ..., from the reference implementation's vectors_sip64, as integers. */
const VECTORS: readonly string[] = [
  ...["726fdb47dd0e0e31", "74f839c593dc67fd", "0d6c8009d9a94f5a", "85676696d7fb7e2d", "cf2794e0277187b7"],
  ...["18765564cd99a68d", "cbc9466e58fee3ce", "ab0200f58b01d137", "93f5f5799a932462", "9e0082df0ba9e4b0"],
  ...["7a5dbbc594ddb9f3", "f4b32f46226bada7", "751e8fbc860ee5fb", "14ea5627c0843d90", "f723ca908e7af2ee"],
  ...["a129ca6149be45e5"],
];

Deno.test("SipHash-2-4 makes of the reference's inputs what the reference does", () => {
  for (const [length, expected] of VECTORS.entries()) {
    const bytes = Uint8Array.from({ length }, (_, byte) => byte);
    assertEquals(siphash(KEY, bytes), expected, `${length} bytes`);
  }
});

Deno.test("another key makes another hash", () => {
  const bytes = new Uint8Array(20);
  for (let word = 0; word < 4; word++) {
    const other = KEY.map((value, index) => index === word ? value ^ 1 : value) as unknown as SipKey;
    assertNotEquals(siphash(other, bytes), siphash(KEY, bytes), `word ${word}`);
  }
});
