import { assert, assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import { makeAssets } from "../../scripts/build_ui.ts";
import { servePage } from "../../scripts/harness/serve_page.ts";
import { ROOT } from "../../scripts/harness/process.ts";
import { ASSETS } from "../../src/ui/assets.ts";
import { pageResponse } from "../../src/ui/respond.ts";

Deno.test("page: what is served is what is in src/ui/page (deno task build:ui)", async () => {
  assert(
    await makeAssets() === await Deno.readTextFile(`${ROOT}/src/ui/assets.ts`),
    "src/ui/assets.ts is not made of what is in src/ui/page: run deno task build:ui",
  );
});

Deno.test("page: it is served with its mode, and a policy that lets nothing in from elsewhere", async () => {
  for (const mode of ["member", "demo", "recorded"] as const) {
    const response = pageResponse("", mode);
    assertExists(response);
    assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
    assertMatch(response.headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'self';/);
    assertStringIncludes(await response.text(), `<html lang="en" data-mode="${mode}">`);
  }
});

Deno.test("page: it asks for no file that is not there, and for nothing from elsewhere", async () => {
  const html = await pageResponse("", "member")?.text() ?? "";
  const scripts = Object.values(ASSETS).filter(({ type }) => type.startsWith("text/javascript"));
  const asked = [
    ...[...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path ?? ""),
    ...scripts.flatMap(({ body }) => [...body.matchAll(/from "\.\/([^"]+)"/g)].map(([, path]) => path ?? "")),
  ];
  assert(asked.length > 10);
  assertEquals(asked.filter((path) => pageResponse(path, "member") === undefined), []);
  for (const { body } of Object.values(ASSETS)) {
    assertEquals(body.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)[^"\s]*/g), null);
  }
});

Deno.test("page: no inline script or style, which the policy would refuse", async () => {
  const html = await pageResponse("", "member")?.text() ?? "";
  assertEquals(html.match(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/g), null);
});

Deno.test("page: other names are no files, not even those that every object has", () => {
  for (const name of ["constructor", "__proto__", "../deno.json", "page.htm", "/"]) {
    assertEquals(pageResponse(name, "member"), undefined);
  }
});

Deno.test("page server: answers this machine's browser, and no page that another site has opened there", async () => {
  const server = servePage("recorded", 0, (name) => name === "story" ? new Response("once") : undefined);
  const statusOf = async (path: string, init?: RequestInit): Promise<number> => {
    const response = await fetch(`${server.url}${path}`, init);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await statusOf(""), 200);
  assertEquals(await statusOf("story"), 200);
  assertEquals(await statusOf("elsewhere"), 404);
  assertEquals(await statusOf("story", { headers: { origin: "http://evil.example" } }), 403);
  assertEquals(await statusOf("story", { headers: { origin: new URL(server.url).origin } }), 200);
  const rebound = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(server.url).port) });
  await rebound.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n"));
  const answer = new Uint8Array(12);
  await rebound.read(answer);
  assertEquals(new TextDecoder().decode(answer), "HTTP/1.1 403");
  rebound.close();
  await server.close();
});
