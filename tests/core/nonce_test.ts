import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createNonces, drawNonce, NONCE_SEED_WORDS } from "../../src/core/nonce.ts";

const SEED = Array.from({ length: NONCE_SEED_WORDS }, (_, word) => Math.imul(word + 1, 0x9e3779b1) >>> 0);

function draws(stream: "configured" | "strangers", seed: readonly number[], count: number): number[] {
  const nonces = createNonces(seed);
  return Array.from({ length: count }, () => drawNonce(nonces[stream]));
}

Deno.test("nonces are integers that the wire takes, never 0, and do not repeat", () => {
  for (const seed of [SEED, [], [0, 0, 0, 0, 0, 0, 0, 0]]) {
    const numbers = draws("configured", seed, 20_000);
    assert(numbers.every((number) => Number.isSafeInteger(number) && number > 0));
    assertEquals(new Set(numbers).size, numbers.length);
  }
});

Deno.test("all 53 bits are used, each half of the time", () => {
  const numbers = draws("configured", SEED, 4000);
  for (let bit = 0; bit < 53; bit++) {
    const ones = numbers.filter((number) => Math.floor(number / 2 ** bit) % 2 === 1).length;
    assert(ones > 1800 && ones < 2200, `bit ${bit}: ${ones} of 4000`);
  }
});

Deno.test("what strangers are given says nothing of what voters are given", () => {
  const otherwise = SEED.map((word, index) => index < NONCE_SEED_WORDS / 2 ? word : word ^ 1);
  assertEquals(draws("configured", SEED, 20), draws("configured", otherwise, 20));
  assertNotEquals(draws("strangers", SEED, 20), draws("strangers", otherwise, 20));
  const voters = new Set(draws("configured", SEED, 1000));
  assertEquals(draws("strangers", SEED, 1000).filter((number) => voters.has(number)), []);
});
