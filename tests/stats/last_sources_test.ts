import { assert, assertEquals } from "@std/assert";
import { LastSources } from "../../src/stats/last_sources.ts";

const LONGEST_SOURCE = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535";

Deno.test("the last source is kept, for each thing, and seen from both sides", () => {
  const buffer = new SharedArrayBuffer(8 + LastSources.bytesFor(3));
  const writer = new LastSources(buffer, 8, 3);
  const reader = new LastSources(buffer, 8, 3);
  assertEquals([0, 1, 2].map((index) => reader.get(index)), [undefined, undefined, undefined]);
  writer.set(2, LONGEST_SOURCE);
  writer.set(0, "10.0.0.7:1");
  assertEquals([0, 1, 2].map((index) => reader.get(index)), ["10.0.0.7:1", undefined, LONGEST_SOURCE]);
  writer.set(2, "10.0.0.8:1");
  writer.set(0, `${LONGEST_SOURCE}1`);
  assertEquals([0, 1, 2].map((index) => reader.get(index)), ["10.0.0.7:1", undefined, "10.0.0.8:1"]);
});

const WRITER = `
import { LastSources } from "${new URL("../../src/stats/last_sources.ts", import.meta.url).href}";
self.onmessage = ({ data }) => {
  const sources = new LastSources(data, 0, 1);
  for (let round = 0; round < 200_000; round++) sources.set(0, round % 2 === 0 ? "1.1.1.1:1" : "${LONGEST_SOURCE}");
  self.postMessage("done");
};`;

Deno.test("an address that is written while it is read is never half of one and half of another", async () => {
  const buffer = new SharedArrayBuffer(LastSources.bytesFor(1));
  const url = URL.createObjectURL(new Blob([WRITER], { type: "application/typescript" }));
  const worker = new Worker(url, { type: "module" });
  let done = false;
  worker.onmessage = () => done = true;
  worker.postMessage(buffer);
  const reader = new LastSources(buffer, 0, 1);
  const seen = new Set<string | undefined>();
  const limit = performance.now() + 30_000;
  while (!done && performance.now() < limit) {
    for (let read = 0; read < 1000; read++) seen.add(reader.get(0));
    await new Promise((resolve) => setTimeout(resolve));
  }
  worker.terminate();
  URL.revokeObjectURL(url);
  assert(done, "the writer was to come to its end");
  assertEquals([...seen].filter((source) => ![undefined, "1.1.1.1:1", LONGEST_SOURCE].includes(source)), []);
  assertEquals(reader.get(0), LONGEST_SOURCE);
});
