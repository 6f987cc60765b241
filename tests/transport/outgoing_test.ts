import { assert, assertEquals } from "@std/assert";
import { type Outgoing, OutgoingPool } from "../../src/transport/outgoing.ts";

Deno.test("outgoing: bytes are used again once the datagram is gone, and not before", () => {
  let failures = 0;
  const pool = new OutgoingPool(() => failures++);
  const [first, second] = [pool.copy(Uint8Array.of(1, 2)), pool.copy(Uint8Array.of(3, 4))];
  assert(first.bytes !== second.bytes);
  first.sent(null);
  const third = pool.copy(Uint8Array.of(5, 6));
  assert(third === first);
  assertEquals([third.bytes, second.bytes], [Uint8Array.of(5, 6), Uint8Array.of(3, 4)]);
  second.sent(new Error("no route"));
  assertEquals(failures, 1);
  assertEquals(pool.copy(Uint8Array.of(7)).bytes, Uint8Array.of(7), "bytes of another length do not fit");
  assert(pool.copy(Uint8Array.of(8, 9)) === second, "those of one that failed do");
});

Deno.test("outgoing: what is given is a copy", () => {
  const pool = new OutgoingPool(() => {});
  const bytes = Uint8Array.of(1, 2, 3);
  const { bytes: copy } = pool.copy(bytes);
  bytes.fill(0);
  assertEquals(copy, Uint8Array.of(1, 2, 3));
});

Deno.test("outgoing: what is kept is bounded, in number and length, and new lengths replace old ones", () => {
  const pool = new OutgoingPool(() => {});
  const copies = (count: number, length: number): Outgoing[] =>
    Array.from({ length: count }, () => pool.copy(new Uint8Array(length)));
  for (const { sent } of copies(1000, 100)) sent(null);
  assert(pool.size > 0 && pool.size <= 64, `${pool.size}`);
  const { size } = pool;
  for (const { sent } of copies(10, 60_000)) sent(null);
  assertEquals(pool.size, size, "long ones are not kept");
  for (let length = 200; length < 400; length++) for (const { sent } of copies(1, length)) sent(null);
  assert(pool.size <= 64, `${pool.size}`);
  const [last] = copies(1, 399);
  assert(last !== undefined);
  last.sent(null);
  assert(copies(1, 399)[0] === last);
});
