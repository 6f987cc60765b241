/**
 * Cookies: the number that a process must show with every datagram, as proof that it has read what was sent to its address.
 * One that cannot read the traffic to an address cannot speak in its name, though it knows all boots.
 *
 * A cookie is a keyed hash of the boot and the address that it was sent to, as SYN cookies are: it is remembered by the
 * other side only, so that a flood of strangers costs no memory.
 *
 * @module
 */

import type { Boot, Cookie } from "../message/message.ts";
import { siphash, type SipKey } from "../siphash.ts";

/** The number that the process `boot` at `address` must show: 16 hex digits, not all of them 0. */
export function cookieOf(key: SipKey, address: string, boot: Boot): Cookie {
  const text = boot + address;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const cookie = siphash(key, bytes);
  return cookie === NOTHING ? ONE : cookie;
}

const NOTHING = "0".repeat(16);
const ONE = "1".padStart(16, "0");
