import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BOUNDS, LIMITS } from "../../src/limits.ts";
import { type CustomMessage, type DataFragment, fragment, payloadRoom } from "../../src/wire/fragments.ts";
import { type Reassembled, Reassembler } from "../../src/wire/reassembler.ts";
import { name } from "./arbitraries.ts";
import { ALICE, BOB, random } from "./samples.ts";

const ROOM = 400;
/** Where everything but the message takes the most. */
const LEAST_ROOM = payloadRoom(BOUNDS.minPacketSize, BOUNDS.maxNameBytes, true);
const message = (size: number, fill = 1): CustomMessage => ({
  channel: false,
  name: "ciao",
  value: new Uint8Array(size).fill(fill),
});
const bootOf = (number: number): string => (number + 1).toString(16).padStart(16, "0");
const nth = (pieces: readonly DataFragment[], index: number): DataFragment => {
  const piece = pieces[index];
  if (piece === undefined) throw new Error(`there is no piece ${index}`);
  return piece;
};
const reason = (outcome: Reassembled): string => outcome.kind === "dropped" ? outcome.reason : outcome.kind;

function shuffle<T>(values: readonly T[], seed: number): T[] {
  const next = random(seed);
  return values.map((value) => ({ value, key: next() })).sort((a, b) => a.key - b.key).map(({ value }) => value);
}

Deno.test("a message in any order of its pieces, some of them twice, arrives once", () => {
  const value = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(
      fc.boolean(),
      name,
      value,
      fc.nat(),
      fc.integer({ min: LEAST_ROOM }),
      (channel, event, bytes, seed, room) => {
        const sent = { channel, name: event, value: bytes };
        const pieces = fragment(sent, 9, room);
        const reassembler = new Reassembler();
        const outcomes = shuffle([...pieces, ...pieces], seed).map((piece) => reassembler.add(ALICE, piece, 0));
        assertEquals(outcomes.filter(({ kind }) => kind === "complete"), [{ kind: "complete", message: sent }]);
        assertEquals(outcomes.filter((outcome) => reason(outcome) === "duplicate-fragment").length, pieces.length);
        assertEquals(reassembler.bytes, 0);
      },
    ),
  );
});

Deno.test("pieces fit the room and the largest message fits their count", () => {
  fc.assert(
    fc.property(fc.nat(LIMITS.messageBytes), fc.integer({ min: LEAST_ROOM, max: 65_000 }), (size, room) => {
      const pieces = fragment(message(size), 0, room);
      assert(pieces.every((piece) => piece.payload.length > 0 && piece.payload.length <= room));
      assertEquals(
        pieces.length,
        Math.ceil((size + 5) / room) === pieces.length ? pieces.length : pieces.at(-1)?.count,
      );
      const reassembler = new Reassembler();
      const last = pieces.map((piece) => reassembler.add(ALICE, piece, 0).kind).at(-1);
      assertEquals(last, "complete");
    }),
    { numRuns: 50 },
  );
});

Deno.test("a message that lost a piece is lost whole, and its memory comes back", () => {
  const reassembler = new Reassembler();
  const pieces = fragment(message(4000), 1, ROOM);
  for (const piece of pieces.slice(1)) assertEquals(reason(reassembler.add(ALICE, piece, 1000)), "incomplete");
  assertEquals(reassembler.bytes, 4005);
  assertEquals(reassembler.expire(1000 + LIMITS.reassemblyAge - 1), 0);
  assertEquals(reassembler.expire(1000 + LIMITS.reassemblyAge), 1);
  assertEquals([reassembler.bytes, reassembler.senders], [0, 0]);
  assertEquals(reason(reassembler.add(ALICE, nth(pieces, 0), 7000)), "incomplete");
});

Deno.test("old messages go without anybody asking when new ones come", () => {
  const reassembler = new Reassembler();
  reassembler.add(ALICE, nth(fragment(message(4000), 1, ROOM), 0), 0);
  reassembler.add(BOB, nth(fragment(message(10), 1, ROOM), 0), LIMITS.reassemblyAge);
  assertEquals([reassembler.bytes, reassembler.senders], [0, 1]);
});

Deno.test("pieces of two senders, and of two messages, do not mix", () => {
  const reassembler = new Reassembler();
  const one = fragment(message(700, 1), 1, ROOM);
  const two = fragment(message(700, 2), 2, ROOM);
  const other = fragment(message(700, 3), 1, ROOM);
  reassembler.add(ALICE, nth(one, 0), 0);
  reassembler.add(ALICE, nth(two, 1), 0);
  reassembler.add(BOB, nth(other, 0), 0);
  const outcomes = [
    reassembler.add(BOB, nth(other, 1), 0),
    reassembler.add(ALICE, nth(one, 1), 0),
    reassembler.add(ALICE, nth(two, 0), 0),
  ];
  assertEquals(outcomes.map((outcome) => outcome.kind === "complete" && outcome.message.value[0]), [3, 1, 2]);
});

Deno.test("a piece that contradicts the first of its message is dropped, and harms nothing", () => {
  const reassembler = new Reassembler();
  const pieces = fragment(message(700), 1, ROOM);
  reassembler.add(ALICE, nth(pieces, 0), 0);
  const second = nth(pieces, 1);
  const lies: DataFragment[] = [
    { ...second, channel: true },
    { ...second, total: 704, payload: new Uint8Array(352) },
    { ...second, count: 3, payload: new Uint8Array(235) },
    { ...second, payload: new Uint8Array(1) },
    { ...second, index: 2 },
    { ...second, index: -1 },
  ];
  for (const lie of lies) assertEquals(reason(reassembler.add(ALICE, lie, 0)), "inconsistent-fragment");
  assertEquals(reason(reassembler.add(ALICE, second, 0)), "complete");
});

