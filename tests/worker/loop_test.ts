import { assert, assertEquals } from "@std/assert";
import { Counters } from "../../src/stats/counters.ts";
import { SharedLeases } from "../../src/leadership/named_view.ts";
import { SharedView } from "../../src/leadership/shared_view.ts";
import { resolveOptions } from "../../src/options.ts";
import type { Bind, DatagramHandlers } from "../../src/transport/datagram.ts";
import { Backlog } from "../../src/worker/backlog.ts";
import { Latch } from "../../src/worker/latch.ts";
import { serve } from "../../src/worker/loop.ts";
import { localPorts, type Port } from "../../src/worker/port.ts";
import type { LoopCommand, LoopReport } from "../../src/worker/protocol.ts";
import { block, until } from "../../scripts/harness/waiting.ts";

interface Bench {
  readonly port: Port<LoopCommand, LoopReport>;
  readonly view: SharedView;
  readonly counters: Counters;
  readonly reports: LoopReport[];
  readonly sockets: { handlers: DatagramHandlers; closed: boolean }[];
  /** Waits for a report. */
  hears(type: LoopReport["type"]): Promise<void>;
}

/** A loop on this thread, with a socket that leads nowhere. */
function start(options: { readonly watched?: boolean; readonly bind?: Bind } = {}): Bench {
  const [port, far] = localPorts<LoopCommand, LoopReport>();
  const reports: LoopReport[] = [];
  const sockets: Bench["sockets"] = [];
  port.receive((report) => reports.push(report));
  const bind: Bind = (address, handlers) => {
    const socket = { handlers, closed: false };
    sockets.push(socket);
    return Promise.resolve({
      address,
      unsent: 0,
      send: () => {},
      close: () => {
        socket.closed = true;
        return Promise.resolve();
      },
    });
  };
  serve(far, options.bind ?? bind);
  const view = new SharedView();
  const counters = new Counters();
  const { settings } = resolveOptions({
    source: "127.0.0.1:12345",
    peers: [],
    interval: 20,
    timeout: 200,
    stallTimeout: 200,
    broadcast: false,
  });
  view.stamp(performance.now());
  port.post({
    type: "start",
    settings,
    view: view.buffer,
    leases: new SharedLeases().buffer,
    counters: counters.buffer,
    backlog: new Backlog().buffer,
    latch: new Latch().buffer,
    sentAt: performance.now(),
    watched: options.watched ?? false,
    fenced: false,
  });
  const hears = (type: LoopReport["type"]): Promise<void> =>
    until(`the loop says ${type}`, () => reports.some((report) => report.type === type));
  return { port, view, counters, reports, sockets, hears };
}

function lead({ port }: Bench): void {
  port.post({ type: "peers", addresses: [], clusterSize: 1 });
}

Deno.test("a loop binds, leads alone, and leaves nothing", async () => {
  const bench = start();
  lead(bench);
  await bench.hears("elected");
  assert(bench.view.isLeader());
  bench.port.post({ type: "close" });
  await bench.hears("closed");
  assert(!bench.view.isLeader());
  assertEquals(bench.sockets.map(({ closed }) => closed), [true]);
  assertEquals(bench.reports.map(({ type }) => type).filter((type) => type !== "leader" && type !== "tally"), [
    "ready",
    "elected",
    "readiness",
    "resigned",
    "readiness",
    "closed",
  ]);
});

Deno.test("orders that come before the socket is bound are not lost", async () => {
  const bench = start();
  bench.port.post({ type: "close" });
  await bench.hears("closed");
  assertEquals(bench.reports.map(({ type }) => type), ["ready", "closed"]);
});

Deno.test("a resignation is confirmed after its event", async () => {
  const bench = start();
  lead(bench);
  await bench.hears("elected");
  bench.port.post({ type: "resign", request: 7 });
  await bench.hears("done");
  const told = bench.reports.filter(({ type }) => type === "resigned" || type === "done");
  assertEquals(told.map(({ type }) => type), ["resigned", "done"]);
  bench.port.post({ type: "close" });
  await bench.hears("closed");
});

Deno.test("a socket that cannot be bound, and one that breaks", async () => {
  const unbound = start({ bind: () => Promise.reject(new RangeError("no socket")) });
  await unbound.hears("failed");
  assertEquals(unbound.reports.map((report) => report.type === "failed" && report.error.message), ["no socket"]);
  const broken = start();
  lead(broken);
  await broken.hears("elected");
  broken.sockets[0]?.handlers.onError(new Error("broken"));
  await broken.hears("failed");
  assert(!broken.view.isLeader());
  assertEquals(broken.sockets[0]?.closed, true);
});

Deno.test("what the network sends is counted", async () => {
  const bench = start();
  lead(bench);
  await bench.hears("elected");
  bench.sockets[0]?.handlers.onDatagram(new Uint8Array(500), "127.0.0.1:9");
  const { received, bytesReceived, dropped } = bench.counters.read();
  assertEquals([received, bytesReceived, dropped["bad-magic"]], [1, 500, 1]);
  bench.port.post({ type: "close" });
  await bench.hears("closed");
});

Deno.test("a thread that stamps no more loses the lead, and gets it back", async () => {
  const bench = start({ watched: true });
  lead(bench);
  const stamping = setInterval(() => bench.view.stamp(performance.now()), 10);
  await bench.hears("elected");
  clearInterval(stamping);
  await bench.hears("resigned");
  const resigned = bench.reports.find((report) => report.type === "resigned");
  assertEquals(resigned?.type === "resigned" && resigned.reason, "stalled");
  assert(!bench.view.isLeader());
  const stamps = setInterval(() => bench.view.stamp(performance.now()), 10);
  await until("it leads again", () => bench.view.isLeader());
  clearInterval(stamps);
  bench.port.post({ type: "close" });
  await bench.hears("closed");
});

Deno.test("a loop that was blocked for longer than its lease does not lead, and stands again", async () => {
  const bench = start();
  lead(bench);
  await bench.hears("elected");
  const before = bench.view.term() ?? 0;
  block(300);
  assert(!bench.view.isLeader());
  await until("it leads again", () => bench.view.isLeader());
  assert((bench.view.term() ?? 0) > before);
  bench.port.post({ type: "close" });
  await bench.hears("closed");
});
