import { assertEquals } from "@std/assert";
import { leaderElectorBody, naisBody } from "../../src/sidecar/leader_elector.ts";
import { exchange } from "./raw_http.ts";
import { withSidecar } from "./serving.ts";

Deno.test("every path and method is answered as the leader-elector sidecar answers, byte for byte", async () => {
  await withSidecar({}, async ({ address }) => {
    const expected = '{"name":"m0"}';
    for (
      const start of [
        "GET /",
        "POST /",
        "PUT /",
        "DELETE /",
        "PATCH /",
        "OPTIONS /",
        "GET /any/thing?at=all",
        "GET /%zz",
      ]
    ) {
      const answer = await exchange(address, `${start} HTTP/1.1\r\nHost: localhost:4040\r\nConnection: close\r\n\r\n`);
      assertEquals(answer.status, "HTTP/1.1 200 OK", start);
      assertEquals(answer.body, expected, start);
      assertEquals(answer.headers.get("content-length"), "13", start);
      assertEquals(answer.headers.get("content-type"), "text/plain; charset=utf-8", start);
    }
    const head = await exchange(address, "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertEquals([head.status, head.headers.get("content-length"), head.body], ["HTTP/1.1 200 OK", "13", ""]);
    const old = await exchange(address, "GET / HTTP/1.0\r\n\r\n");
    assertEquals(old.body, expected);
    const upload = await exchange(
      address,
      "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    );
    assertEquals(upload.body, expected);
  });
});

Deno.test("nobody leads: the name is empty", async () => {
  await withSidecar({ member: { eligible: false } }, async ({ address, get }) => {
    const answer = await exchange(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertEquals([answer.status, answer.body], ["HTTP/1.1 200 OK", '{"name":""}']);
    const nais = await get("/sse");
    const reader = nais.body?.getReader();
    assertEquals(new TextDecoder().decode((await reader?.read())?.value), "data: {}\n\n");
    await reader?.cancel();
  });
});

Deno.test("names are escaped as Go does", () => {
  assertEquals(leaderElectorBody('<a>&"b"\u2028'), '{"name":"\\u003ca\\u003e\\u0026\\"b\\"\\u2028"}');
  assertEquals(leaderElectorBody("\b\f\n\t\u0001"), '{"name":"\\u0008\\u000c\\n\\t\\u0001"}');
  assertEquals(leaderElectorBody("\\b \\f ü 漢"), '{"name":"\\\\b \\\\f ü 漢"}');
});

Deno.test("the form of the nais elector leaves out what is empty", () => {
  assertEquals(naisBody("", undefined), "{}");
  assertEquals(
    naisBody("pod-1", new Date("2026-01-02T03:04:05.678Z")),
    '{"name":"pod-1","last_update":"2026-01-02T03:04:05Z"}',
  );
});
