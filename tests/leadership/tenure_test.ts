import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { type Lead, Tenures } from "../../src/leadership/tenure.ts";

const HOLDS = { signal: undefined, holds: () => true, period: 10 };

function untilAborted({ signal }: Lead): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

Deno.test("work gets the token, and its result comes back", async () => {
  assertEquals(await new Tenures().run(({ token, signal }) => [token, signal.aborted], 7, HOLDS), [7, false]);
});

Deno.test("what work throws comes back", async () => {
  await assertRejects(() => new Tenures().run(() => Promise.reject(new RangeError("no")), 7, HOLDS), RangeError, "no");
});

Deno.test("the end of the lead aborts all that runs, with the reason", async () => {
  const tenures = new Tenures();
  const works = [tenures.run(untilAborted, 7, HOLDS), tenures.run(untilAborted, 7, HOLDS)];
  tenures.end("stalled");
  for (const reason of await Promise.all(works)) {
    assertInstanceOf(reason, Error);
    assertEquals(reason.message, "Lost the lead (token 7): stalled");
  }
});

Deno.test("a lease that nobody tells the end of aborts too", async () => {
  let holds = true;
  const work = new Tenures().run(untilAborted, 7, { ...HOLDS, holds: () => holds });
  holds = false;
  const reason = await work;
  assert(reason instanceof Error && reason.message.includes("lease-expired"));
});

Deno.test("the caller's signal aborts with its own reason", async () => {
  const controller = new AbortController();
  const work = new Tenures().run(untilAborted, 7, { ...HOLDS, signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await work, reason);
});
