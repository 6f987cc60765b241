import { assert, assertEquals } from "@std/assert";
import { Latch } from "../../src/worker/latch.ts";

Deno.test("a latch that is open lets pass at once, whoever opened it, and one that is shut does not", () => {
  const near = new Latch();
  const far = new Latch(near.buffer);
  assertEquals(near.wait(1), false);
  far.open();
  assertEquals([near.wait(60_000), near.wait(0)], [true, true]);
  near.shut();
  assertEquals([near.wait(1), near.wait(0), near.wait(-5)], [false, false, false]);
});

Deno.test("who waits at a latch goes on when another thread opens it", async () => {
  const latch = new Latch();
  const text = `onmessage = ({ data }) => {
    Atomics.store(new Int32Array(data), 0, 1);
    Atomics.notify(new Int32Array(data), 0);
  };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, { type: "module" });
  worker.postMessage(latch.buffer);
  assert(latch.wait(30_000), "it was opened");
  await Promise.resolve(worker.terminate());
});
