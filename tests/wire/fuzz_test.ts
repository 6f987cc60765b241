import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { Buffer } from "node:buffer";
import { headerPrefix, SEALED, type WireDrop } from "../../src/wire/header.ts";
import { Sealer } from "../../src/wire/seal.ts";
import { createWire, type Wire } from "../../src/wire/wire.ts";
import { ALICE, BOB, CLUSTER, random, SAMPLES, withChecksum } from "./samples.ts";

const SEED = 20_260_101;
const BODY = 5 + 1 + CLUSTER.length + 16;

function mutate(original: Uint8Array, next: () => number, from = 0): Uint8Array {
  const bytes = Uint8Array.from(original);
  const changes = 1 + Math.floor(next() * 4);
  for (let change = 0; change < changes; change++) {
    const at = from + Math.floor(next() * (bytes.length - from));
    bytes[at] = next() < 0.3 ? [0, 1, 127, 128, 255][Math.floor(next() * 5)] ?? 0 : Math.floor(next() * 256);
  }
  const shape = next();
  if (shape < 0.1) return bytes.slice(0, from + Math.floor(next() * (bytes.length - from)));
  return shape < 0.2 ? Uint8Array.from([...bytes, ...noise(next, 8)]) : bytes;
}

function noise(next: () => number, most: number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(next() * most) }, () => Math.floor(next() * 256));
}

/** Opens, and counts by reason; what is opened must be something that a member can say. */
function tally(receiver: Wire, speaker: Wire, drops: Map<WireDrop | "opened", number>, datagram: Uint8Array): void {
  const opened = receiver.open(datagram);
  const reason = opened.ok ? "opened" : opened.reason;
  drops.set(reason, (drops.get(reason) ?? 0) + 1);
  if (!opened.ok) return;
  const again = receiver.open(speaker.seal(opened.packet.cookie, opened.packet.payload));
  assert(again.ok, "what was opened can be sealed and opened again");
}

Deno.test("150 000 mutated and random datagrams without seal: none throws, all are counted", () => {
  const next = random(SEED);
  const alice = createWire({ cluster: CLUSTER, boot: ALICE, secrets: [] });
  const bob = createWire({ cluster: CLUSTER, boot: BOB, secrets: [] });
  const originals = SAMPLES.map((sample) => alice.seal(BOB, sample).slice());
  const drops = new Map<WireDrop | "opened", number>();
  for (let round = 0; round < 50_000; round++) {
    const original = originals[round % originals.length] ?? new Uint8Array();
    tally(bob, alice, drops, mutate(original, next));
    // With a checksum that fits, so that the fields themselves are what is tried.
    tally(bob, alice, drops, withChecksum(mutate(original, next, BODY)));
    tally(bob, alice, drops, round % 2 ? noise(next, 1500) : mutate(original, next, 5));
  }
  assertEquals([...drops.values()].reduce((sum, count) => sum + count), 150_000);
  const seen: WireDrop[] = [
    "too-short",
    "bad-magic",
    "bad-version",
    "other-cluster",
    "bad-checksum",
    "malformed",
    "unknown-kind",
  ];
  for (const reason of seen) assertGreater(drops.get(reason) ?? 0, 10, reason);
  assertGreater(drops.get("opened") ?? 0, 1000, "some mutations are valid, or the fields were never reached");
});

Deno.test("60 000 mutated and random datagrams with seal: none throws, forged ones open never", () => {
  const next = random(SEED + 1);
  const secrets = ["a secret", "another"];
  const alice = createWire({ cluster: CLUSTER, boot: ALICE, secrets });
  const bob = createWire({ cluster: CLUSTER, boot: BOB, secrets });
  const originals = SAMPLES.map((sample) => alice.seal(BOB, sample).slice());
  for (const original of originals) assert(bob.open(original).ok);
  for (let round = 0; round < 40_000; round++) {
    const original = originals[round % originals.length] ?? new Uint8Array();
    const datagram = round % 4 === 3 ? Buffer.from(noise(next, 300)) : mutate(original, next);
    const opened = bob.open(datagram);
    assert(!opened.ok, "forged");
  }
  const insider = new Sealer(CLUSTER, "00000000000000ff", secrets);
  const prefix = headerPrefix(CLUSTER, "00000000000000ff", SEALED);
  const bodies = originalBodies();
  const drops = new Map<WireDrop | "opened", number>();
  const charlie = createWire({ cluster: CLUSTER, boot: "00000000000000cc", secrets });
  for (let round = 0; round < 20_000; round++) {
    const header = Buffer.concat([prefix, Buffer.from(BOB, "hex"), Buffer.alloc(6)]);
    header.writeUIntBE(round, header.length - 6, 6);
    tally(
      bob,
      charlie,
      drops,
      insider.seal(round, header, mutate(bodies[round % bodies.length] ?? new Uint8Array(), next)),
    );
  }
  for (const reason of ["opened", "malformed", "unknown-kind"] as const) {
    assertGreater(drops.get(reason) ?? 0, 100, reason);
  }
  assertLess(drops.get("bad-seal") ?? 0, 1, "the insider knows the secret");
});

function originalBodies(): Uint8Array[] {
  const plain = createWire({ cluster: CLUSTER, boot: ALICE, secrets: [] });
  return SAMPLES.map((sample) => plain.seal(BOB, sample).slice(BODY, -4));
}
