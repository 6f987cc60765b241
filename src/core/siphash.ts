/**
 * SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, 2012): a keyed hash of short texts. Without the key nobody can tell what it makes
 * of a text, however many others are known.
 *
 * @module
 */

/** The key, as four 32-bit words: the low and the high half of k0, then of k1. */
export type SipKey = readonly [number, number, number, number];

/** 64-bit integers as pairs of 32-bit halves, the low one first: v0, v1, v2, v3. */
type State = Int32Array;

/** Adds the pair at `from` to the pair at `to`. */
function add(state: State, to: number, from: number): void {
  const low = (state[to]! >>> 0) + (state[from]! >>> 0);
  state[to + 1] = state[to + 1]! + state[from + 1]! + (low > 0xffff_ffff ? 1 : 0);
  state[to] = low;
}

/** Rotates the pair at `at` to the left by `bits`, 1 to 31. */
function rotate(state: State, at: number, bits: number): void {
  const [low, high] = [state[at]!, state[at + 1]!];
  state[at] = low << bits | high >>> (32 - bits);
  state[at + 1] = high << bits | low >>> (32 - bits);
}

function swapHalves(state: State, at: number): void {
  const low = state[at]!;
  state[at] = state[at + 1]!;
  state[at + 1] = low;
}

function mix(state: State, to: number, from: number): void {
  state[to] = state[to]! ^ state[from]!;
  state[to + 1] = state[to + 1]! ^ state[from + 1]!;
}

function round(state: State): void {
  add(state, 0, 2);
  rotate(state, 2, 13);
  mix(state, 2, 0);
  swapHalves(state, 0);
  add(state, 4, 6);
  rotate(state, 6, 16);
  mix(state, 6, 4);
  add(state, 0, 6);
  rotate(state, 6, 21);
  mix(state, 6, 0);
  add(state, 4, 2);
  rotate(state, 2, 17);
  mix(state, 2, 4);
  swapHalves(state, 4);
}

function absorb(state: State, low: number, high: number): void {
  state[6] = state[6]! ^ low;
  state[7] = state[7]! ^ high;
  round(state);
  round(state);
  state[0] = state[0]! ^ low;
  state[1] = state[1]! ^ high;
}

/** 32 bits, the first byte lowest; bytes behind the end count as zeros. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 | (bytes[at + 3] ?? 0) << 24;
}

/**
 * The hash of some bytes.
 *
 * @param key The secret.
 * @param bytes What is hashed.
 * @returns 16 lower-case hex digits, the highest first.
 */
export function siphash([k0, k1, k2, k3]: SipKey, bytes: Uint8Array): string {
  // "somepseudorandomlygeneratedbytes"
  const state = Int32Array.of(
    ...[k0 ^ 0x70736575, k1 ^ 0x736f6d65, k2 ^ 0x6e646f6d, k3 ^ 0x646f7261],
    ...[k0 ^ 0x6e657261, k1 ^ 0x6c796765, k2 ^ 0x79746573, k3 ^ 0x74656462],
  );
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) absorb(state, wordAt(bytes, at), wordAt(bytes, at + 4));
  absorb(state, wordAt(bytes, whole), wordAt(bytes, whole + 4) | bytes.length << 24);
  state[4] = state[4]! ^ 0xff;
  for (let rounds = 0; rounds < 4; rounds++) round(state);
  const low = state[0]! ^ state[2]! ^ state[4]! ^ state[6]!;
  const high = state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
