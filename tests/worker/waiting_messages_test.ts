import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import { type DataFragment, fragment } from "../../src/wire/fragments.ts";
import { WaitingMessages } from "../../src/worker/waiting_messages.ts";

function message(bytes: number, number: number): readonly DataFragment[] {
  return fragment({ channel: false, name: "ciao", value: new Uint8Array(bytes) }, number, 1000);
}

Deno.test("what waits for a process is taken in order, once", () => {
  const waiting = new WaitingMessages();
  const [first, second] = [message(1500, 1), message(10, 2)];
  assert(waiting.hold("a", first, 1000) && waiting.hold("a", second, 1000) && waiting.hold("b", second, 1000));
  assertEquals(waiting.take("a"), [...first, ...second]);
  assertEquals(waiting.take("a"), []);
  assertEquals(waiting.take("b"), second);
  assertEquals(waiting.bytes, 0);
});

Deno.test("what waits is bounded in bytes and in time", () => {
  const waiting = new WaitingMessages();
  let kept = 0;
  for (let number = 0; number < 100; number++) if (waiting.hold(`${number}`, message(50_000, number), 1000)) kept += 1;
  assert(waiting.bytes <= LIMITS.waitingMessageBytes && kept > 10 && kept < 100, `${kept} messages are kept`);
  waiting.expire(999);
  assert(waiting.bytes > 0);
  waiting.expire(1000);
  assertEquals(waiting.bytes, 0);
  assertEquals(waiting.take("1"), []);
});
