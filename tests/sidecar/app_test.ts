import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { until } from "../../scripts/harness/waiting.ts";
import { withSidecar } from "./serving.ts";

/** The status that a bare request gets; without a host it is one of HTTP/1.0. */
function rawStatus(
  to: { readonly host: string; readonly port: number },
  path: string,
  host: string | undefined,
): Promise<number> {
  const head = host === undefined
    ? `GET ${path} HTTP/1.0`
    : `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close`;
  return new Promise((resolve, reject) => {
    const socket = connect(to, () => socket.write(`${head}\r\n\r\n`));
    socket.once("error", reject);
    socket.once("data", (data) => {
      resolve(Number(/^HTTP\/1\.[01] (\d+)/u.exec(String(data))?.[1]));
      socket.destroy();
    });
  });
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

Deno.test("/leader is 200 on the leader and 503 elsewhere, whatever the method", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const answer = await get("/leader");
    assertEquals(answer.status, 200);
    const { token, leader } = await answer.json();
    assertEquals([token, leader.id], [democracy.token, "m0"]);
    assertEquals(await statusOf(get("/leader", { method: "HEAD" })), 200);
    assertEquals(await statusOf(get("/leader", { method: "OPTIONS" })), 200);
  });
  await withSidecar({ member: { eligible: false } }, async ({ get }) => {
    const answer = await get("/leader");
    assertEquals([answer.status, await answer.json()], [503, { leading: false, token: null, leader: null }]);
    assertEquals(await statusOf(get("/leader", { method: "HEAD" })), 503);
    for (const path of ["/leader/", "/leader?a=1"]) assertEquals(await statusOf(get(path)), 503);
  });
});

Deno.test("/healthz and /readyz say yes on a member that does not lead, and no on one that is closed", async () => {
  await withSidecar({ member: { eligible: false } }, async ({ get, sidecar, democracy }) => {
    assertEquals(await (await get("/healthz")).text(), "ok\n");
    await until("it may vote", () => sidecar.ready);
    assertEquals(await (await get("/readyz")).text(), "ok\n");
    sidecar.end();
    await democracy.close();
    const answer = await get("/readyz");
    assertEquals([answer.status, await answer.text()], [
      503,
      "the member ends, and votes as long as the others need its vote\n",
    ]);
  });
  await withSidecar({}, async ({ get, democracy, sidecar }) => {
    await democracy.close();
    await until("its loop is seen to stand still", () => !sidecar.alive);
    assertEquals([await statusOf(get("/healthz")), await statusOf(get("/readyz"))], [503, 503]);
  });
});

Deno.test("/state and /members tell all that is known", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const state = await (await get("/state")).json();
    assertEquals([state.id, state.cluster, state.source], ["m0", "jobs", democracy.source]);
    assertEquals([state.joined, state.leading, state.token], [true, true, democracy.token]);
    assertEquals([state.leader.id, state.leader.token], ["m0", democracy.token]);
    assertGreater(state.remaining, 0);
    assertLess(state.remaining, 501);
    assert(!Number.isNaN(Date.parse(state.leader.since)));
    assertEquals(await (await get("/members")).json(), state.members);
    assertEquals(state.members.map(({ id, leader, self }: Record<string, unknown>) => [id, leader, self]), [[
      "m0",
      true,
      true,
    ]]);
  });
});

Deno.test("/state tells what was ignored, and the address that the last of it came from", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const stranger = createSocket("udp4");
    await new Promise<void>((resolve) => stranger.bind(0, "127.0.0.1", resolve));
    const from = `127.0.0.1:${stranger.address().port}`;
    const [host = "", port] = democracy.source.split(":");
    await until("it was counted", () => {
      stranger.send(new Uint8Array([1, 2, 3]), Number(port), host);
      return democracy.stats().dropped["too-short"] > 0;
    });
    stranger.close();
    assertEquals(democracy.stats().droppedFrom, { "too-short": from });
    const { dropped } = await (await get("/state")).json();
    assertEquals(dropped, [{ reason: "too-short", times: democracy.stats().dropped["too-short"], from }]);
  });
});

