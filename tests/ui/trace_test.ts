import { assert, assertEquals } from "@std/assert";
import type { Change } from "../../src/ui/page/change.ts";
import { stepAt, Trace } from "../../src/ui/page/trace.ts";
import { announcementOf, badgeOf, headlineOf, leaseOf, linksOf } from "../../src/ui/page/words.ts";

function traceOf(...changes: readonly Change[]): Trace {
  const trace = new Trace();
  for (const change of changes) trace.apply(change);
  return trace;
}

function member(id: string, weight = 1): Change {
  return { kind: "member", at: 0, id, weight, source: `10.0.0.1:${weight}`, eligible: true };
}

function lead(at: number, id: string, token: number, from: number, until: number | null): Change {
  return { kind: "lead", at, id, token, from, until };
}

/** m1 leads from 100, renews at 200, crashes at 250; m2 leads from 1300. */
const STORY: readonly Change[] = [
  member("m1", 2),
  member("m2", 1),
  lead(100, "m1", 7, 100, 1100),
  { kind: "follow", at: 110, id: "m2", leader: "m1" },
  lead(200, "m1", 7, 100, 1200),
  { kind: "phase", at: 250, id: "m1", phase: "down" },
  { kind: "follow", at: 1250, id: "m2", leader: null },
  lead(1300, "m2", 8, 1300, 2300),
];

Deno.test("trace: who leads at a time, and how long the lease had", () => {
  const trace = traceOf(...STORY);
  const seen = [50, 100, 150, 200, 249, 250, 1299, 1300].map((at) => {
    const { leader } = trace.sceneAt(at);
    return leader && [leader.track.id, leader.remaining];
  });
  assertEquals(seen, [
    undefined,
    ["m1", 1000],
    ["m1", 950],
    ["m1", 1000],
    ["m1", 951],
    undefined,
    undefined,
    ["m2", 1000],
  ]);
});

Deno.test("trace: two who lead at once are both named, and since when there are two", () => {
  const scene = traceOf(member("m1"), member("m2"), lead(100, "m1", 7, 100, 1100), lead(300, "m2", 9, 300, 1300))
    .sceneAt(400);
  assertEquals(headlineOf(scene, "simulated"), {
    title: "m2 and m1 lead at once",
    detail: "since 0.300 s, for 100 ms, tokens 9 and 7",
  });
  assertEquals(leaseOf(scene, { title: "", detail: "", timeout: 1000, exclusive: false, observer: null }), {
    share: 0.9,
    text: "Lease of m2: 900 ms left",
  });
  assertEquals(announcementOf(scene), "m2 and m1 lead at once.");
});

Deno.test("trace: since when nobody leads", () => {
  const trace = traceOf(...STORY);
  assertEquals(trace.sceneAt(50).vacantSince, 0);
  assertEquals(trace.sceneAt(150).vacantSince, undefined);
  assertEquals(trace.sceneAt(1000).vacantSince, 250);
});

Deno.test("trace: a paused leader leads until its lease has run out, and not a moment longer", () => {
  const trace = traceOf(
    member("m1"),
    lead(100, "m1", 7, 100, 1100),
    { kind: "phase", at: 300, id: "m1", phase: "paused" },
  );
  assertEquals(trace.sceneAt(1099).leader?.remaining, 1);
  assertEquals(badgeOf(trace.sceneAt(1099).members[0]!), { text: "Leads, paused", tone: "leader" });
  assertEquals(trace.sceneAt(1100).leader, undefined);
  assertEquals(badgeOf(trace.sceneAt(1100).members[0]!), { text: "Paused", tone: "away" });
});

