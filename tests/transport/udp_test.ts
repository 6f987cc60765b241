import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { AddressInUseError, BindError } from "../../src/errors.ts";
import { bindUdp } from "../../src/transport/udp.ts";
import { datagramContract, hasIpv6 } from "./contract.ts";

datagramContract("udp", bindUdp);

const PACKET_SIZE = 1200;
const SILENT = { onDatagram: () => {}, onError: () => {} };

Deno.test("udp: a socket on [::] speaks IPv4 too, under canonical IPv4 addresses", { ignore: !hasIpv6() }, async () => {
  const heard = { plain: "", dual: "" };
  const met = Promise.withResolvers<void>();
  const dual = await bindUdp("[::]:0", {
    ...SILENT,
    onDatagram: (bytes, from) => {
      heard.dual = from;
      dual.send(bytes, from);
    },
  }, PACKET_SIZE);
  const plain = await bindUdp("127.0.0.1:0", {
    ...SILENT,
    onDatagram: (_bytes, from) => {
      heard.plain = from;
      met.resolve();
    },
  }, PACKET_SIZE);
  const port = dual.address.slice(dual.address.lastIndexOf(":") + 1);
  const timer = setInterval(() => plain.send(new Uint8Array([1]), `127.0.0.1:${port}`), 20);
  await met.promise;
  clearInterval(timer);
  assertEquals(heard, { dual: plain.address, plain: `127.0.0.1:${port}` });
  assertEquals(dual.unsent, 0);
  await Promise.all([plain.close(), dual.close()]);
});

Deno.test("udp: a burst waits in the system's buffer while nobody reads, and a datagram takes little of the runtime's", async () => {
  const burst = 150;
  const buffers: number[] = [];
  const socket = await bindUdp("127.0.0.1:0", {
    ...SILENT,
    onDatagram: (bytes) => buffers.push(bytes.buffer.byteLength),
  }, PACKET_SIZE);
  const [host, port] = socket.address.split(":");
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    import { createSocket } from "node:dgram";
    self.onmessage = async ({ data }) => {
      const socket = createSocket("udp4");
      const heartbeat = new Uint8Array(150);
      for (let count = 0; count < ${burst}; count++) {
        await new Promise((resolve) => socket.send(heartbeat, ${port}, "${host}", resolve));
      }
      socket.close();
      Atomics.store(data, 0, 1);
      Atomics.notify(data, 0);
    };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(program)}`, { type: "module" });
  worker.postMessage(sent);
  // This thread reads nothing until all are there.
  assertEquals(Atomics.wait(sent, 0, 0, 10_000), "ok");
  worker.terminate();
  for (let looks = 0; looks < 100 && buffers.length < burst; looks++) await delay(20);
  await socket.close();
  assertEquals(buffers.length, burst);
  // What the first took was set aside when the socket was bound.
  const others = buffers.slice(1);
  assert(others.every((bytes) => bytes <= 16_384), `a datagram of 150 bytes took ${Math.max(...others)}`);
});

Deno.test("udp: a datagram that is longer than the default fits where it was said to come", async () => {
  const longest = 60_000;
  const met = Promise.withResolvers<number>();
  const socket = await bindUdp("127.0.0.1:0", { ...SILENT, onDatagram: ({ length }) => met.resolve(length) }, longest);
  const timer = setInterval(() => socket.send(new Uint8Array(longest), socket.address), 20);
  assertEquals(await met.promise, longest);
  clearInterval(timer);
  await socket.close();
});

Deno.test("udp: errors say what to do", async () => {
  const socket = await bindUdp("127.0.0.1:0", SILENT, PACKET_SIZE);
  const used = await assertRejects(() => bindUdp(socket.address, SILENT, PACKET_SIZE), AddressInUseError);
  assertEquals(
    used.message,
    `Cannot bind ${socket.address}: another socket has it; stop that process or give "source" another port`,
  );
  assertEquals((used.cause as { code?: string }).code, "EADDRINUSE");
  await socket.close();
  const absent = await assertRejects(() => bindUdp("192.0.2.1:4000", SILENT, PACKET_SIZE), BindError);
  assertEquals(
    absent.message,
    "Cannot bind 192.0.2.1:4000: no interface of this machine has that address; bind a wildcard such as 0.0.0.0 and " +
      'give the address that others see as "advertise"',
  );
});

Deno.test("udp: without permission the error names the flag", async () => {
  const udp = new URL("../../src/transport/udp.ts", import.meta.url).href;
  const program = `
    const { bindUdp } = await import(${JSON.stringify(udp)});
    try {
      await bindUdp("127.0.0.1:4711", { onDatagram() {}, onError() {} }, 1200);
    } catch (error) {
      console.log(error.name, error.code, error.message);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, program);
    const args = ["run", "--quiet", "--no-prompt", "--no-config", "--allow-read", "--allow-net=127.0.0.1:4712", file];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertStringIncludes(
      said,
      "PermissionError permission Cannot bind 127.0.0.1:4711: Deno has no permission for it; run with --allow-net, or " +
        "with --allow-net=127.0.0.1:4711 and the addresses of all peers",
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("udp: more addresses than a socket remembers are sent to all the same", async () => {
  const socket = await bindUdp("127.0.0.1:0", SILENT, PACKET_SIZE);
  for (let port = 20_000; port < 25_000; port++) socket.send(new Uint8Array([1]), `127.0.0.1:${port}`);
  const received = Promise.withResolvers<string>();
  const other = await bindUdp(
    "127.0.0.1:0",
    { ...SILENT, onDatagram: (_bytes, from) => received.resolve(from) },
    PACKET_SIZE,
  );
  const timer = setInterval(() => socket.send(new Uint8Array([1]), other.address), 20);
  assertEquals(await received.promise, socket.address);
  clearInterval(timer);
  await Promise.all([socket.close(), other.close()]);
});
