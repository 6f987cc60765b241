import { assert, assertEquals, assertExists } from "@std/assert";
import { Chronicle } from "../../src/ui/chronicle.ts";
import { type Change, readNews, readStory } from "../../src/ui/page/change.ts";
import { Trace } from "../../src/ui/page/trace.ts";

const HEADING = { title: "t", detail: "", timeout: 1000, exclusive: true, observer: null };

function note(at: number): Change {
  return { kind: "note", at, id: "m1", text: `${at}`, tone: "plain" };
}

function lead(at: number, id: string, token: number): Change {
  return { kind: "lead", at, id, token, from: token, until: at + 1000 };
}

/** The next event of a stream: its name and data. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<{ event: string; data: string }> {
  const { value } = await reader.read();
  const [, event = "", data = ""] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? [];
  return { event, data };
}

Deno.test("chronicle: a renewed lease takes the place of the one before", () => {
  const chronicle = new Chronicle(HEADING, () => 9);
  for (let at = 5; at < 500; at++) chronicle.tell([lead(at, "m1", 5)]);
  assertEquals(chronicle.story(), { heading: HEADING, changes: [lead(499, "m1", 5)], now: 9 });
  chronicle.tell([{ kind: "yield", at: 600, id: "m1" }, lead(700, "m1", 700)]);
  assertEquals(chronicle.story().changes.length, 3);
  chronicle.close();
});

Deno.test("chronicle: what is forgotten leaves behind what is still true", () => {
  const chronicle = new Chronicle(HEADING, () => 0, 10);
  chronicle.tell([{ kind: "phase", at: 1, id: "m1", phase: "up" }, { kind: "phase", at: 2, id: "m1", phase: "down" }]);
  chronicle.tell([lead(3, "m2", 3), { kind: "yield", at: 4, id: "m2" }, lead(5, "m2", 5)]);
  for (let at = 6; at < 100; at++) chronicle.tell([note(at)]);
  const { changes } = chronicle.story();
  assert(changes.length < 20, `${changes.length} changes`);
  const trace = new Trace();
  for (const change of changes) trace.apply(change);
  const scene = trace.sceneAt(200);
  assertEquals(scene.members.map(({ track, phase }) => [track.id, phase]), [["m1", "down"], ["m2", "up"]]);
  assertEquals(scene.leader?.belief?.token, 5);
  assertEquals(trace.notes.length, 10);
  chronicle.close();
});

Deno.test("chronicle: strangers that come and go cost bounded memory", () => {
  const chronicle = new Chronicle(HEADING, () => 0, 10);
  for (let at = 0; at < 5000; at++) {
    chronicle.tell([{ kind: "phase", at, id: `${at}`, phase: "up" }, {
      kind: "phase",
      at,
      id: `${at}`,
      phase: "gone",
    }]);
  }
  assert(chronicle.story().changes.length <= 256 + 10, `${chronicle.story().changes.length} changes`);
  chronicle.close();
});

Deno.test("chronicle: a reader is told the story, and then what is new", async () => {
  const chronicle = new Chronicle(HEADING, () => 7);
  chronicle.tell([note(1), note(2)]);
  const response = chronicle.respond("10.0.0.7");
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.getReader();
  assertExists(reader);
  const first = await next(reader);
  assertEquals(first.event, "story");
  assertEquals(readStory(first.data), { heading: HEADING, changes: [note(1), note(2)], now: 7 });
  chronicle.tell([note(3)]);
  const second = await next(reader);
  assertEquals([second.event, readNews(second.data)?.changes], ["news", [note(3)]]);
  chronicle.tell([note(4)]);
  assertEquals(readNews((await next(reader)).data)?.changes, [note(4)]);
  assertEquals(chronicle.readers, 1);
  await reader.cancel();
  assertEquals(chronicle.readers, 0);
  chronicle.close();
});

Deno.test("chronicle: a reader that slept too long is told the whole story again", async () => {
  const chronicle = new Chronicle(HEADING, () => 7, 5);
  const reader = chronicle.respond("10.0.0.7").body?.getReader();
  assertExists(reader);
  assertEquals((await next(reader)).event, "story");
  for (let at = 0; at < 50; at++) chronicle.tell([note(at)]);
  const { event, data } = await next(reader);
  assertEquals(event, "story");
  assertEquals(readStory(data)?.changes, [45, 46, 47, 48, 49].map(note));
  await reader.cancel();
  chronicle.close();
});

Deno.test("chronicle: too many readers are sent away", async () => {
  const chronicle = new Chronicle(HEADING);
  const responses = Array.from({ length: 65 }, (_, index) => chronicle.respond(`10.0.0.${index % 5}`));
  assertEquals(responses.map(({ status }) => status).filter((status) => status !== 200), [503]);
  await responses.at(-1)?.text();
  chronicle.close();
});
