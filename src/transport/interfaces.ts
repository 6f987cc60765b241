/**
 * The addresses of this machine.
 *
 * @module
 */

import { networkInterfaces } from "node:os";
import { canonicalHost } from "../base/address.ts";

/** The IP addresses of this machine's interfaces, canonical; none where the runtime does not tell (Deno without `--allow-sys`). */
export function localHosts(): ReadonlySet<string> {
  if (!mayAsk()) return new Set();
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => canonicalHost(address)?.host ?? address));
}

/** Deno would ask the person at the terminal, for a thing that nobody has asked for. */
function mayAsk(): boolean {
  const deno: unknown = Reflect.get(globalThis, "Deno");
  if (!isDeno(deno)) return true;
  return deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" }).state === "granted";
}

interface DenoGlobal {
  readonly permissions: {
    querySync(what: { readonly name: "sys"; readonly kind: "networkInterfaces" }): { readonly state: string };
  };
}

function isDeno(value: unknown): value is DenoGlobal {
  return typeof value === "object" && value !== null && "permissions" in value;
}
