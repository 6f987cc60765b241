/**
 * What a datagram leaves behind for the garbage collector: `garbage_probe.ts N`, started by {@linkcode garbageOf}. First the
 * core and the wire format of N members in steady state, without sockets; then sockets without them.
 *
 * @module
 */

import { once } from "node:events";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { createMember, type MemberState, step, wakeAt } from "../../../src/core/citizen.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import type { Mutable } from "../../../src/core/message/blank.ts";
import { chosenVoters } from "../../../src/options/chosen_voters.ts";
import { type Outgoing, OutgoingPool } from "../../../src/transport/outgoing.ts";
import { createWire, type Wire } from "../../../src/wire/wire.ts";
import { median } from "../../harness/statistics.ts";
import { DEFAULT_TIMING } from "../../harness/stand.ts";
import { type Garbage, GARBAGE_FLAGS } from "./garbage.ts";

/** The simulated ms, and the datagrams, until V8 has compiled all; and those that are counted. */
const LIBRARY = { warmUp: 480_000, window: 20_000 };
const SEALED = { warmUp: 120_000, window: 2000 };
const SOCKETS = { warmUp: 3000, window: 100 };
/** Times that each is counted; the median is told, because V8 may collect after all. */
const TIMES = 5;
const RUMOR_BYTES = 900;

interface Node {
  readonly address: string;
  readonly wire: Wire;
  readonly pool: OutgoingPool;
  readonly state: MemberState;
}

export class Village {
  readonly #nodes: Node[];
  readonly #byAddress: ReadonlyMap<string, Node>;
  /** Datagrams on their way. Places are used again, so that the probe itself leaves little behind. */
  readonly #receivers: Node[] = [];
  readonly #senders: Node[] = [];
  readonly #datagrams: Outgoing[] = [];
  #waiting = 0;
  readonly #packet: Mutable<Extract<Input, { kind: "packet" }>> = {
    ...{
      kind: "packet",
      source: "",
      from: "",
      cookie: "",
      now: 0,
      wall: 0,
      message: { kind: "leave", nonce: 0, idle: false },
    },
  };
  readonly #tick: Mutable<Extract<Input, { kind: "tick" }>> = { kind: "tick", now: 0, wall: 0 };
  #now = 0;
  received = 0;

  constructor(members: number, secrets: readonly string[]) {
    const addresses = Array.from({ length: members }, (_, index) => `10.0.${index >> 8}.${index & 255}:7000`);
    this.#nodes = addresses.map((address, index) => newNode(address, index, secrets));
    this.#byAddress = new Map(this.#nodes.map((node) => [node.address, node]));
    const voters = chosenVoters(addresses);
    for (const node of this.#nodes) {
      const peers = { addresses, voters, clusterSize: voters.length };
      this.#carryOut(node, step(node.state, { kind: "peers", ...peers, now: 0, wall: wallAt(0) }));
    }
  }

  run(ms: number): void {
    const end = this.#now + ms;
    while (this.#now < end) {
      let due = Infinity;
      for (const { state } of this.#nodes) due = Math.min(due, wakeAt(state));
      this.#now = Math.max(this.#now + 0.01, due);
      this.#tick.now = this.#now;
      this.#tick.wall = wallAt(this.#now);
      for (const node of this.#nodes) {
        if (wakeAt(node.state) <= this.#now) this.#carryOut(node, step(node.state, this.#tick));
      }
      this.#deliver();
    }
  }

  #deliver(): void {
    const packet = this.#packet;
    packet.now = this.#now;
    packet.wall = wallAt(this.#now);
    for (let index = 0; index < this.#waiting; index++) {
      const node = this.#receivers[index]!;
      const datagram = this.#datagrams[index]!;
      const opened = node.wire.open(datagram.bytes);
      if (!opened.ok || opened.packet.payload.kind === "data") {
        throw new Error("Cannot measure: a datagram was dropped");
      }
      packet.source = this.#senders[index]!.address;
      packet.from = opened.packet.from;
      packet.cookie = opened.packet.cookie;
      packet.message = opened.packet.payload;
      this.received++;
      this.#carryOut(node, step(node.state, packet));
      datagram.sent(null);
    }
    this.#waiting = 0;
  }

  #carryOut(sender: Node, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== "send") continue;
      this.#receivers[this.#waiting] = this.#byAddress.get(effect.address)!;
      this.#senders[this.#waiting] = sender;
      this.#datagrams[this.#waiting++] = sender.pool.copy(sender.wire.seal(effect.cookie, effect.message));
    }
  }
}