Deno.test("a whole message without a valid name is dropped", () => {
  const names = [[0, 65], [129, ...new Array<number>(129).fill(65)], [5, 65], [1, 0xff]];
  for (const [number, bytes] of names.entries()) {
    const payload = Uint8Array.from(bytes);
    const piece = { kind: "data", channel: true, message: number, index: 0, count: 1, total: payload.length } as const;
    assertEquals(reason(new Reassembler().add(ALICE, { ...piece, payload }, 0)), "malformed-message");
  }
});

Deno.test("a complete message shares no memory with the datagrams it came in", () => {
  const bytes = Uint8Array.from([1, 65, 7, 8]);
  const piece = { kind: "data", channel: true, message: 0, index: 0, count: 1, total: 4, payload: bytes } as const;
  const outcome = new Reassembler().add(ALICE, piece, 0);
  bytes.fill(0);
  assertEquals(outcome, { kind: "complete", message: { channel: true, name: "A", value: Uint8Array.of(7, 8) } });
  assert(outcome.kind === "complete" && outcome.message.value.buffer.byteLength === 2);
});

Deno.test("one sender holds a bounded number of messages and bytes: its oldest goes", () => {
  const reassembler = new Reassembler();
  const small = (number: number): DataFragment[] => fragment(message(700, number), number, ROOM);
  for (let number = 0; number <= LIMITS.reassembliesPerSender; number++) {
    reassembler.add(ALICE, nth(small(number), 0), 0);
  }
  assertEquals(reassembler.bytes, LIMITS.reassembliesPerSender * 705);
  assertEquals(reason(reassembler.add(ALICE, nth(small(1), 1), 0)), "complete");
  assertEquals(reason(reassembler.add(ALICE, nth(small(0), 1), 0)), "incomplete", "the oldest was given up");
  for (let number = 100; number < 200; number++) {
    reassembler.add(ALICE, nth(fragment(message(LIMITS.messageBytes), number, ROOM), 0), 0);
    assertLess(reassembler.bytes, LIMITS.reassemblyBytesPerSender + 1);
  }
});

Deno.test("invented senders and messages meet a bound in count and in bytes", () => {
  const reassembler = new Reassembler();
  const large = nth(fragment(message(LIMITS.messageBytes), 0, ROOM), 0);
  const most = BOUNDS.maxConfiguredPeers + LIMITS.strangers;
  for (let number = 0; number < 3 * most; number++) {
    const piece = number % 2 === 0 ? large : nth(fragment(message(5), number, ROOM), 0);
    reassembler.add(bootOf(number), { ...piece, message: number }, 0);
    assertLess(reassembler.senders, most + 1);
    assertLess(reassembler.bytes, 64 * LIMITS.reassemblyBytesPerSender + 1);
  }
  assertEquals(reason(reassembler.add(ALICE, nth(fragment(message(5), 1, ROOM), 0), 0)), "complete");
});

Deno.test("what is remembered of complete messages is bounded too", () => {
  const reassembler = new Reassembler();
  const one = (number: number): DataFragment => nth(fragment(message(5), number, ROOM), 0);
  for (let number = 0; number < 300; number++) reassembler.add(ALICE, one(number), 0);
  assertEquals(reason(reassembler.add(ALICE, one(299), 0)), "duplicate-fragment");
  assertEquals(reason(reassembler.add(ALICE, one(44), 0)), "duplicate-fragment");
  assertEquals(reason(reassembler.add(ALICE, one(43), 0)), "complete");
});

Deno.test("a sender that left is forgotten", () => {
  const reassembler = new Reassembler();
  const pieces = fragment(message(700), 1, ROOM);
  reassembler.add(ALICE, nth(pieces, 0), 0);
  reassembler.add(BOB, nth(pieces, 0), 0);
  reassembler.forget(ALICE);
  reassembler.forget("nobody");
  assertEquals([reassembler.senders, reassembler.bytes], [1, 705]);
  assertEquals(reason(reassembler.add(ALICE, nth(pieces, 1), 0)), "incomplete");
});

Deno.test("hostile pieces in any mixture keep the books right", () => {
  const next = random(42);
  const reassembler = new Reassembler();
  for (let step = 0; step < 50_000; step++) {
    const total = 1 + Math.floor(next() * 3000);
    const count = 1 + Math.floor(next() * 6);
    const size = Math.ceil(total / count);
    const index = Math.floor(next() * count);
    const length = Math.max(0, Math.min(size, total - index * size));
    const sender = bootOf(Math.floor(next() * 50));
    const piece = {
      kind: "data",
      channel: next() < 0.5,
      message: Math.floor(next() * 40),
      index,
      count,
      total,
    } as const;
    reassembler.add(sender, { ...piece, payload: new Uint8Array(length) }, step / 10);
    if (next() < 0.001) reassembler.forget(sender);
    assert(reassembler.bytes >= 0 && reassembler.bytes <= 50 * LIMITS.reassemblyBytesPerSender);
  }
  reassembler.expire(1e9);
  assertEquals([reassembler.senders, reassembler.bytes], [0, 0]);
});

Deno.test("a name or a value out of bounds is the sender's own mistake", () => {
  const send = (event: string, size: number) => () =>
    fragment({ channel: false, name: event, value: new Uint8Array(size) }, 0, ROOM);
  assertThrows(send("", 1), RangeError, 'Cannot send: "name" must be 1 to 128 bytes of UTF-8, got 0');
  assertThrows(send("é".repeat(65), 1), RangeError, "got 130");
  assertThrows(
    send("a", 65_537),
    RangeError,
    'Cannot send: "data" must be at most 65536 bytes when encoded, got 65537',
  );
});
