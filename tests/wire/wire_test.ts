import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { crc32 as zlibCrc32 } from "node:zlib";
import type { Rumor } from "../../src/core/message/message.ts";
import { bytesOf as roomOf, LEAST_RUMOR_BYTES } from "../../src/core/membership/rumor.ts";
import { VOTERS_BYTES } from "../../src/core/membership/electorate.ts";
import { BOUNDS, LIMITS } from "../../src/limits.ts";
import { crc32 } from "../../src/wire/checksum.ts";
import type { Payload } from "../../src/wire/codec.ts";
import { fragment } from "../../src/wire/fragments.ts";
import type { WireDrop } from "../../src/wire/header.ts";
import { createWire, type Wire } from "../../src/wire/wire.ts";
import { boot, name, payload, rumor } from "./arbitraries.ts";
import {
  ACK,
  ALICE,
  BOB,
  CLUSTER,
  keptWire,
  LONGEST,
  LONGEST_RUMOR,
  MOST,
  PING,
  SAMPLES,
  splice,
  withChecksum,
} from "./samples.ts";

const plain = (own: string, cluster = CLUSTER): Wire => keptWire({ cluster, boot: own, secrets: [] });
const alice = plain(ALICE);
const bob = plain(BOB);
/** Where the body starts: its first byte is the kind. */
const BODY = 2 + 1 + 1 + 1 + 1 + CLUSTER.length + 8 + 8;

function reasonOf(datagram: Uint8Array, receiver: Wire = bob): WireDrop | "opened" {
  const opened = receiver.open(datagram);
  return opened.ok ? "opened" : opened.reason;
}

Deno.test("every payload comes back as it was", () => {
  fc.assert(
    fc.property(boot, boot, fc.oneof(boot, fc.constant("")), name, payload, (from, own, to, cluster, sent) => {
      fc.pre(from !== own);
      const datagram = plain(from, cluster).seal(to, sent);
      const opened = plain(own, cluster).open(datagram);
      assertEquals(opened, { ok: true, packet: { from, cookie: to, payload: sent } });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a Buffer at an offset in a larger one is read like any other", () => {
  const datagram = bob.seal(ALICE, PING);
  const pool = Buffer.alloc(datagram.length + 20, 0xff);
  pool.set(datagram, 9);
  const opened = alice.open(pool.subarray(9, 9 + datagram.length));
  assertEquals(opened, { ok: true, packet: { from: BOB, cookie: ALICE, payload: PING } });
});

Deno.test("a duration never gains on its way: remaining is rounded down, age up", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 3_600_000, noNaN: true }), (duration) => {
    const leading = { term: 1, remaining: duration };
    const ping = alice.seal(BOB, { ...PING, status: { ...PING.status, leading } });
    const vouch = alice.seal(BOB, { kind: "vouch", target: "10.0.0.1:1", boot: BOB, age: duration });
    const remaining = field(ping, (body) => body.kind === "ping" ? body.status.leading?.remaining : undefined);
    const age = field(vouch, (body) => body.kind === "vouch" ? body.age : undefined);
    // The sum of two roundings of a double is far below the microsecond that is rounded to.
    assert(remaining <= duration + 1e-6 && remaining > duration - 0.001_001, `${duration} became ${remaining}`);
    assert(age >= duration - 1e-6 && age < duration + 0.001_001, `${duration} became ${age}`);
  }));
});

function field(datagram: Uint8Array, read: (payload: Payload) => number | undefined): number {
  const opened = bob.open(datagram);
  const value = opened.ok ? read(opened.packet.payload) : undefined;
  if (value === undefined) throw new Error("the field did not arrive");
  return value;
}

Deno.test("durations out of range are held at its ends", () => {
  const age = (ms: number): number =>
    field(
      alice.seal(BOB, { kind: "vouch", target: "10.0.0.1:1", boot: BOB, age: ms }),
      (body) => body.kind === "vouch" ? body.age : undefined,
    );
  assertEquals(age(-5), 0);
  assertEquals(age(1e12), 4_294_967.295);
  assertGreater(age(Number.POSITIVE_INFINITY), BOUNDS.maxTimeout);
});

