import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { localPorts, spawn } from "../../src/worker/port.ts";
import { until } from "../../scripts/harness/waiting.ts";

const ECHO = new URL("./echo_worker.ts", import.meta.url).href;

Deno.test("messages go to a thread and come back in order; buffers change hands", async () => {
  const failures: Error[] = [];
  const thread = spawn<unknown, unknown>(ECHO, "echo", (error) => failures.push(error));
  try {
    const heard: unknown[] = [];
    thread.receive((message) => heard.push(message));
    const bytes = new Uint8Array([1, 2, 3]);
    thread.post("early");
    thread.post({ bytes }, [bytes.buffer]);
    assertEquals(bytes.length, 0);
    await until("both are back", () => heard.length === 2);
    assertEquals(heard, ["early", { bytes: new Uint8Array([1, 2, 3]) }]);
  } finally {
    await thread.terminate();
  }
  assertEquals(failures, []);
});

Deno.test("a thread that dies is reported once, and its host lives on", async () => {
  const failures: Error[] = [];
  const thread = spawn<string, string>(ECHO, "echo", (error) => failures.push(error));
  thread.receive(() => {});
  thread.post("die");
  await until("it is reported", () => failures.length > 0);
  assertStringIncludes(failures[0]?.message ?? "", "told to die");
  await thread.terminate();
  assertEquals(failures.length, 1);
});

Deno.test("shared memory is shared", async () => {
  const thread = spawn<SharedArrayBuffer, SharedArrayBuffer>(ECHO, "echo", () => {});
  try {
    const words = new Int32Array(new SharedArrayBuffer(4));
    let back: Int32Array | undefined;
    thread.receive((buffer) => back = new Int32Array(buffer));
    thread.post(words.buffer);
    await until("it is back", () => back !== undefined);
    Atomics.store(words, 0, 7);
    assert(back !== undefined && Atomics.load(back, 0) === 7);
  } finally {
    await thread.terminate();
  }
});

Deno.test("a line within a thread keeps the order, and never delivers while post runs", async () => {
  const [near, far] = localPorts<number, string>();
  const heard: unknown[] = [];
  near.receive((text) => heard.push(text));
  far.receive((number) => {
    heard.push(number);
    far.post(`got ${number}`);
  });
  near.post(1);
  near.post(2);
  assertEquals(heard, []);
  await until("all is heard", () => heard.length === 4);
  assertEquals(heard, [1, 2, "got 1", "got 2"]);
});
