import { assertEquals } from "@std/assert";
import type { Condition } from "../../scripts/harness/member_process.ts";
import { PageFeed, type Watched } from "../../scripts/demo/page_feed.ts";
import { Trace } from "../../src/ui/page/trace.ts";

/** Members that are whatever a test says, and the trace that the page makes of them. */
class Stage {
  readonly trace = new Trace();
  readonly members: Watched[] = ["m1", "m2", "m3"].map((id) => ({ id, condition: "starting", status: undefined }));
  readonly #feed = new PageFeed({ members: this.members, addresses: [], weightOf: () => 1 });

  constructor() {
    for (const change of this.#feed.begin(0)) this.trace.apply(change);
  }

  /** The member says at this time whom it follows; with a token it leads itself. */
  says(id: string, at: number, leader: string | null, token: number | null = null): void {
    const status = { at, leads: token !== null, token, remaining: token === null ? 0 : 1000, leader, members: [] };
    this.#set(id, { condition: "running", status });
  }

  becomes(id: string, condition: Condition): void {
    this.#set(id, { condition });
  }

  /** Who leads, as the page has it after a look at this time. */
  leadersAt(at: number): string[] {
    for (const change of this.#feed.look(at, () => true)) this.trace.apply(change);
    return this.trace.sceneAt(at).leaders.map(({ track }) => track.id);
  }

  #set(id: string, now: Partial<Watched>): void {
    const place = this.members.findIndex((member) => member.id === id);
    const member = this.members[place];
    if (member !== undefined) this.members[place] = { ...member, ...now };
  }
}

function blockedLeader(): Stage {
  const stage = new Stage();
  stage.says("m1", 100, "m1", 7);
  for (const id of ["m2", "m3"]) stage.says(id, 110, "m1");
  assertEquals(stage.leadersAt(120), ["m1"]);
  stage.becomes("m1", "blocked");
  return stage;
}

Deno.test("demo page: a leader whose main thread is blocked leads as long as others follow it", () => {
  const stage = blockedLeader();
  for (const at of [500, 1000, 1500]) {
    for (const id of ["m2", "m3"]) stage.says(id, at, "m1");
    assertEquals(stage.leadersAt(at + 10), ["m1"]);
  }
  stage.says("m1", 1600, "m1", 7);
  assertEquals(stage.leadersAt(1610), ["m1"]);
  assertEquals(stage.trace.tracks.get("m1")?.beliefs.map(({ from, token }) => [from, token]), [[100, 7]]);
});

Deno.test("demo page: it leads no longer when nobody follows it", () => {
  const stage = blockedLeader();
  for (const id of ["m2", "m3"]) stage.says(id, 900, null);
  assertEquals(stage.leadersAt(910), []);
  assertEquals(stage.trace.tracks.get("m1")?.beliefs[0]?.to, 100);
});

Deno.test("demo page: who follows it a moment longer than another leads makes no two leaders", () => {
  const stage = blockedLeader();
  stage.says("m2", 900, "m2", 8);
  stage.says("m3", 905, "m1");
  assertEquals(stage.leadersAt(910), ["m2"]);
  assertEquals(stage.trace.tracks.get("m1")?.beliefs[0]?.to, 900);
});

Deno.test("demo page: a leader that is stopped leads until its lease has run out", () => {
  const stage = blockedLeader();
  stage.becomes("m1", "paused");
  for (const id of ["m2", "m3"]) stage.says(id, 1050, "m1");
  assertEquals([stage.leadersAt(1060), stage.leadersAt(1110)], [["m1"], []]);
});