const GOLDEN: Record<Payload["kind"], string> = {
  ping:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020100000000000007016d0000000000004d00018bcfe5680105616c696365040a00000730393fe000000000000000018bcfe5680000018bcfe56800000f193c0000000000000300000f424001020000018bcfe5680002b0b000000000000200018bcfe567ff08696e766f6963657300018bcfe56802010000000000000400018bcfe568030084340760",
  ack:
    "d3c40200000964656d6f637261637900000000000000a1b0b0000000000002020000000000000700000000000000a102bb0000000000004d00018bcfe568010462c3b66206fd00000000000000000000000000000700503fe000000000000000018bcfe568000000000000000c0000000000000300018bcfe56804020000018bcfe568000208696e766f6963657300018bcfe568020001b0b000000000000200018bcfe568000000000000000500003039000511040a0000080001b0b0000000000002000000000000070462c3b662bff800000000000001040a000009000100000000000000a100000000000000016300000000000000000206fd0000000000000000000000000000070050b0b00000000000020000000000000800000000000000a103040a0000080001b0b00000000000020000000000000904040a0000080001b0b00000000000020000000000000901030000000000001234ffffffff35eaebb8",
  release:
    "d3c40200000964656d6f637261637900000000000000a1b0b0000000000002030000000000000800000000000005020000000000000009b0b00000000000020108696e766f696365730000000000000a00000000000000000010ae21f5",
  leave: "d3c40200000964656d6f637261637900000000000000a1b0b0000000000002040000000000000a014b1f5f70",
  probe: "d3c40200000964656d6f637261637900000000000000a1b0b000000000000205040a000009ffffdcbd8087",
  vouch:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020606000000000000000000000000000000010001b0b0000000000002000030395df30765",
  nack: "d3c40200000964656d6f637261637900000000000000a1b0b000000000000208040a000009ffff47b89556",
  pull: "d3c40200000964656d6f637261637900000000000000a1b0b000000000000209040a000009ffff8b1295c8",
  page:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020a0006000000000000000000000000000000010001000511040a0000080001b0b0000000000002000000000000070462c3b662bff800000000000001040a000009000100000000000000a100000000000000016300000000000000000206fd0000000000000000000000000000070050b0b00000000000020000000000000800000000000000a103040a0000080001b0b00000000000020000000000000904040a0000080001b0b000000000000200000000000009d9c73278",
  claims:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020b0000000000000301000f424001020000018bcfe5680002b0b000000000000200018bcfe567ff08696e766f6963657300018bcfe56802015c38cd40",
  votes:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020c0000000000000300018bcfe56804020000018bcfe568000208696e766f6963657300018bcfe56802004abca196",
  "roll-call": "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020d00000000000007751f2094",
  roll:
    "d3c40200000964656d6f637261637900000000000000a1b0b00000000000020e000000000000070000000000000905616c6963650208696e766f696365730100018bcfe56802077265706f7274730000000000000000507ea049",
  data:
    "d3c40200000964656d6f637261637900000000000000a1b0b0000000000002070100000000000005000100020000000701020301ebf0ff",
};

Deno.test("the bytes of version 2.0 stay what they are", () => {
  for (const sample of SAMPLES) {
    assertEquals(Buffer.from(alice.seal(BOB, sample)).toString("hex"), GOLDEN[sample.kind], sample.kind);
    const opened = bob.open(Buffer.from(GOLDEN[sample.kind], "hex"));
    assertEquals(opened, { ok: true, packet: { from: ALICE, cookie: BOB, payload: sample } }, sample.kind);
  }
});

Deno.test("the checksum is the one that everybody calls CRC-32", () => {
  assertEquals(crc32(new TextEncoder().encode("123456789")), 0xcbf4_3926);
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assertEquals(crc32(bytes), zlibCrc32(bytes))));
});

