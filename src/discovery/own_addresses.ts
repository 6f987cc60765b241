/**
 * Which addresses are this member's, beside the one that it is known by.
 *
 * @module
 */

import { type Address, canonicalAddress } from "../base/address.ts";

/**
 * Whether a name's address is the member's own under another name: Debian has a machine's own name stand for 127.0.1.1,
 * and machines with several addresses have it stand for one that the member is not known by. The port tells members of one
 * machine apart; members on several loopback addresses of one machine are told apart by these.
 */
export function isOwnAddress(host: string, port: number, source: string, local: ReadonlySet<string>): boolean {
  const own = hostOf(source);
  if (own === undefined || own.port !== port || own.host === host) return false;
  return isLoopback(host) ? !isLoopback(own.host) : local.has(host);
}

function hostOf(source: string): Pick<Address, "host" | "port"> | undefined {
  const canonical = canonicalAddress(source);
  if (canonical === undefined) return undefined;
  const colon = canonical.lastIndexOf(":");
  return { host: canonical.slice(0, colon).replace(/^\[|\]$/gu, ""), port: Number(canonical.slice(colon + 1)) };
}

function isLoopback(host: string): boolean {
  return host === "::1" || /^127\./u.test(host);
}
