import { assert, assertEquals, assertGreater } from "@std/assert";
import { until } from "../../scripts/harness/waiting.ts";
import { withSidecar } from "./serving.ts";

interface Event {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Reads events until `enough` says so, for a bounded time, and hangs up. */
async function read(response: Response, enough: (events: readonly Event[]) => boolean): Promise<Event[]> {
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert(reader !== undefined);
  const limit = setTimeout(() => reader.cancel(), 10_000);
  let text = "";
  const events: Event[] = [];
  while (!enough(events)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended after ${JSON.stringify(events)}`);
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined) events.push({ event: field("event"), id: field("id"), data: JSON.parse(data) });
    }
  }
  clearTimeout(limit);
  await reader.cancel();
  return events;
}

Deno.test("/events tells the state at once, and then each change", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const first = democracy.token ?? 0;
    const response = await get("/events");
    const reading = read(response, (events) => events.filter(({ event }) => event === "elected").length === 1);
    void democracy.resign();
    const [state, ...changes] = await reading;
    assertEquals([state?.event, state?.data.id], ["state", "m0"]);
    const kinds = changes.map(({ event }) => event);
    assert(kinds.indexOf("resigned") < kinds.indexOf("elected"));
    const elected = changes.find(({ event }) => event === "elected");
    assertGreater(Number(elected?.data.token), first);
  });
});

Deno.test("/events goes on after Last-Event-ID, and starts anew after one that means nothing", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const [state] = await read(await get("/events"), (events) => events.length === 1);
    const first = democracy.token;
    await democracy.resign();
    await until("it leads again", () => democracy.isLeader() && democracy.token !== first);
    const headers = { "last-event-id": state?.id ?? "" };
    const missed = await read(
      await get("/events", { headers }),
      (events) => events.some(({ event }) => event === "elected"),
    );
    assertEquals(missed.map(({ event }) => event)[0], "resigned");
    const ids = missed.map(({ id }) => Number(id?.split("-")[1]));
    assertEquals(ids, ids.map((_, index) => Number(state?.id?.split("-")[1]) + 1 + index));
    for (const nonsense of ["deadbeef-1", "0", "__proto__", `${state?.id}9999`]) {
      const answer = await get("/events", { headers: { "last-event-id": nonsense } });
      const [again] = await read(answer, (events) => events.length === 1);
      assertEquals(again?.event, "state", nonsense);
    }
  });
});

Deno.test("/sse sends the leader at once and on each change, as the nais elector does", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const reading = read(await get("/sse"), (events) => events.length >= 2);
    void democracy.resign();
    const events = await reading;
    assertEquals([events[0]?.data.name, events[0]?.event, events[0]?.id], ["m0", undefined, undefined]);
    assert(events.every(({ data }) => "last_update" in data));
  });
});
