import { assertEquals, assertThrows } from "@std/assert";
import { createSocket, type Socket } from "node:dgram";
import { parseArguments, toJson } from "../../scripts/bench.ts";
import { bounded, cells, digits, zero } from "../../scripts/bench/figure.ts";
import { percentile } from "../../scripts/harness/statistics.ts";
import { deafening, losing, parting, Relay } from "../../scripts/harness/relay.ts";

Deno.test("bench: percentiles are by nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assertEquals([0.5, 0.99, 1].map((share) => percentile(values, share)), [50, 99, 100]);
  assertEquals(percentile([7, 3, 5], 0.5), 5);
  assertEquals(percentile([7, 3, 5], 0.99), 7);
  assertEquals(percentile([], 0.5), NaN);
});

Deno.test("bench: a figure is met when it keeps every bound, and never without a value", () => {
  const figure = { what: "a", unit: "ms", values: [1, 2, 30] };
  assertEquals(bounded(figure, { median: 2, p99: 30 }).met, true);
  assertEquals(bounded(figure, { median: 1 }).met, false);
  assertEquals(bounded(figure, { median: 2, most: 29 }).met, false);
  assertEquals(bounded({ ...figure, values: [] }, { median: 2 }).met, false);
  assertEquals(bounded({ ...figure, values: [1, NaN, 1] }, { median: 2 }).met, false);
  assertEquals(bounded(figure, {}).met, undefined);
  assertEquals(bounded(figure, { median: 2, p99: 30 }).target, "median <= 2, p99 <= 30 ms");
  assertEquals(bounded(figure, {}).target, "report");
});

Deno.test("bench: what has to be 0 is met by nothing else", () => {
  assertEquals(zero("a", "ms", [0, 0]).met, true);
  assertEquals(zero("a", "ms", [0, 0.1]).met, false);
  assertEquals(zero("a", "ms", []).met, false);
});

Deno.test("bench: a row says how often, and whether it is met", () => {
  assertEquals(cells(bounded({ what: "a", unit: "ms", values: [1, 2, 1234.5] }, { median: 1 })), [
    ...["a", "median <= 1 ms", "2.000", "1235", "ms", "3", "NO"],
  ]);
  assertEquals([0, 0.1234, 12.34, 1234.5, NaN].map(digits), ["0", "0.123", "12.3", "1235", "-"]);
});

Deno.test("bench: the file has the raw values", () => {
  const figures = [bounded({ what: "  a", unit: "ms", values: [1, 3] }, {})];
  const told = JSON.parse(toJson(figures));
  assertEquals(told.figures, [
    { what: "a", unit: "ms", values: [1, 3], target: "report", met: null, median: 1, p99: 3 },
  ]);
});

Deno.test("bench: arguments are read, and wrong ones refused with their value", () => {
  assertEquals(parseArguments([]), { help: false, quick: false, only: [], json: undefined });
  assertEquals(parseArguments(["--quick", "--only", "loss", "--only=call", "--json", "a.json"]), {
    ...{ help: false, quick: true, only: ["loss", "call"], json: "a.json" },
  });
  assertEquals(parseArguments(["-h"]).help, true);
  assertThrows(() => parseArguments(["--only", "speed"]), RangeError, `got "speed"`);
  assertThrows(() => parseArguments(["--json"]), RangeError, `"--json" needs a value`);
  assertThrows(() => parseArguments(["--fast"]), RangeError, `unknown argument "--fast"`);
});

async function bindSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return socket;
}

/** Sends one byte, and resolves to what arrives and from which port. */
async function sendThrough(from: Socket, to: Socket, address: string): Promise<{ byte: number; port: number }> {
  const received = new Promise<{ byte: number; port: number }>((resolve) => {
    to.once("message", (bytes: Uint8Array, { port }: { port: number }) => resolve({ byte: bytes[0] ?? -1, port }));
  });
  from.send(new Uint8Array([42]), portOf(address), "127.0.0.1");
  return await received;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

Deno.test("bench: behind the relay each writes from the address that it is known by", async () => {
  const sockets = [await bindSocket(), await bindSocket()];
  const [one, other] = sockets;
  const relay = new Relay();
  try {
    const known = await relay.open(sockets.map((socket) => `127.0.0.1:${socket.address().port}`));
    const [first = "", second = ""] = known;
    if (one === undefined || other === undefined) throw new Error("No sockets");
    assertEquals(await sendThrough(one, other, second), { byte: 42, port: portOf(first) });
    assertEquals(await sendThrough(other, one, first), { byte: 42, port: portOf(second) });
    assertEquals([relay.passed, relay.lost], [2, 0]);
  } finally {
    await relay.close();
    for (const socket of sockets) socket.close();
  }
});

Deno.test("bench: partitions part, the deaf hear nothing, and loss is about what it says", () => {
  const parted = parting(new Set([0, 1]));
  assertEquals([parted(0, 1), parted(2, 4), parted(0, 2), parted(3, 1)], [true, true, false, false]);
  const deaf = deafening(2);
  assertEquals([deaf(0, 2), deaf(2, 0), deaf(0, 1)], [false, true, true]);
  const counted = (share: number): number => Array.from({ length: 1000 }, losing(share)).filter(Boolean).length;
  assertEquals([counted(0), counted(1)], [1000, 0]);
});
