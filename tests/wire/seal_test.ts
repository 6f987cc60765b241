import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { createCipheriv, hkdfSync } from "node:crypto";
import { LIMITS } from "../../src/limits.ts";
import { ReplayWindow } from "../../src/wire/replay_window.ts";
import { Sealer } from "../../src/wire/seal.ts";
import { createWire, type Opened, type Wire } from "../../src/wire/wire.ts";
import { boot, payload } from "./arbitraries.ts";
import { ALICE, BOB, CLUSTER, PING, SAMPLES } from "./samples.ts";

const wire = (own: string, ...secrets: string[]): Wire => createWire({ cluster: CLUSTER, boot: own, secrets });
const always = (): boolean => true;
const reason = (opened: Opened): string => opened.ok ? "opened" : opened.reason;
const HEADER = 5 + 1 + CLUSTER.length + 8 + 8 + 6;

Deno.test("every sealed payload comes back as it was, once", () => {
  const secret = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(boot, boot, secret, payload, (from, own, key, sent) => {
      fc.pre(from !== own);
      const datagram = wire(from, key).seal(own, sent);
      const receiver = wire(own, key);
      assertEquals(receiver.open(datagram), { ok: true, packet: { from, cookie: own, payload: sent } });
      assertEquals(reason(receiver.open(datagram)), "replayed");
    }),
    { numRuns: 500 },
  );
});

Deno.test("the sealed bytes of version 2.0 stay what they are", () => {
  const datagram = Buffer.from(wire(ALICE, "a secret").seal(BOB, { kind: "leave", nonce: 10, idle: false })).toString(
    "hex",
  );
  assertEquals(
    datagram,
    "d3c40200010964656d6f637261637900000000000000a1b0b00000000000020000000000005d3bb02f011f31d57de1083c5a6e488a112524613e42d2a45d",
  );
});

/** Seals by the description of the format alone, so that the code under test is not its own witness. */
function sealByHand(minor: number, sequence: number, body: Uint8Array): Uint8Array {
  const header = Buffer.concat([
    Buffer.from([0xd3, 0xc4, 2, minor, 1, CLUSTER.length]),
    Buffer.from(CLUSTER),
    Buffer.from(ALICE + BOB, "hex"),
    Buffer.alloc(6),
  ]);
  header.writeUIntBE(sequence, header.length - 6, 6);
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(sequence, 6, 6);
  const key = hkdfSync("sha256", "a secret", Buffer.from(ALICE, "hex"), `democracy wire 1 ${CLUSTER}`, 32);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key), nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
}

Deno.test("the format is AES-256-GCM under a key by HKDF, as described", () => {
  const leave = Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 10, 0);
  const bob = wire(BOB, "a secret");
  assertEquals(
    wire(ALICE, "a secret").seal(BOB, { kind: "leave", nonce: 10, idle: false }),
    Uint8Array.from(sealByHand(0, 0, leave)),
  );
  assertEquals(reason(bob.open(sealByHand(0, 1, Uint8Array.of(...leave, 1)))), "malformed");
  assertEquals(reason(bob.open(sealByHand(1, 2, Uint8Array.of(...leave, 1)))), "opened");
  assertEquals(reason(bob.open(sealByHand(0, 3, Uint8Array.of(99)))), "unknown-kind");
  assertEquals(reason(bob.open(sealByHand(0, 4, Uint8Array.of()))), "too-short");
  assertEquals(reason(bob.open(sealByHand(0, 2 ** 48 - 1, leave))), "opened");
});

Deno.test("no flipped bit of a sealed datagram is ever opened, and none uses up its number", () => {
  const alice = wire(ALICE, "a secret");
  for (const sample of SAMPLES) {
    const bob = wire(BOB, "a secret");
    assertEquals(reason(bob.open(alice.seal(BOB, PING))), "opened");
    const datagram = alice.seal(BOB, sample);
    for (let bit = 0; bit < datagram.length * 8; bit++) {
      const flipped = Uint8Array.from(datagram);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert(!bob.open(flipped).ok, `bit ${bit}`);
    }
    for (let length = 0; length < datagram.length; length++) assert(!bob.open(datagram.slice(0, length)).ok);
    assertEquals(reason(bob.open(datagram)), "opened");
  }
});

Deno.test("a sealed datagram longer than any is dropped, and does not throw", () => {
  const datagram = new Uint8Array(70_000);
  datagram.set(wire(ALICE, "a secret").seal(BOB, PING));
  const bob = wire(BOB, "a secret");
  assertEquals([65_535, 65_536, 70_000].map((length) => reason(bob.open(datagram.subarray(0, length)))), [
    ...["bad-seal", "bad-seal", "bad-seal"],
  ]);
});

Deno.test("a sealed datagram shows nothing of its body", () => {
  const alice = wire(ALICE, "a secret");
  const [first, second] = [alice.seal(BOB, PING).slice(), alice.seal(BOB, PING).slice()];
  assertEquals(Buffer.from(first).includes("alice"), false);
  assertNotEquals(first.slice(HEADER), second.slice(HEADER));
});