Deno.test("trace: a lease that only the leader knows holds until something else is said", () => {
  const trace = traceOf(member("m1"), lead(100, "m1", 7, 100, null), { kind: "yield", at: 900, id: "m1" });
  const scene = trace.sceneAt(500);
  assertEquals([scene.leader?.track.id, scene.leader?.remaining], ["m1", undefined]);
  const heading = { title: "", detail: "", timeout: 1000, exclusive: true, observer: "m2" };
  assertEquals(leaseOf(scene, heading).text, "How long the lease runs is known to the leader alone");
  assertEquals(trace.sceneAt(900).leader, undefined);
});

Deno.test("trace: of two who believe that they lead, the one with the newer token is named", () => {
  const trace = traceOf(member("m1"), member("m2"), lead(0, "m1", 7, 0, 100), lead(50, "m2", 8, 50, 150));
  assertEquals(trace.sceneAt(60).leader?.track.id, "m2");
});

Deno.test("trace: links are lost and found, each direction for itself", () => {
  const link = (at: number, id: string, to: string, cut: boolean): Change => ({ kind: "link", at, id, to, cut });
  const trace = traceOf(
    link(10, "m1", "m2", true),
    link(20, "m2", "m1", true),
    link(30, "m1", "m2", false),
    link(40, "m3", "m1", true),
  );
  const lines = [5, 15, 25, 35, 45].map((at) => linksOf(trace.sceneAt(at).cuts));
  assertEquals(lines, [[], ["m1 → m2"], ["m1 – m2"], ["m2 → m1"], ["m2 → m1", "m3 → m1"]]);
});

Deno.test("trace: a member that was replaced long ago is shown no more, one that is down is", () => {
  const trace = traceOf(
    member("old"),
    member("m1"),
    { kind: "phase", at: 10, id: "old", phase: "gone" },
    { kind: "phase", at: 10, id: "m1", phase: "down" },
  );
  const ids = (at: number): string[] => trace.sceneAt(at).members.map(({ track }) => track.id);
  assertEquals(ids(1000), ["m1", "old"]);
  assertEquals(ids(3_600_000), ["m1"]);
});

Deno.test("trace: members stand in the order that people count in", () => {
  const trace = traceOf(member("m10"), member("m2"), member("m1"));
  assertEquals(trace.members(0).map(({ id }) => id), ["m1", "m2", "m10"]);
});

Deno.test("trace: memory is bounded, whatever is told", () => {
  const trace = new Trace();
  for (let time = 0; time < 60_000; time++) {
    trace.apply(lead(time, "m1", time, time, time + 1));
    trace.apply({ kind: "note", at: time, id: "", text: "", tone: "plain" });
    trace.apply(member(`stranger ${time}`));
  }
  assert(trace.notes.length <= 20_000);
  assert(trace.tracks.size <= 256);
});

Deno.test("trace: the step at a time is the last that is not after it", () => {
  const steps = [1, 3, 3, 7].map((at, value) => ({ at, value }));
  assertEquals([0, 1, 2, 3, 6, 7, 9].map((at) => stepAt(steps, at)?.value), [undefined, 0, 0, 2, 2, 3, 3]);
});

Deno.test("words: the headline says who leads since when, or that nobody does", () => {
  const trace = traceOf(...STORY);
  assertEquals(headlineOf(trace.sceneAt(350 - 200), "simulated"), {
    title: "m1 leads",
    detail: "since 0.100 s, for 50 ms, token 7",
  });
  assertEquals(headlineOf(trace.sceneAt(1000), "simulated"), { title: "Nobody leads", detail: "for 750 ms" });
  assertEquals(headlineOf(new Trace().sceneAt(5), "simulated").detail, "No member is known");
});

Deno.test("words: what is read out has no times in it, and changes only with what it tells", () => {
  const trace = traceOf(...STORY);
  assertEquals(announcementOf(trace.sceneAt(120)), announcementOf(trace.sceneAt(240)));
  assertEquals(announcementOf(trace.sceneAt(240)), "m1 leads.");
  assertEquals(announcementOf(trace.sceneAt(1000)), "Nobody leads. Away: m1.");
});
