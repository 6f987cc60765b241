/**
 * What every transport must do, real or simulated.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { AddressInUseError, BindError } from "../../src/errors.ts";
import { networkInterfaces } from "node:os";
import type { Bind, Datagram, DatagramHandlers } from "../../src/transport/datagram.ts";

const ARRIVAL_TIME = 5000;
/** Bytes: the most that UDP over IPv4 carries. */
const LONGEST_DATAGRAM = 65_507;
/** An address for documentation (RFC 5737): no machine has it. */
const NOBODY = "192.0.2.1";

/** A socket that keeps what it receives. */
class Mailbox {
  readonly received: { readonly bytes: Uint8Array; readonly from: string }[] = [];
  #wake = (): void => {};

  static async open(bind: Bind, source: string): Promise<Mailbox> {
    const box: Mailbox = new Mailbox();
    const handlers: DatagramHandlers = {
      onDatagram: (bytes, from) => {
        box.received.push({ bytes, from });
        box.#wake();
      },
      onError: (error) => {
        throw error;
      },
    };
    box.#socket = await bind(source, handlers, LONGEST_DATAGRAM);
    return box;
  }

  #socket: Datagram | undefined;

  get socket(): Datagram {
    assert(this.#socket !== undefined);
    return this.#socket;
  }

  /** Waits for so many datagrams, and calls `retry` now and then because UDP may lose them. */
  async until(count: number, retry: () => void = () => {}): Promise<void> {
    const end = performance.now() + ARRIVAL_TIME;
    while (this.received.length < count) {
      assert(performance.now() < end, `${this.received.length} of ${count} datagrams came in ${ARRIVAL_TIME} ms`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(() => (retry(), resolve()), 250);
      });
      clearTimeout(timer);
    }
  }
}

async function with2(bind: Bind, sources: [string, string], use: (a: Mailbox, b: Mailbox) => Promise<void>) {
  const a = await Mailbox.open(bind, sources[0]);
  try {
    const b = await Mailbox.open(bind, sources[1]);
    try {
      await use(a, b);
    } finally {
      await b.socket.close();
    }
  } finally {
    await a.socket.close();
  }
}

const LOOPBACK: [string, string] = ["127.0.0.1:0", "127.0.0.1:0"];

/** Whether this machine speaks IPv6 with itself: in many containers it does not. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).flat().some((each) => each?.address === "::1");
}

/** Registers the tests of one transport. */
export function datagramContract(name: string, bind: Bind): void {
  const test: Register = (what, fn, ignore = false) =>
    Deno.test({ name: `${name}: ${what}`, fn, ignore, sanitizeOps: true, sanitizeResources: true });
  delivery(bind, test);
  sending(bind, test);
  binding(bind, test);
}

type Register = (what: string, fn: () => Promise<void>, ignore?: boolean) => void;

function delivery(bind: Bind, test: Register): void {
  test("a datagram arrives whole, with its sender's canonical address", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      const bytes = Uint8Array.from({ length: 1200 }, (_, index) => index % 256);
      a.socket.send(bytes, b.socket.address);
      await b.until(1, () => a.socket.send(bytes, b.socket.address));
      assertEquals(Array.from(b.received[0]?.bytes ?? []), Array.from(bytes));
      assertEquals(b.received[0]?.from, a.socket.address);
      b.socket.send(new Uint8Array([7]), b.received[0]?.from ?? "");
      await a.until(1, () => b.socket.send(new Uint8Array([7]), a.socket.address));
      assertEquals(Array.from(a.received[0]?.bytes ?? []), [7]);
    }));

  test(
    "the same over IPv6",
    () =>
      with2(bind, ["[::1]:0", "[::1]:0"], async (a, b) => {
        assertMatch(a.socket.address, /^\[::1\]:[1-9]\d*$/);
        a.socket.send(new Uint8Array([6]), b.socket.address);
        await b.until(1, () => a.socket.send(new Uint8Array([6]), b.socket.address));
        assertEquals(b.received[0]?.from, a.socket.address);
      }),
    !hasIpv6(),
  );

  test("an empty and the largest datagram arrive", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      for (const size of [0, LONGEST_DATAGRAM]) {
        const before = b.received.length;
        const send = () => a.socket.send(new Uint8Array(size), b.socket.address);
        send();
        await b.until(before + 1, send);
        assertEquals(b.received.at(-1)?.bytes.length, size);
      }
    }));

  test("a datagram does not overwrite the one before", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      // Three small datagrams always fit into an empty receive buffer, in whatever order they come.
      for (const value of [1, 2, 3]) a.socket.send(new Uint8Array([value]), b.socket.address);
      await b.until(3);
      assertEquals([...new Set(b.received.map(({ bytes }) => bytes[0]))].sort(), [1, 2, 3]);
    }));
}