Deno.test("the same secret does not open the datagrams of another cluster or boot", () => {
  const seal = (cluster: string, own: string): Uint8Array =>
    new Sealer(cluster, own, ["s"]).seal(0, Uint8Array.of(1), Uint8Array.of(2));
  const datagram = seal("a", ALICE).slice();
  const open = (cluster: string, from: string): Uint8Array | string =>
    new Sealer(cluster, "00000000000000ff", ["s"]).open(from, 0, datagram, 1, always);
  assertEquals(Uint8Array.from(Buffer.from(open("a", ALICE))), Uint8Array.of(2));
  assertEquals(open("b", ALICE), "bad-seal");
  assertEquals(open("a", BOB), "bad-seal");
});

Deno.test("secrets rotate without a gap: accept the new, then seal with it, then drop the old", () => {
  const steps = [["old"], ["old", "new"], ["new", "old"], ["new"]];
  for (const [index, secrets] of steps.entries()) {
    for (const others of steps.slice(Math.max(0, index - 1), index + 2)) {
      const datagram = wire(ALICE, ...secrets).seal(BOB, PING);
      assertEquals(reason(wire(BOB, ...others).open(datagram)), "opened", `${secrets} to ${others}`);
    }
  }
  assertEquals(reason(wire(BOB, "new").open(wire(ALICE, "old").seal(BOB, PING))), "bad-seal");
  assertEquals(reason(wire(BOB, "new").open(wire(ALICE, "old", "new").seal(BOB, PING))), "bad-seal");
});

Deno.test("a window takes each number once, and none that is too far behind", () => {
  const window = new ReplayWindow();
  const take = (sequence: number): boolean => {
    const fresh = window.isFresh(sequence);
    if (fresh) window.mark(sequence);
    return fresh;
  };
  assertEquals([take(5), take(5), take(3), take(3), take(4), take(0)], [true, false, true, false, true, true]);
  assertEquals([take(1028), take(4), take(5), take(6)], [true, false, false, true], "1024 numbers are remembered");
  assertEquals([take(2 ** 48 - 1), take(1028), take(2 ** 48 - 1024), take(2 ** 48 - 1025)], [true, false, true, false]);
});

Deno.test("a window agrees with a set that forgets nothing", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -1500, max: 60 }), fc.boolean()), { maxLength: 400 });
  fc.assert(fc.property(steps, (moves) => {
    const window = new ReplayWindow();
    const seen = new Set<number>();
    let newest = 2000;
    for (const [step, leap] of moves) {
      const sequence = newest + (leap ? Math.abs(step) : step);
      if (sequence < 0) continue;
      const tooOld = seen.size > 0 && sequence <= Math.max(...seen) - 1024;
      assertEquals(window.isFresh(sequence), !tooOld && !seen.has(sequence), `${sequence}`);
      if (!window.isFresh(sequence)) continue;
      window.mark(sequence);
      seen.add(sequence);
      newest = Math.max(newest, sequence);
    }
  }));
});

Deno.test("datagrams may overtake each other and still count once", () => {
  const alice = wire(ALICE, "s");
  const bob = wire(BOB, "s");
  const datagrams = Array.from({ length: 1000 }, () => alice.seal(BOB, PING).slice()).reverse();
  for (const datagram of datagrams) assertEquals(reason(bob.open(datagram)), "opened");
  for (const datagram of datagrams) assertEquals(reason(bob.open(datagram)), "replayed");
});

Deno.test("strangers cost no memory, and members a bounded one", () => {
  const header = Uint8Array.of(1);
  const bob = new Sealer(CLUSTER, BOB, ["s"]);
  const bootOf = (number: number): string => number.toString(16).padStart(16, "0");
  for (let stranger = 1; stranger <= 200; stranger++) {
    const datagram = new Sealer(CLUSTER, bootOf(stranger), ["wrong"]).seal(0, header, header);
    assertEquals(bob.open(bootOf(stranger), 0, datagram, 1, always), "bad-seal");
  }
  assertEquals(bob.senders, 0);
  const first = new Sealer(CLUSTER, ALICE, ["s"]);
  assert(typeof bob.open(ALICE, 0, first.seal(0, header, header), 1, always) !== "string");
  for (let member = 1000; member < 1000 + LIMITS.replayWindows; member++) {
    const datagram = new Sealer(CLUSTER, bootOf(member), ["s"]).seal(0, header, header);
    assert(typeof bob.open(bootOf(member), 0, datagram, 1, always) !== "string");
    const next = member - 999;
    assert(typeof bob.open(ALICE, next, first.seal(next, header, header), 1, always) !== "string");
  }
  assertEquals(bob.senders, LIMITS.replayWindows);
  const replay = first.seal(0, header, header);
  assertEquals(bob.open(ALICE, 0, replay, 1, always), "replayed", "a sender that is heard is not the one forgotten");
});

Deno.test("sealing needs a secret", () => {
  assertThrows(() => new Sealer(CLUSTER, ALICE, []), RangeError, "secrets");
});
