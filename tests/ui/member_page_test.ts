import { assert, assertEquals, assertExists } from "@std/assert";
import { Democracy } from "../../mod.ts";
import { MemberPage } from "../../src/ui/member_page.ts";
import { mountPage } from "../../src/ui/mount.ts";
import { readNews, readStory } from "../../src/ui/page/change.ts";
import { Trace } from "../../src/ui/page/trace.ts";
import { Hono } from "hono";

/** Follows a page's stream until what is told fulfils a condition; fails after a while. */
async function followUntil(page: MemberPage, holds: (trace: Trace, now: number) => boolean): Promise<Trace> {
  const reader = page.respond("changes", "10.0.0.7")?.body?.getReader();
  assertExists(reader);
  const limit = setTimeout(() => void reader.cancel(), 15_000);
  let trace = new Trace();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("What was waited for was not told in time");
      const [, event, data = ""] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? [];
      const news = event === "story" ? readStory(data) : readNews(data);
      if (event === "story") trace = new Trace();
      for (const change of news?.changes ?? []) trace.apply(change);
      if (news !== undefined && holds(trace, news.now)) return trace;
    }
  } finally {
    clearTimeout(limit);
    await reader.cancel();
  }
}

Deno.test("member page: who leads, its lease and its end are told, also to those who come later", async () => {
  const democracy = new Democracy({
    ...{ source: "127.0.0.1:0", peers: [], id: "m1", weight: 3, broadcast: false },
    ...{ interval: 50, timeout: 300 },
  });
  const page = new MemberPage({ democracy, cluster: "test", timeout: 300 });
  await democracy.ready;
  try {
    const trace = await followUntil(page, (trace, now) => trace.sceneAt(now).leader?.remaining !== undefined);
    const { token } = democracy;
    const [belief] = trace.tracks.get("m1")?.beliefs ?? [];
    assertEquals(belief?.token, token);
    assertEquals(trace.tracks.get("m1")?.weight, 3);
    await democracy.resign();
    const later = await followUntil(page, (trace) => trace.notes.some(({ text }) => text === "resigned: requested"));
    const [first] = later.tracks.get("m1")?.beliefs ?? [];
    assertEquals(first?.token, token);
    assert(first?.to !== undefined, "the belief has ended");
    assert(later.notes.some(({ text }) => text === `was elected, token ${token}`));
  } finally {
    page.stop();
    await democracy.close();
  }
});

Deno.test("member page: a member that comes and one that goes are told", async () => {
  const options = { broadcast: false, interval: 50, timeout: 300, quorum: "none" } as const;
  const one = new Democracy({ ...options, source: "127.0.0.1:0", peers: [], id: "m1", weight: 2 });
  await one.ready;
  const page = new MemberPage({ democracy: one, cluster: "democracy", timeout: 300 });
  const two = new Democracy({ ...options, source: "127.0.0.1:0", peers: [one.source], id: "m2", weight: 1 });
  await two.ready;
  try {
    await followUntil(page, (trace, now) => trace.sceneAt(now).members.length === 2);
    await two.close();
    await followUntil(
      page,
      (trace, now) => trace.sceneAt(now).members.find(({ track }) => track.id === "m2")?.phase === "gone",
    );
  } finally {
    page.stop();
    await two.close();
    await one.close();
  }
});

Deno.test("member page: it has its own path on a server", async () => {
  await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
  const page = new MemberPage({ democracy, cluster: "test", timeout: 1000 });
  const app = new Hono();
  mountPage(app, page);
  app.all("*", () => new Response("other"));
  const answer = async (path: string): Promise<[number, string]> => {
    const response = await app.request(path, undefined, { client: "10.0.0.7" });
    return [response.status, (await response.text()).slice(0, 15)];
  };
  assertEquals((await app.request("/ui")).headers.get("location"), "ui/");
  assertEquals(await answer("/ui/"), [200, "<!doctype html>"]);
  assertEquals((await answer("/ui/start.js"))[0], 200);
  assertEquals((await answer("/ui/nothing"))[0], 404);
  assertEquals(await answer("/"), [200, "other"]);
  page.stop();
});
