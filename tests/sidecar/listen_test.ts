import { connect, type Socket } from "node:net";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { listen } from "../../src/sidecar/mod.ts";
import { sleep } from "../../scripts/harness/waiting.ts";

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

/** Whether the server has kept a connection, and answers on it. */
async function isServed(socket: Socket): Promise<boolean> {
  return await new Promise((resolve) => {
    socket.once("data", () => resolve(true));
    socket.once("close", () => resolve(false));
    socket.once("error", () => resolve(false));
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  });
}

Deno.test({
  name: "one client has at most a quarter of the connections, and others are answered meanwhile",
  // Only Linux has all of 127.0.0.0/8 at once.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { address, close } = await listen((_, client) => new Response(client), ANY);
    const port = Number(address.slice(address.lastIndexOf(":") + 1));
    const from = (localAddress: string): Socket =>
      connect({ port, host: ANY.host, localAddress }).on("error", () => {});
    const greedy = Array.from({ length: 200 }, () => from("127.0.0.2"));
    try {
      const served = await Promise.all(greedy.map(isServed));
      assertEquals(served.filter((is) => is).length, 128);
      const other = from("127.0.0.3");
      assertEquals(await isServed(other), true);
      other.destroy();
      greedy.find((_, index) => served[index])?.destroy();
      const end = performance.now() + 20_000;
      let isRoom = false;
      while (!isRoom && performance.now() < end) {
        const again = from("127.0.0.2");
        isRoom = await isServed(again);
        again.destroy();
      }
      assertEquals(isRoom, true, "what the client has given back it may have again");
    } finally {
      for (const socket of greedy) socket.destroy();
      await close();
    }
  },
});

Deno.test("every answer says that it is what it says", async () => {
  const answers = [new Response("text"), new Response(null, { status: 204 }), Response.json({}, { status: 500 })];
  const { address, close } = await listen(() => answers.pop() ?? new Response(), ANY);
  try {
    for (let count = answers.length; count > 0; count--) {
      const response = await fetch(`http://${address}/`);
      assertEquals(response.headers.get("x-content-type-options"), "nosniff", String(response.status));
      await response.body?.cancel();
    }
  } finally {
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
