import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { type LeadContext, LeadTasks } from "../../src/leadership/lead_tasks.ts";

const HOLDS = { signal: undefined, holds: () => true, period: 10 };

function untilAborted({ signal }: LeadContext): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

Deno.test("work gets the token, and its result comes back", async () => {
  assertEquals(await new LeadTasks().run(({ token, signal }) => [token, signal.aborted], 7, HOLDS), [7, false]);
});

Deno.test("what work throws comes back", async () => {
  await assertRejects(
    () => new LeadTasks().run(() => Promise.reject(new RangeError("no")), 7, HOLDS),
    RangeError,
    "no",
  );
});

Deno.test("the end of the lead aborts all that runs, with the reason", async () => {
  const leadTasks = new LeadTasks();
  const works = [leadTasks.run(untilAborted, 7, HOLDS), leadTasks.run(untilAborted, 7, HOLDS)];
  leadTasks.end("stalled");
  for (const reason of await Promise.all(works)) {
    assertInstanceOf(reason, Error);
    assertEquals(reason.message, "Lost the lead (token 7): stalled");
  }
});

Deno.test("a lease that nobody tells the end of aborts too", async () => {
  let holds = true;
  const work = new LeadTasks().run(untilAborted, 7, { ...HOLDS, holds: () => holds });
  holds = false;
  const reason = await work;
  assert(reason instanceof Error && reason.message.includes("lease-expired"));
});

Deno.test("the caller's signal aborts with its own reason", async () => {
  const controller = new AbortController();
  const work = new LeadTasks().run(untilAborted, 7, { ...HOLDS, signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await work, reason);
});
