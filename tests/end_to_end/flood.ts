/**
 * Floods a member with forged datagrams: a process of its own, because the members must not share its time. The plan comes as
 * JSON in the first argument; the last line tells how many datagrams it sent, in how many ms.
 *
 * @module
 */

import { createSocket } from "node:dgram";
import process from "node:process";
import { crc32 } from "../../src/wire/checksum.ts";
import { BOOT_BYTES } from "../../src/wire/bytes.ts";
import { CHECKSUM_BYTES, FIXED_BYTES } from "../../src/wire/header.ts";
import { createWire } from "../../src/wire/wire.ts";

/** What to send. */
export interface Flood {
  readonly cluster: string;
  /** `ip:port`. */
  readonly target: string;
  /** Whether the datagrams are sealed, with a secret that nobody has. */
  readonly sealed: boolean;
  /** Sockets that send in turn. */
  readonly ports: number;
  /** Datagrams a second. */
  readonly rate: number;
  readonly ms: number;
}

const BATCH = 50;

const flood: Flood = JSON.parse(process.argv[2] ?? "{}");
const secrets = flood.sealed ? ["nobody has this one"] : [];
const wire = createWire({ cluster: flood.cluster, boot: "00000000000000e1", secrets });
const ping = wire.seal("", {
  ...{
    kind: "ping",
    nonce: 1,
    hears: true,
    request: undefined,
    answer: undefined,
    gossip: undefined,
    voters: undefined,
  },
  status: {
    ...{ beat: 1, incarnation: Date.now(), id: "flood", address: "127.0.0.1:9", weight: 1, eligible: true, idle: true },
    ...{ voting: true, highestTerm: 0, leading: undefined, roll: 0 },
  },
}).slice();
const view = new DataView(ping.buffer);
const boot = FIXED_BYTES + 1 + new TextEncoder().encode(flood.cluster).length;
const end = ping.length - CHECKSUM_BYTES;

/** Another process each time. */
function forge(number: number): Uint8Array {
  view.setUint32(boot + BOOT_BYTES - 4, number + 1);
  if (!flood.sealed) view.setUint32(end, crc32(ping, end));
  return ping.slice();
}

const [host, port] = flood.target.split(":");
const sockets = await Promise.all(Array.from({ length: flood.ports }, async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return socket;
}));
const started = performance.now();
let sent = 0;
while (performance.now() - started < flood.ms) {
  const due = Math.floor((performance.now() - started) * flood.rate / 1000);
  for (const until = Math.min(due, sent + BATCH); sent < until; sent++) {
    sockets[sent % sockets.length]!.send(forge(sent), Number(port), host, () => {});
  }
  await new Promise((resolve) => sent < due ? setImmediate(resolve) : setTimeout(resolve, 1));
}
console.log(JSON.stringify({ sent, ms: Math.round(performance.now() - started) }));
for (const socket of sockets) socket.close();