Deno.test("no flip of one or two bits in a real datagram is ever opened", () => {
  for (const sample of SAMPLES) {
    const datagram = alice.seal(BOB, sample);
    const bits = datagram.length * 8;
    const flip = (bit: number): void => {
      datagram[bit >> 3] = (datagram[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    };
    for (let first = 0; first < bits; first++) {
      flip(first);
      assert(!bob.open(datagram).ok, `${sample.kind} with bit ${first} flipped`);
      for (let second = first + 1; second < bits; second += 1 + (first % 13)) {
        flip(second);
        assert(!bob.open(datagram).ok, `${sample.kind} with bits ${first} and ${second} flipped`);
        flip(second);
      }
      flip(first);
    }
  }
});

Deno.test("no shortened or lengthened datagram is ever opened", () => {
  for (const sample of SAMPLES) {
    const datagram = alice.seal(BOB, sample);
    for (let length = 0; length < datagram.length; length++) {
      assert(!bob.open(datagram.slice(0, length)).ok);
      if (sample.kind !== "data") {
        assert(!bob.open(withChecksum(datagram.slice(0, length))).ok, `${sample.kind} ${length}`);
      }
    }
    assertEquals(reasonOf(splice(datagram, datagram.length - 4, datagram.length, 0, 0, 0, 0, 0)), "malformed");
  }
});

Deno.test("each kind of bad datagram is dropped for its own reason", () => {
  const ping = alice.seal(BOB, PING);
  const sealed = keptWire({ cluster: CLUSTER, boot: ALICE, secrets: ["s"] });
  const cases: [string, Uint8Array, WireDrop, Wire?][] = [
    ["empty", new Uint8Array(), "too-short"],
    ["cut in the header", ping.slice(0, 20), "too-short"],
    ["without a body", withChecksum(ping.slice(0, BODY + 4)), "too-short"],
    ["DNS", Buffer.from("aabb01000001000000000000", "hex"), "bad-magic"],
    ["another major version", splice(ping, 2, 3, 3), "bad-version"],
    ["another cluster", plain(ALICE, "democracz").seal(BOB, PING), "other-cluster"],
    ["a longer cluster", plain(ALICE, "democracy2").seal(BOB, PING), "other-cluster"],
    ["a shorter cluster", plain(ALICE, "democrac").seal(BOB, PING), "other-cluster"],
    ["a wrong checksum", ping.with(BODY + 3, 1), "bad-checksum"],
    ["a seal without a secret", sealed.seal(BOB, PING), "sealed"],
    ["no seal where one is needed", ping, "unsealed", createWire({ cluster: CLUSTER, boot: BOB, secrets: ["s"] })],
    ["another secret", sealed.seal(BOB, PING), "bad-seal", createWire({ cluster: CLUSTER, boot: BOB, secrets: ["t"] })],
    ["its own", ping, "reflected", alice],
    ["an unknown form", splice(ping, 4, 5, 9), "malformed"],
    ["a sender without a boot", splice(ping, BODY - 16, BODY - 8, 0, 0, 0, 0, 0, 0, 0, 0), "malformed"],
    ["an unknown kind", splice(ping, BODY, BODY + 1, 99), "unknown-kind"],
    ["kind 0", splice(ping, BODY, BODY + 1, 0), "unknown-kind"],
    ["an unsafe nonce", splice(ping, BODY + 1, BODY + 2, 0x20), "malformed"],
    ["unknown flags", splice(ping, BODY + 8, BODY + 9, 0x80), "malformed"],
    ["an empty id", splice(ping, BODY + 24, BODY + 30, 0), "malformed"],
    ["an id over its bound", splice(ping, BODY + 24, BODY + 30, 129, ...new Array<number>(129).fill(65)), "malformed"],
    ["an id that is not UTF-8", splice(ping, BODY + 25, BODY + 26, 0xff), "malformed"],
    ["an id that is half a surrogate pair", splice(ping, BODY + 25, BODY + 28, 0xed, 0xa0, 0x80), "malformed"],
    ["an id with a control character", splice(ping, BODY + 25, BODY + 26, 0x1b), "malformed"],
    ["an id that turns the order of what is read", splice(ping, BODY + 25, BODY + 28, 0xe2, 0x80, 0xae), "malformed"],
    ["an infinite weight", splice(ping, BODY + 37, BODY + 39, 0x7f, 0xf0), "malformed"],
    ["a weight that is no number", splice(ping, BODY + 37, BODY + 39, 0x7f, 0xf8), "malformed"],
    ["an unknown refusal", refusal(7), "malformed"],
    ["an address of family 5", address(5, 10, 0, 0, 7, 0, 80), "malformed"],
    ["port 0", address(4, 10, 0, 0, 7, 0, 0), "malformed"],
    ["a wildcard", address(4, 0, 0, 0, 0, 0, 80), "malformed"],
    ["a multicast group", address(4, 224, 0, 0, 1, 0, 80), "malformed"],
    ["broadcast", address(4, 255, 255, 255, 255, 0, 80), "malformed"],
    ["the IPv6 wildcard", address(6, ...new Array<number>(16).fill(0), 0, 80), "malformed"],
    ["an IPv6 group", address(6, 0xff, 2, ...new Array<number>(13).fill(0), 1, 0, 80), "malformed"],
    ["IPv4 in IPv6", address(6, ...new Array<number>(10).fill(0), 255, 255, 10, 0, 0, 7, 0, 80), "malformed"],
    ["a vouch for nobody", vouchFor(new Array<number>(8).fill(0)), "malformed"],
    ["a piece past the last", piece(2, 2, 7, 3), "malformed"],
    ["no pieces", piece(0, 0, 7, 3), "malformed"],
    ["no bytes", piece(0, 1, 0, 0), "malformed"],
    ["more pieces than bytes", piece(0, 8, 7, 1), "malformed"],
    ["pieces that leave a gap", piece(0, 4, 5, 2), "malformed"],
    ["a piece too short", piece(0, 2, 8, 3), "malformed"],
    ["a piece too long", piece(0, 2, 4, 3), "malformed"],
    ["a message over its bound", piece(0, 1, 65_666, 65_000), "malformed"],
    ["absurdly many pieces", piece(0, 60_000, 60_000, 1), "malformed"],
  ];
  for (const [what, datagram, reason, receiver] of cases) assertEquals(reasonOf(datagram, receiver), reason, what);
});

function address(...bytes: number[]): Uint8Array {
  return splice(alice.seal(BOB, { kind: "probe", target: "10.0.0.7:80" }), BODY + 1, BODY + 8, ...bytes);
}

function refusal(code: number): Uint8Array {
  const ack = alice.seal(BOB, { ...ACK, gossip: undefined, voters: undefined });
  return splice(ack, ack.length - 5, ack.length - 4, code);
}

function vouchFor(bytes: number[]): Uint8Array {
  const vouch = alice.seal(BOB, { kind: "vouch", target: "10.0.0.7:80", boot: ALICE, age: 1 });
  return splice(vouch, vouch.length - 16, vouch.length - 8, ...bytes);
}

function piece(index: number, count: number, total: number, length: number): Uint8Array {
  return alice.seal(BOB, {
    kind: "data",
    channel: false,
    message: 1,
    index,
    count,
    total,
    payload: new Uint8Array(length),
  });
}

Deno.test("what a later minor version adds is ignored", () => {
  for (const sample of SAMPLES) {
    const datagram = alice.seal(BOB, sample);
    const longer = splice(datagram, datagram.length - 4, datagram.length, 1, 2, 3, 0, 0, 0, 0);
    assertEquals(reasonOf(longer), "malformed", sample.kind);
    const later = splice(longer, 3, 4, 1);
    assertEquals(bob.open(later), { ok: true, packet: { from: ALICE, cookie: BOB, payload: sample } }, sample.kind);
  }
  const ping = splice(alice.seal(BOB, PING), 3, 4, 200);
  assertEquals(reasonOf(splice(ping, BODY + 8, BODY + 9, 0x80)), "opened");
  assertEquals(reasonOf(splice(ping, BODY, BODY + 1, 99)), "unknown-kind");
  assertEquals(reasonOf(withChecksum(ping.slice(0, -1))), "malformed");
});

Deno.test("what no valid member would say is refused with its name and value", () => {
  const status = PING.status;
  const cases: [Payload, string][] = [
    [
      { kind: "leave", nonce: 0.5, idle: false },
      'Cannot encode "nonce": must be an integer from 0 to 2^53 - 1, got 0.5',
    ],
    [{ kind: "leave", nonce: -1, idle: false }, "got -1"],
    [{ kind: "leave", nonce: 2 ** 53, idle: false }, "got 9007199254740992"],
    [{ ...PING, status: { ...status, weight: Number.POSITIVE_INFINITY } }, '"weight": must be finite, got Infinity'],
    [{ ...PING, status: { ...status, id: "" } }, '"id": must be 1 to 128 bytes of UTF-8, got 0 characters'],
    [{ ...PING, status: { ...status, id: "é".repeat(65) } }, "got 65 characters"],
    [{ kind: "probe", target: "localhost:80" }, 'must be a canonical ip:port of one interface, got "localhost:80"'],
    [{ kind: "probe", target: "[FD00::1]:80" }, '"target"'],
    [{ kind: "probe", target: "0.0.0.0:80" }, '"target"'],
    [{ kind: "probe", target: "10.0.0.1:0" }, '"target"'],
    [
      { kind: "vouch", target: "10.0.0.1:1", boot: "XYZ", age: 0 },
      '"boot": must be 16 hex digits, not all zero, got "XYZ"',
    ],
    [{ kind: "vouch", target: "10.0.0.1:1", boot: BOB, age: Number.NaN }, '"age": must be a number, got NaN'],
  ];
  for (const [bad, text] of cases) assertThrows(() => alice.seal(BOB, bad), RangeError, text);
  assertThrows(() => plain("0000000000000000"), RangeError, '"boot"');
  assertThrows(() => plain(ALICE, "x".repeat(129)), RangeError, '"cluster"');
});

Deno.test("a rumor takes at most the room that the core counts for it", () => {
  fc.assert(fc.property(rumor, (word) => {
    const sizeOf = (rumors: readonly Rumor[]): number =>
      alice.seal(BOB, { kind: "page", after: "", upTo: "", rumors }).length;
    const size = sizeOf([word]) - sizeOf([]);
    assert(size <= roomOf(word), `${size} bytes instead of ${roomOf(word)}`);
    assert(size >= LEAST_RUMOR_BYTES);
  }));
});

Deno.test("what the rumors may take, and all the rest of a ping or an ack, make no more than one datagram", () => {
  for (const limit of [BOUNDS.minPacketSize, 1200]) {
    for (const secrets of [[], ["secret"]]) {
      const wire = createWire({ cluster: "c".repeat(128), boot: ALICE, secrets });
      for (const message of LONGEST) {
        if (message.kind !== "ping" && message.kind !== "ack") continue;
        const room = wire.rumorRoom(limit, message.status.id) - (message.voters === undefined ? 0 : VOTERS_BYTES);
        const count = Math.floor(room / roomOf(LONGEST_RUMOR));
        if (message.voters === undefined) assertGreater(count, 0);
        const rumors = Array.from({ length: count }, () => LONGEST_RUMOR);
        const leaderHint = { boot: BOB, term: MOST, beat: MOST, remaining: 3_600_000 };
        const datagram = wire.seal(BOB, { ...message, gossip: { leaderHint, rumors } });
        assertLess(datagram.length, limit + 1);
      }
    }
  }
});

Deno.test("no datagram is larger than the smallest limit allows, whatever it says", () => {
  const cluster = "ü".repeat(64);
  for (const secrets of [[], ["secret"]]) {
    const wire = createWire({ cluster, boot: ALICE, secrets });
    const other = createWire({ cluster, boot: BOB, secrets });
    for (const longest of LONGEST) {
      const datagram = wire.seal(BOB, longest);
      assertLess(datagram.length, BOUNDS.minPacketSize + 1, longest.kind);
      assertEquals(other.open(datagram), { ok: true, packet: { from: ALICE, cookie: BOB, payload: longest } });
    }
    for (const limit of [BOUNDS.minPacketSize, 1200, BOUNDS.maxPacketSize]) {
      const value = new Uint8Array(LIMITS.messageBytes).fill(7);
      const pieces = fragment({ channel: true, name: "n".repeat(128), value }, 2 ** 53 - 1, wire.payloadRoom(limit));
      const sizes = pieces.map((part) => wire.seal(BOB, part).length);
      assertLess(Math.max(...sizes), limit + 1);
      assertGreater(Math.max(...sizes), limit - 1 - pieces.length - limit / pieces.length, "room is left unused");
      for (const part of pieces) assert(other.open(wire.seal(BOB, part)).ok);
    }
  }
});
