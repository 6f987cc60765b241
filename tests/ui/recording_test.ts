import { assert, assertEquals, assertGreater } from "@std/assert";
import { recordSeed } from "../../scripts/simulate/ui.ts";
import { readStory } from "../../src/ui/page/change.ts";
import { overlapsOf } from "../../src/ui/page/layout.ts";
import { Trace } from "../../src/ui/page/trace.ts";

/** A seed as the page gets it. */
function traceOf(seed: number) {
  const { outcome, story } = recordSeed(seed);
  const read = readStory(JSON.stringify(story));
  assert(read !== undefined);
  assertEquals(read.changes.length, story.changes.length, "the page understands every change");
  const trace = new Trace();
  for (const change of read.changes) trace.apply(change);
  return { outcome, story, trace };
}

const SEEDS = [2, 3, 4, 5, 6, 7, 8, 9].map(traceOf);

Deno.test("recording: changes are in the order of time", () => {
  for (const { story } of SEEDS) {
    const times = story.changes.map(({ at }) => at);
    assertEquals(times, times.toSorted((one, other) => one - other));
  }
});

Deno.test("recording: whoever was elected believes so from that instant, under its token", () => {
  for (const { outcome, trace } of SEEDS) {
    const elections = trace.notes.filter(({ text }) => text.startsWith("ELECTED,"));
    assertEquals(elections.length, outcome.elections);
    for (const { at, id, text } of elections) {
      const belief = trace.tracks.get(id)?.beliefs.findLast(({ from }) => from <= at);
      assertEquals([id, text], [id, `ELECTED, token ${belief?.token}`]);
    }
  }
});

Deno.test("recording: where promises held, nobody believed at the same time", () => {
  for (const { outcome, story, trace } of SEEDS) {
    assertEquals(outcome.failure, undefined);
    if (!story.heading.exclusive) continue;
    assertEquals(overlapsOf(trace.members(story.now), story.now), []);
  }
});

Deno.test("recording: who crashed or closed is down, and links that are cut are mended in the end", () => {
  let cuts = 0;
  let downs = 0;
  for (const { story, trace } of SEEDS) {
    cuts += story.changes.filter((change) => change.kind === "link" && change.cut).length;
    assertEquals(trace.sceneAt(story.now).cuts, []);
    for (const { at, id } of trace.notes.filter(({ text }) => text === "crashes" || text === "closed")) {
      const member = trace.sceneAt(at).members.find(({ track }) => track.id === id);
      assertEquals([member?.phase, member?.belief], ["down", undefined]);
      downs++;
    }
  }
  assertGreater(cuts, 0);
  assertGreater(downs, 0);
});