function newNode(address: string, index: number, secrets: readonly string[]): Node {
  const boot = (index + 1).toString(16).padStart(16, "0");
  const nonceSeed = Array.from({ length: 12 }, (_, word) => Math.imul(index * 12 + word + 1, 0x9e37_79b1) >>> 0);
  const state = createMember({
    ...{
      id: `member-${index}`,
      boot,
      address,
      weight: index / 7,
      eligible: true,
      preemptAfter: undefined,
      quarantine: 1000,
    },
    ...{ ...DEFAULT_TIMING, drift: 0.01, quorum: "majority", sealed: secrets.length > 0, lifeguard: true },
    ...{ rumorBytes: RUMOR_BYTES, seed: index, nonceSeed },
  }, { now: 0, wall: wallAt(0) });
  const wire = createWire({ cluster: "garbage", boot, secrets });
  return { address, state, wire, pool: new OutgoingPool(() => {}) };
}

function wallAt(now: number): number {
  return 1_767_225_600_000 + now;
}

function heapUsed(): number {
  return Deno.memoryUsage().heapUsed;
}

function collect(): void {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") throw new Error(`Cannot measure: run with --v8-flags=${GARBAGE_FLAGS}`);
  gc();
}

async function measured(datagrams: () => number | Promise<number>): Promise<number> {
  const times: number[] = [];
  while (times.length < TIMES) {
    collect();
    const before = heapUsed();
    const count = await datagrams();
    times.push((heapUsed() - before) / count);
  }
  return median(times);
}

async function measureLibrary(
  members: number,
  secrets: readonly string[],
  { warmUp, window }: typeof LIBRARY,
): Promise<number> {
  const village = new Village(members, secrets);
  village.run(warmUp);
  return await measured(() => {
    const { received } = village;
    village.run(window);
    return village.received - received;
  });
}

/** Two sockets that answer each other at once, with as much as a heartbeat. */
async function measureSockets(): Promise<number> {
  const sockets = [createSocket("udp4"), createSocket("udp4")] as const;
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  try {
    await exchange(sockets, SOCKETS.warmUp);
    return await measured(async () => {
      await exchange(sockets, SOCKETS.window);
      return SOCKETS.window;
    });
  } finally {
    for (const socket of sockets) socket.close();
  }
}

async function exchange([one, other]: readonly [Socket, Socket], datagrams: number): Promise<void> {
  const heartbeat = new Uint8Array(120);
  const sent = (): void => {};
  let left = datagrams;
  await new Promise<void>((resolve) => {
    const answer = function (this: Socket, _bytes: Uint8Array, { port, address }: RemoteInfo): void {
      if (--left > 0) this.send(heartbeat, port, address, sent);
      else resolve();
    };
    for (const socket of [one, other]) socket.removeAllListeners("message").on("message", answer);
    one.send(heartbeat, other.address().port, "127.0.0.1", sent);
  });
}

if (import.meta.main) {
  const members = Number(Deno.args[0]);
  const garbage: Garbage = {
    library: await measureLibrary(members, [], LIBRARY),
    sealed: await measureLibrary(members, ["a secret"], SEALED),
    sockets: await measureSockets(),
  };
  console.log(JSON.stringify(garbage));
}
