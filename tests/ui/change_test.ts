import { assertEquals, assertExists } from "@std/assert";
import { type Change, readNews, readStory } from "../../src/ui/page/change.ts";
import { ServerClock } from "../../src/ui/page/feed.ts";
import { windowAround } from "../../src/ui/page/main.ts";
import { advance, stopFrom } from "../../src/ui/page/player.ts";

const CHANGES: readonly Change[] = [
  { kind: "member", at: 1, id: "m1", weight: 1, source: "127.0.0.1:1", eligible: true },
  { kind: "phase", at: 1, id: "m1", phase: "up" },
  { kind: "lead", at: 1, id: "m1", token: 1, from: 1, until: null },
  { kind: "yield", at: 1, id: "m1" },
  { kind: "follow", at: 1, id: "m1", leader: null },
  { kind: "link", at: 1, id: "m1", to: "m2", cut: true },
  { kind: "apart", at: 1, id: "m1", apart: true },
  { kind: "beat", at: 1, id: "m1" },
  { kind: "note", at: 1, id: "", text: "", tone: "bad" },
];

Deno.test("changes: every kind is read as it was written", () => {
  assertEquals(readNews(JSON.stringify({ now: 5, changes: CHANGES })), { now: 5, changes: CHANGES });
});

Deno.test("changes: what is none is left out, whatever it is", () => {
  const wrong = [
    null,
    7,
    "lead",
    [],
    { kind: "coup", at: 1, id: "m1" },
    { kind: "toString", at: 1, id: "m1" },
    { kind: "beat", id: "m1" },
    { kind: "beat", at: "1", id: "m1" },
    { kind: "beat", at: 1, id: 7 },
    { kind: "phase", at: 1, id: "m1", phase: "asleep" },
    { kind: "lead", at: 1, id: "m1", token: "7", from: 1, until: 2 },
    { kind: "link", at: 1, id: "m1", to: null, cut: true },
    { kind: "note", at: 1, id: "m1", text: "x", tone: "loud" },
  ];
  const beat: Change = { kind: "beat", at: 1, id: "m1" };
  assertEquals(readNews(JSON.stringify({ now: 5, changes: [...wrong, beat] }))?.changes, [beat]);
});

Deno.test("changes: news that are none are not read", () => {
  for (const data of ["", "{", "null", "[]", "{}", `{"now":1}`, `{"now":"1","changes":[]}`, `{"now":1,"changes":{}}`]) {
    assertEquals(readNews(data), undefined);
    assertEquals(readStory(data), undefined);
  }
});

Deno.test("changes: a story needs its heading", () => {
  const heading = { title: "t", detail: "d", timeout: 1000, exclusive: true, observer: null };
  const read = (value: unknown) => readStory(JSON.stringify({ now: 5, changes: CHANGES, heading: value }));
  assertExists(read(heading));
  assertExists(read({ ...heading, observer: "m1" }));
  assertEquals(read({ ...heading, timeout: "1000" }), undefined);
  assertEquals(read(undefined), undefined);
  assertEquals(read("t"), undefined);
});

Deno.test("feed: the server's clock is that of the fastest news, until the connection is new", () => {
  let local = 100;
  const clock = new ServerClock(() => local);
  clock.hear(5000);
  local = 200;
  clock.hear(5080);
  assertEquals(clock.now(), 5100);
  local = 300;
  clock.hear(5220);
  assertEquals(clock.now(), 5220);
  clock.hear(1000, true);
  assertEquals(clock.now(), 1000);
});

Deno.test("player: steps lead to the next stop and back, and never stay where they are", () => {
  const stops = [10, 20, 20.2, 30];
  assertEquals([0, 10, 20, 29.8, 30].map((at) => stopFrom(stops, at, true)), [10, 20, 30, undefined, undefined]);
  assertEquals([0, 10, 20.2, 31].map((at) => stopFrom(stops, at, false)), [undefined, undefined, 10, 30]);
});

Deno.test("player: time passes at its speed, up to the end", () => {
  assertEquals(advance(1000, 16, 0.5, 5000), 1008);
  assertEquals(advance(4990, 16, 4, 5000), 5000);
});

Deno.test("player: the part that is shown stays within the whole", () => {
  const whole = { from: 0, to: 60_000 };
  assertEquals(windowAround(30_000, 0, whole), whole);
  assertEquals(windowAround(30_000, 10_000, whole), { from: 25_000, to: 35_000 });
  assertEquals(windowAround(1000, 10_000, whole), { from: 0, to: 10_000 });
  assertEquals(windowAround(59_000, 10_000, whole), { from: 50_000, to: 60_000 });
  assertEquals(windowAround(300, 10_000, { from: 0, to: 500 }), { from: 0, to: 500 });
});
