/**
 * Members of two minor versions in one cluster, as in a rolling upgrade. What the later one adds is what a later version may add: flags,
 * fields behind all others, and kinds of messages.
 */

import { assertEquals, assertGreater } from "@std/assert";
import { Counters } from "../../src/stats/counters.ts";
import { SharedLeases } from "../../src/leadership/named_view.ts";
import { SharedView } from "../../src/leadership/shared_view.ts";
import { resolveOptions } from "../../src/options.ts";
import type { Bind, DatagramHandlers } from "../../src/transport/datagram.ts";
import { BOOT_BYTES, INTEGER_BYTES } from "../../src/wire/bytes.ts";
import { crc32 } from "../../src/wire/checksum.ts";
import { CHECKSUM_BYTES, FIXED_BYTES } from "../../src/wire/header.ts";
import { encodeValue } from "../../src/wire/value.ts";
import { Backlog } from "../../src/worker/backlog.ts";
import { Latch } from "../../src/worker/latch.ts";
import { serve } from "../../src/worker/loop.ts";
import { localPorts, type Port } from "../../src/worker/port.ts";
import type { LoopCommand, LoopReport } from "../../src/worker/protocol.ts";
import { until } from "../../scripts/harness/waiting.ts";

const CLUSTER = "two versions";
const BODY = FIXED_BYTES + 1 + CLUSTER.length + 2 * BOOT_BYTES;
const [PING, ACK] = [1, 2];

function withChecksum(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + CHECKSUM_BYTES);
  bytes.set(body);
  new DataView(bytes.buffer).setUint32(body.length, crc32(bytes, body.length));
  return bytes;
}

/** What a member of the next minor version would send instead, and beside it. */
function later(datagram: Uint8Array): Uint8Array[] {
  const body = new Uint8Array(datagram.length - CHECKSUM_BYTES + 3);
  body.set(datagram.subarray(0, -CHECKSUM_BYTES));
  body[3] = 1;
  const kind = body[BODY];
  // A flag of a ping or an ack that means nothing yet stands behind the nonce, and the cookie of an ack.
  const flags = BODY + 1 + INTEGER_BYTES + (kind === ACK ? BOOT_BYTES : 0);
  if (kind === PING || kind === ACK) body[flags]! |= 0x80;
  body.set([1, 2, 3], body.length - 3);
  const unknown = body.slice();
  unknown[BODY] = 200;
  return [withChecksum(body), withChecksum(unknown)];
}

interface Member {
  readonly port: Port<LoopCommand, LoopReport>;
  readonly view: SharedView;
  readonly counters: Counters;
  readonly reports: LoopReport[];
}

class Hub {
  readonly #handlers = new Map<string, DatagramHandlers>();
  readonly members: Member[];

  /** Those in `upgraded` are of the later version. */
  constructor(addresses: readonly string[], upgraded: ReadonlySet<string>) {
    this.members = addresses.map((source, index) => this.#start(source, addresses, index, upgraded.has(source)));
  }

  #start(source: string, addresses: readonly string[], index: number, isLater: boolean): Member {
    const [port, far] = localPorts<LoopCommand, LoopReport>();
    const reports: LoopReport[] = [];
    port.receive((report) => reports.push(report));
    const bind: Bind = (address, handlers) => {
      this.#handlers.set(address, handlers);
      const send = (bytes: Uint8Array, to: string): void => {
        for (const sent of isLater ? later(bytes) : [bytes.slice()]) {
          setTimeout(() => this.#handlers.get(to)?.onDatagram(sent, address));
        }
      };
      const close = (): Promise<void> => {
        this.#handlers.delete(address);
        return Promise.resolve();
      };
      return Promise.resolve({ address, unsent: 0, send, close });
    };
    serve(far, bind);
    const [view, counters] = [new SharedView(), new Counters()];
    const { settings } = resolveOptions({
      ...{ source, peers: [], cluster: CLUSTER, id: `m${index}`, weight: 9 - index, broadcast: false },
      ...{ interval: 50, timeout: 500, channels: ["news"] },
    });
    port.post({
      ...{ type: "start", settings, view: view.buffer, counters: counters.buffer, backlog: new Backlog().buffer },
      latch: new Latch().buffer,
      leases: new SharedLeases().buffer,
      ...{ sentAt: performance.now(), watched: false, fenced: false },
    });
    port.post({ type: "peers", addresses, clusterSize: addresses.length });
    return { port, view, counters, reports };
  }
}

const leaderOf = ({ reports }: Member): string | null | undefined =>
  reports.findLast((report) => report.type === "leader")?.leader?.id;

Deno.test("members of two minor versions elect, hand over and talk, whoever is of which", async () => {
  const addresses = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"];
  for (const upgraded of [[0], [2], [0, 1], [1, 2]]) {
    const { members } = new Hub(addresses, new Set(upgraded.map((index) => addresses[index]!)));
    try {
      const agree = (id: string): Promise<void> =>
        until(`all follow ${id}`, () => members.every((member) => leaderOf(member) === id));
      await agree("m0");
      members.forEach(({ port }, index) => {
        port.post({ type: "send", name: "news", channel: true, body: encodeValue(index) });
      });
      const heard = ({ reports }: Member): number => reports.filter(({ type }) => type === "message").length;
      await until("each hears both others", () => members.every((member) => heard(member) === 2));
      members[0]!.port.post({ type: "resign", request: 1 });
      await agree("m1");
      members.forEach(({ counters }, index) => {
        const { dropped } = counters.read();
        const hearsLater = upgraded.some((other) => other !== index);
        if (hearsLater) assertGreater(dropped["unknown-kind"], 0, `m${index} ignores kinds that it does not know`);
        assertEquals(dropped["malformed"], 0);
      });
    } finally {
      for (const { port } of members) port.post({ type: "close" });
      await until("all are closed", () => members.every(({ reports }) => reports.at(-1)?.type === "closed"));
    }
  }
});
