import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { linesOf } from "../../src/kubernetes/stream.ts";

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size));
  }
}

Deno.test("linesOf finds the same lines however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode('{"a":1}\n\n{"b":"ä€😀"}\n   \n{"c":3}\nrest');
  for (let size = 1; size <= bytes.length; size++) {
    assertEquals(await Array.fromAsync(linesOf(chunks(bytes, size), 100)), ['{"a":1}', '{"b":"ä€😀"}', '{"c":3}']);
  }
});

Deno.test("linesOf keeps no more than its bound", async () => {
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    while (true) yield await Promise.resolve(new Uint8Array(10).fill(65));
  };
  const error = await assertRejects(() => Array.fromAsync(linesOf(endless(), 1000)));
  assertMatch((error as Error).message, /longer than 1000 bytes/);
});
