import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AddressInUseError, BindError } from "../../src/errors.ts";
import { bindUdp } from "../../src/transport/udp.ts";
import { datagramContract, hasIpv6 } from "./contract.ts";

datagramContract("udp", bindUdp);

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
  });
  const plain = await bindUdp("127.0.0.1:0", {
    ...SILENT,
    onDatagram: (_bytes, from) => {
      heard.plain = from;
      met.resolve();
    },
  });
  const port = dual.address.slice(dual.address.lastIndexOf(":") + 1);
  const timer = setInterval(() => plain.send(new Uint8Array([1]), `127.0.0.1:${port}`), 20);
  await met.promise;
  clearInterval(timer);
  assertEquals(heard, { dual: plain.address, plain: `127.0.0.1:${port}` });
  assertEquals(dual.unsent, 0);
  await Promise.all([plain.close(), dual.close()]);
});

Deno.test("udp: errors say what to do", async () => {
  const socket = await bindUdp("127.0.0.1:0", SILENT);
  const used = await assertRejects(() => bindUdp(socket.address, SILENT), AddressInUseError);
  assertEquals(
    used.message,
    `Cannot bind ${socket.address}: another socket has it; stop that process or give "source" another port`,
  );
  assertEquals((used.cause as { code?: string }).code, "EADDRINUSE");
  await socket.close();
  const absent = await assertRejects(() => bindUdp("192.0.2.1:4000", SILENT), BindError);
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
      await bindUdp("127.0.0.1:4711", { onDatagram() {}, onError() {} });
    } catch (error) {
      console.log(error.name, error.code, error.message);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, program);
    const args = ["run", "--no-prompt", "--no-config", "--allow-read", "--allow-net=127.0.0.1:4712", file];
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
  const socket = await bindUdp("127.0.0.1:0", SILENT);
  for (let port = 20_000; port < 25_000; port++) socket.send(new Uint8Array([1]), `127.0.0.1:${port}`);
  const received = Promise.withResolvers<string>();
  const other = await bindUdp("127.0.0.1:0", { ...SILENT, onDatagram: (_bytes, from) => received.resolve(from) });
  const timer = setInterval(() => socket.send(new Uint8Array([1]), other.address), 20);
  assertEquals(await received.promise, socket.address);
  clearInterval(timer);
  await Promise.all([socket.close(), other.close()]);
});