Deno.test("/metrics is text for Prometheus", async () => {
  await withSidecar({}, async ({ get }) => {
    const answer = await get("/metrics");
    assertEquals(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assertStringIncludes(await answer.text(), 'democracy_leading{democracy_cluster="jobs"} 1\n');
  });
});

Deno.test("/resign is off without a token", async () => {
  await withSidecar({}, async ({ get, democracy }) => {
    const answer = await get("/resign", { method: "POST", headers: { authorization: "Bearer undefined" } });
    assertEquals(answer.status, 403);
    assertStringIncludes((await answer.json()).error, "--resign-token");
    assert(democracy.isLeader());
  });
});

Deno.test("/resign takes a POST with the right bearer token", async () => {
  await withSidecar({ resignToken: "s3cret" }, async ({ get, democracy }) => {
    const ask = (authorization: string | undefined, method = "POST"): Promise<number> =>
      statusOf(get("/resign", { method, headers: authorization === undefined ? {} : { authorization } }));
    assertEquals(await ask(undefined), 401);
    for (const wrong of ["Bearer wrong", "Bearer", "Basic s3cret", "Bearer s3cret2", "s3cret"]) {
      assertEquals(await ask(wrong), 401, wrong);
    }
    assertEquals(await ask("Bearer s3cret", "GET"), 405);
    assert(democracy.isLeader());
    const before = democracy.token;
    assertEquals(await ask("Bearer s3cret"), 200);
    await until("it leads again, being alone", () => democracy.isLeader());
    assertGreater(democracy.token ?? 0, before ?? 0);
  });
  await withSidecar({ resignToken: "s3cret", member: { eligible: false } }, async ({ get }) => {
    const headers = { authorization: "Bearer s3cret" };
    assertEquals(await statusOf(get("/resign", { method: "POST", headers })), 409);
  });
});

Deno.test("/resign names what keeps the member from leading that it is to go to, and the lead stays", async () => {
  await withSidecar({ resignToken: "s3cret" }, async ({ get, democracy }) => {
    const headers = { authorization: "Bearer s3cret" };
    const answer = await get("/resign?to=m9", { method: "POST", headers });
    const { error } = await answer.json();
    assertEquals([answer.status, error], [409, 'Cannot hand the lead to "m9": no member of that id is alive']);
    assert(democracy.isLeader());
  });
});

Deno.test("an app may have routes of its own, which come before the answer to every other path", async () => {
  await withSidecar({ extend: (app) => void app.get("/ui", () => new Response("page")) }, async ({ get }) => {
    assertEquals(await (await get("/ui")).text(), "page");
    assertEquals(await (await get("/ui/other")).text(), '{"name":"m0"}');
  });
});

Deno.test("a request for a host name that is not this server's is refused on every path; IP addresses are no names", async () => {
  await withSidecar({ hosts: ["app.example", ".svc.cluster.local"], resignToken: "s3cret" }, async ({ address }) => {
    const [host = "", port] = address.split(":");
    const ask = (name: string, path = "/state"): Promise<number> => rawStatus({ host, port: Number(port) }, path, name);
    const known = [
      "127.0.0.1:4040",
      "10.0.0.7",
      "[::1]:4040",
      "localhost:4040",
      "LOCALHOST",
      "a.localhost.",
      "app.example:80",
    ];
    for (const name of [...known, "app-0.app.default.svc.cluster.local:4040"]) assertEquals(await ask(name), 200, name);
    const strange = [
      "evil.example",
      "evil.example:4040",
      "app.example.evil",
      "xapp.example",
      "svc.cluster.local",
      "1",
    ];
    for (const name of [...strange, "127.0.0.1.evil.example"]) assertEquals(await ask(name), 403, name);
    for (const path of ["/", "/leader", "/healthz", "/events", "/sse", "/metrics", "/members", "/resign", "/other"]) {
      assertEquals(await ask("evil.example", path), 403, path);
    }
    assertEquals(await rawStatus({ host, port: Number(port) }, "/leader", undefined), 200, "HTTP/1.0 has no host");
  });
});

Deno.test("every endpoint says nosniff, refusals too", async () => {
  await withSidecar({}, async ({ get }) => {
    for (
      const path of ["/", "/leader", "/healthz", "/readyz", "/members", "/state", "/metrics", "/sse", "/resign", "/x"]
    ) {
      const response = await get(path);
      assertEquals(response.headers.get("x-content-type-options"), "nosniff", path);
      await response.body?.cancel();
    }
  });
});
