import { connect, type Socket } from "node:net";
import process from "node:process";
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { listen } from "../../src/sidecar/listen.ts";
import { type Feed, formatEvent, Streams } from "../../src/sidecar/streams.ts";
import { sleep, until } from "../../scripts/harness/waiting.ts";
import { withSidecar } from "./serving.ts";

const PATIENT = { readers: 3, readersPerClient: 3, keepAlive: 60_000, patience: 60_000 };

/** Something new, a kilobyte each, as long as it is wanted. */
function flood(): { readonly feed: Feed; readonly made: () => number } {
  let made = 0;
  const text = formatEvent("x".repeat(1000));
  return { feed: (cursor = 0) => (made++, { text, cursor: cursor + 1 }), made: () => made };
}

/** Addresses of this machine that a client can write from: of all systems only Linux has all of 127.0.0.0/8 at once. */
const CLIENTS = Deno.build.os === "linux" ? 5 : 1;

/** A connection that asks, and then reads nothing. */
async function deaf(address: string, path: string, client = 0): Promise<Socket> {
  const [host = "", port] = address.split(":");
  const socket = connect({ port: Number(port), host, localAddress: `127.0.0.${client + 1}` });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
}

Deno.test("nothing is made for a reader that takes nothing", async () => {
  const streams = new Streams(PATIENT);
  const { feed, made } = flood();
  const reader = streams.open(feed, undefined, "10.0.0.7")?.getReader();
  for (let time = 0; time < 1000; time++) streams.wake();
  assertEquals(made(), 0);
  await reader?.read();
  for (let time = 0; time < 1000; time++) streams.wake();
  assertEquals(made(), 1);
  streams.close();
});

Deno.test("there are never more readers than allowed, and room again when one leaves", async () => {
  const streams = new Streams(PATIENT);
  const { feed } = flood();
  const open = [1, 2, 3].map(() => streams.open(feed, undefined, "10.0.0.7"));
  assertEquals([streams.size, streams.open(feed, undefined, "10.0.0.7")], [3, undefined]);
  await open[0]?.cancel();
  assertEquals(streams.size, 2);
  streams.close();
  assertEquals(streams.size, 0);
});

Deno.test("one client cannot have all readers, and has room again when one of its own leaves", async () => {
  const streams = new Streams({ ...PATIENT, readersPerClient: 2 });
  const { feed } = flood();
  const [first, , third] = [1, 2, 3].map(() => streams.open(feed, undefined, "10.0.0.7"));
  assertEquals([streams.size, third], [2, undefined]);
  const other = streams.open(feed, undefined, "10.0.0.8");
  assertEquals(streams.size, 3);
  await other?.cancel();
  assertEquals(streams.open(feed, undefined, "10.0.0.7"), undefined, "what another gives back is not its own");
  await first?.cancel();
  streams.open(feed, undefined, "10.0.0.7");
  assertEquals(streams.size, 2);
  streams.close();
  assertEquals(streams.size, 0);
});

Deno.test("a connection that does not read costs what the sockets hold, and is let go when patience ends", async () => {
  const streams = new Streams({ readers: 8, readersPerClient: 8, keepAlive: 50, patience: 500 });
  const { feed, made } = flood();
  const { address, close } = await listen(
    () => new Response(streams.open(feed, undefined, "10.0.0.7"), { headers: { "content-type": "text/event-stream" } }),
    { host: "127.0.0.1", port: 0 },
  );
  const sockets = await Promise.all([1, 2, 3, 4].map(() => deaf(address, "/")));
  try {
    await until("the sockets are full", () => made() > 0 && streams.size === 4);
    let before = -1;
    while (made() !== before) {
      before = made();
      await sleep(200);
    }
    assertLess(made() / sockets.length, 50_000, "kilobytes for each connection");
    await until("they are let go", () => streams.size === 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    streams.close();
    await close();
  }
});

Deno.test("many readers that do not read, and many changes: memory stays bounded, and others are answered", async () => {
  await withSidecar({}, async ({ address, democracy, get, sidecar }) => {
    const sockets: Socket[] = [];
    try {
      for (let count = 0; count < 300; count++) sockets.push(await deaf(address, "/events", count % CLIENTS));
      await until("as many read as may", () => sidecar.readers === Math.min(256, CLIENTS * 64));
      const refused = await get("/events");
      assertEquals([refused.status, refused.headers.get("retry-after")], [503, "5"]);
      await refused.body?.cancel();
      const { heapUsed } = process.memoryUsage();
      const leader = { id: "x".repeat(100), source: "127.0.0.1:1", token: 1 };
      for (let change = 0; change < 20_000; change++) {
        democracy.dispatchEvent(new CustomEvent("leader", { detail: { ...leader, token: change } }));
        if (change % 1000 === 0) await sleep(1);
      }
      assertLess(process.memoryUsage().heapUsed - heapUsed, 200_000_000);
      assertEquals((await get("/leader")).status, 200);
      assertGreater(sidecar.readers, 0);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await until("nobody is left", () => sidecar.readers === 0);
  });
});
