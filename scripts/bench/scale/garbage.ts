/**
 * What a datagram leaves behind for the garbage collector, in the library and in the sockets.
 *
 * @module
 */

import { capture } from "../../process.ts";

/** Nothing may be collected while it is counted. */
export const GARBAGE_FLAGS = "--expose-gc,--min-semi-space-size=128,--max-semi-space-size=128";

/** ms. */
const LIMIT = 300_000;

/** Bytes on V8's heap that each datagram leaves behind; what the runtime allocates elsewhere is not in it. */
export interface Garbage {
  /** Core and wire format, with the bytes of the datagram itself and what happens once in an interval. */
  readonly library: number;
  /** A bare node:dgram that receives a datagram and sends one. */
  readonly sockets: number;
}

/** Measures it in processes of their own, with as many members in steady state. */
export async function garbageOf(members: number): Promise<Garbage> {
  const script = "scripts/bench/scale/garbage_probe.ts";
  const flags = ["--quiet", "--allow-env", "--allow-read", "--allow-net=127.0.0.1", `--v8-flags=${GARBAGE_FLAGS}`];
  const { ok, stdout, stderr } = await capture(Deno.execPath(), ["run", ...flags, script, String(members)], {
    timeout: LIMIT,
  });
  if (!ok) throw new Error(`What a datagram leaves behind could not be measured\n${stderr}`);
  return JSON.parse(stdout);
}

/** Both, and how they compare. */
export function tellGarbage({ library, sockets }: Garbage): string {
  return `A datagram leaves ${library.toFixed(0)} bytes on the heap behind, itself included; the sockets leave ` +
    `${sockets.toFixed(0)} more, ${(sockets / library).toFixed(1)} times as much`;
}
