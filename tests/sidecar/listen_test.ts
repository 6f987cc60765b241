import { connect, type Socket } from "node:net";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { listen } from "../../src/sidecar/mod.ts";
import { sleep } from "../end_to_end/cluster.ts";

const ANY = { host: "127.0.0.1", port: 0 } as const;

Deno.test("connections that say nothing do not keep others out for long", async () => {
  const { address, close } = await listen(() => new Response("ok\n"), ANY);
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const idle: Socket[] = [];
  try {
    for (let count = 0; count < 600; count++) {
      const socket = connect(port, ANY.host).on("error", () => {});
      idle.push(socket);
    }
    const end = performance.now() + 60_000;
    let answer: string | undefined;
    while (answer === undefined && performance.now() < end) {
      await sleep(500);
      answer = await fetch(`http://${address}/`).then((response) => response.text(), () => undefined);
    }
    assertEquals(answer, "ok\n");
  } finally {
    for (const socket of idle) socket.destroy();
    await close();
  }
});

Deno.test("an address that is taken is told, with what to do", async () => {
  const { address, close } = await listen(() => new Response(), ANY);
  try {
    const port = Number(address.slice(address.lastIndexOf(":") + 1));
    const error = await assertRejects(() => listen(() => new Response(), { host: ANY.host, port }), Error);
    assertMatch(error.message, /^Cannot serve HTTP on 127\.0\.0\.1:\d+: something else listens there; choose another/u);
  } finally {
    await close();
  }
});
