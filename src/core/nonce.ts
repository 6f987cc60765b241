/**
 * Numbers that only who receives them can echo. They are what tells a peer from somebody who writes in its name, so
 * one of them must not be computable from others: each kind of receiver has a stream of its own.
 *
 * @module
 */

import type { SipKey } from "./siphash.ts";

/** The state of Chris Doty-Humphrey's sfc32 (PractRand): three words and a counter. */
type Words = [number, number, number, number];

/** Outputs until every word of the seed has reached every bit. */
const WARM_UP = 12;

/** How many 32-bit words the streams start from, and the key of cookies is made of. */
export const NONCE_SEED_WORDS = 12;

/** The secrets of one member: the nonces for configured members are never seen by strangers. */
export interface Nonces {
  readonly configured: Words;
  readonly strangers: Words;
  readonly cookieKey: SipKey;
}

/** Streams from {@linkcode NONCE_SEED_WORDS} random words; missing ones count as 0. */
export function createNonces(seed: readonly number[]): Nonces {
  const words = (from: number): Words => {
    const [a = 0, b = 0, c = 0, d = 1] = seed.slice(from, from + 4);
    const state: Words = [a | 0, b | 0, c | 0, d | 0];
    for (let i = 0; i < WARM_UP; i++) nextWord(state);
    return state;
  };
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = seed.slice(8);
  return { configured: words(0), strangers: words(4), cookieKey: [k0, k1, k2, k3] };
}

/** The next nonce of a stream: 53 random bits, never 0. */
export function drawNonce(words: Words): number {
  const high = nextWord(words) >>> 11;
  return high * 2 ** 32 + nextWord(words) || 1;
}

function nextWord(words: Words): number {
  const [a, b, c, counter] = words;
  const sum = (((a + b) | 0) + counter) | 0;
  words[0] = b ^ (b >>> 9);
  words[1] = (c + (c << 3)) | 0;
  words[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
  words[3] = (counter + 1) | 0;
  return sum >>> 0;
}