function sending(bind: Bind, test: Register): void {
  test("what cannot be sent is counted, and nothing is thrown", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      const bad = ["", "nonsense", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "localhost:80"];
      const all = [...bad, "[::1]:80", "[nonsense]:80", "256.0.0.1:80", "__proto__:80"];
      for (const to of all) a.socket.send(new Uint8Array([1]), to);
      a.socket.send(new Uint8Array(65_508), b.socket.address);
      a.socket.send(new Uint8Array([2]), b.socket.address);
      await b.until(1, () => a.socket.send(new Uint8Array([2]), b.socket.address));
      assertEquals(a.socket.unsent, all.length + 1);
      assertEquals(b.received.map(({ bytes }) => bytes[0]).filter((value) => value !== 2), []);
    }));

  test("what was sent may be changed afterwards, and many may be on their way at once", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      const bytes = new Uint8Array(100);
      const send = (): void => {
        for (let value = 1; value <= 100; value++) a.socket.send(bytes.fill(value), b.socket.address);
        bytes.fill(0);
      };
      const values = (): Set<number> => new Set(b.received.map((each) => each.bytes[0] ?? 0));
      send();
      while (values().size < 100) await b.until(b.received.length + 1, send);
      for (const each of b.received) assertEquals(new Set(each.bytes).size, 1, `${each.bytes}`);
      assertEquals(values().has(0), false);
    }));

  test("sending where nobody listens does no harm", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      const gone = await Mailbox.open(bind, "127.0.0.1:0");
      await gone.socket.close();
      for (let count = 0; count < 20; count++) a.socket.send(new Uint8Array([1]), gone.socket.address);
      a.socket.send(new Uint8Array([2]), b.socket.address);
      await b.until(1, () => a.socket.send(new Uint8Array([2]), b.socket.address));
      b.socket.send(new Uint8Array([3]), a.socket.address);
      await a.until(1, () => b.socket.send(new Uint8Array([3]), a.socket.address));
    }));
}

function binding(bind: Bind, test: Register): void {
  test("a port of 0 becomes a real one", async () => {
    const { socket } = await Mailbox.open(bind, "127.0.0.1:0");
    assertMatch(socket.address, /^127\.0\.0\.1:[1-9]\d*$/);
    await socket.close();
  });

  test("an address has one socket", async () => {
    const { socket } = await Mailbox.open(bind, "127.0.0.1:0");
    const error = await assertRejects(() => Mailbox.open(bind, socket.address), AddressInUseError);
    assertEquals(error.code, "address-in-use");
    await socket.close();
    const again = await Mailbox.open(bind, socket.address);
    assertEquals(again.socket.address, socket.address);
    await again.socket.close();
  });

  test("an address that this machine does not have cannot be bound", async () => {
    const error = await assertRejects(() => Mailbox.open(bind, `${NOBODY}:0`), BindError);
    assertEquals(error.code, "bind");
  });

  test("what is no address cannot be bound", async () => {
    for (const source of ["", "127.0.0.1", "localhost:0", "::1:0"]) {
      assertInstanceOf(await Mailbox.open(bind, source).catch((error: unknown) => error), TypeError, source);
    }
    await assertRejects(() => Mailbox.open(bind, "127.0.0.1:65536"), RangeError, "from 1 to 65535");
  });

  test("a closed socket sends and receives no more, and may be closed again", () =>
    with2(bind, LOOPBACK, async (a, b) => {
      a.socket.send(new Uint8Array([1]), b.socket.address);
      await b.socket.close();
      const before = b.received.length;
      await b.socket.close();
      b.socket.send(new Uint8Array([2]), a.socket.address);
      assertEquals(b.socket.unsent, 1);
      for (let count = 0; count < 5; count++) a.socket.send(new Uint8Array([1]), b.socket.address);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assertEquals([b.received.length, a.received.length], [before, 0]);
    }));
}
