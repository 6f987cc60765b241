/**
 * Somebody on the network who has seen real datagrams, and sends others.
 *
 * @module
 */

import { createSocket, type Socket } from "node:dgram";
import { crc32 } from "../../src/wire/checksum.ts";
import { CHECKSUM_BYTES } from "../../src/wire/header.ts";

/** A source of chance that a seed replays (mulberry32). */
export function randomBy(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor(((word ^ (word >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

/** Bytes that were hardly meant: noise, or a real datagram that was changed, cut, stretched or spliced. */
export function hostileDatagram(real: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  const original = real[random(real.length)] ?? new Uint8Array();
  const other = real[random(real.length)] ?? new Uint8Array();
  switch (random(8)) {
    case 0:
      return noise(random(1400), random);
    case 1:
      return original.slice();
    case 2:
      return original.slice(0, random(original.length));
    case 3:
      return join(original, noise(random(64), random));
    case 4:
      return join(original.subarray(0, random(original.length)), other.subarray(random(other.length)));
    case 5:
      return change(original, 1 + random(4), random);
    default:
      // The checksum keeps out accidents, not malice: with a valid one the bytes get further.
      return checksummed(change(original, 1 + random(8), random));
  }
}

function noise(length: number, random: (below: number) => number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256));
}

function join(start: Uint8Array, end: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(start.length + end.length);
  bytes.set(start);
  bytes.set(end, start.length);
  return bytes;
}

function change(original: Uint8Array, times: number, random: (below: number) => number): Uint8Array {
  const bytes = original.slice();
  for (let i = 0; i < times; i++) {
    const at = random(bytes.length);
    const old = bytes[at] ?? 0;
    bytes[at] = random(2) === 0 ? old ^ (1 << random(8)) : ([0, 1, 127, 128, 255][random(5)] ?? 0);
  }
  return bytes;
}

function checksummed(bytes: Uint8Array): Uint8Array {
  const end = Math.max(0, bytes.length - CHECKSUM_BYTES);
  if (end > 0) new DataView(bytes.buffer).setUint32(end, crc32(bytes, end));
  return bytes;
}

/** A socket on loopback that keeps the first datagrams it gets. */
export class Tap {
  readonly heard: Uint8Array[] = [];
  readonly #socket: Socket = createSocket("udp4");

  /** Binds to any port that is free, and returns its address. */
  async bind(): Promise<string> {
    this.#socket.on("message", (bytes) => {
      if (this.heard.length < 200) this.heard.push(new Uint8Array(bytes));
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, "127.0.0.1", resolve));
    const { address, port } = this.#socket.address();
    return `${address}:${port}`;
  }

  send(bytes: Uint8Array, port: number): void {
    this.#socket.send(bytes, port, "127.0.0.1", () => {});
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
