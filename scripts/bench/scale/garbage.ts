/**
 * What a datagram leaves behind for the garbage collector, in the library and in the sockets.
 *
 * @module
 */

import { capture } from "../../harness/process.ts";

/** Nothing may be collected while it is counted. */
export const GARBAGE_FLAGS = "--expose-gc,--min-semi-space-size=128,--max-semi-space-size=128";

/** ms. */
const LIMIT = 300_000;

/** Bytes on V8's heap that each datagram leaves behind; what the runtime allocates elsewhere is not in it. */
export interface Garbage {
  /** Core, wire format and the copy that is sent, with their share of what happens once in an interval. */
  readonly library: number;
  /** The same with a secret, nearly all of it by node:crypto. */
  readonly sealed: number;
  /** A bare node:dgram that receives a datagram and sends one. */
  readonly sockets: number;
}

/** Measures it in processes of their own, with as many members in steady state. */
export async function garbageOf(members: number): Promise<Garbage> {
  const script = "scripts/bench/scale/garbage_probe.ts";
  const flags = ["--allow-env", "--allow-read", "--allow-net=127.0.0.1", `--v8-flags=${GARBAGE_FLAGS}`];
  const { ok, stdout, stderr } = await capture(Deno.execPath(), ["run", "--quiet", ...flags, script, String(members)], {
    timeout: LIMIT,
  });
  if (!ok) throw new Error(`What a datagram leaves behind could not be measured\n${stderr}`);
  return JSON.parse(stdout);
}

/** All of it, and how it compares. */
export function tellGarbage({ library, sealed, sockets }: Garbage): string {
  return `A datagram leaves ${library.toFixed(0)} bytes on the heap behind in the library, and ${
    sockets.toFixed(0)
  } in ` +
    `the sockets, ${(sockets / library).toFixed(0)} times as much; with a secret ${
      sealed.toFixed(0)
    }, nearly all of it ` +
    "by node:crypto";
}
