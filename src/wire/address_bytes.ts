/**
 * Addresses on the wire: the family (4 or 6), the bytes of the IP address, the port. What is read from
 * bytes is canonical by construction, so that one member never goes by two addresses.
 *
 * @module
 */

import { canonicalAddress, canonicalHost, formatAddress, IPV6_GROUPS, isUnicast } from "../base/address.ts";
import { remember } from "../base/remembered.ts";
import { LIMITS } from "../limits.ts";
import { ByteReader, type ByteWriter } from "./bytes.ts";
import { Interned } from "./interned.ts";

const remembered = new Map<string, Uint8Array>();
const known = new Interned();
/** By family, which is one of them. */
const IP_ADDRESS_BYTES = { 4: 1 + 4 + 2, 6: 1 + 16 + 2 } as const;

/** Writes a canonical `ip:port` of one interface. Anything else is a mistake of the caller: a RangeError. */
export function writeAddress(writer: ByteWriter, address: string, name: string): void {
  writer.raw(
    remembered.get(address) ?? remember(remembered, LIMITS.encodedAddresses, address, addressBytes(address, name)),
  );
}

/** Writes an address, or a zero for the empty one. */
export function writeAddressOrNone(writer: ByteWriter, address: string, name: string): void {
  if (address === "") writer.u8(0);
  else writeAddress(writer, address, name);
}

function addressBytes(address: string, name: string): Uint8Array {
  const colon = address.lastIndexOf(":");
  const kind = address.startsWith("[") ? "ipv6" : "ipv4";
  const host = kind === "ipv6" ? address.slice(1, colon - 1) : address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  if (canonicalAddress(address) !== address || !isUnicast({ host, port, kind })) {
    throw new RangeError(
      `Cannot encode "${name}": must be a canonical ip:port of one interface, got ${JSON.stringify(address)}`,
    );
  }
  if (kind === "ipv4") return Uint8Array.from([4, ...host.split(".").map(Number), port >> 8, port & 255]);
  const groups = expand(host).flatMap((group) => [group >> 8, group & 255]);
  return Uint8Array.from([6, ...groups, port >> 8, port & 255]);
}

function expand(host: string): number[] {
  const [left = [], right = []] = host.split("::").map((half) =>
    half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16))
  );
  return [...left, ...new Array<number>(IPV6_GROUPS - left.length - right.length).fill(0), ...right];
}

/**
 * Reads an address as its canonical `ip:port`. Port 0, wildcards and groups are refused: nobody can be
 * reached there, or too many can.
 */
export function readAddress(reader: ByteReader): string {
  return readFamily(reader, reader.peek());
}

/** Reads what {@linkcode writeAddressOrNone} wrote. */
export function readAddressOrNone(reader: ByteReader): string {
  const family = reader.peek();
  if (family !== 0) return readFamily(reader, family);
  reader.u8();
  return "";
}

function readFamily(reader: ByteReader, family: number): string {
  if (family === 4 || family === 6) return reader.interned(known, IP_ADDRESS_BYTES[family], addressOf) ?? "";
  reader.fail();
  return "";
}

function addressOf(bytes: Uint8Array): string | undefined {
  const reader = new ByteReader(bytes);
  const kind = reader.u8() === 6 ? "ipv6" : "ipv4";
  let host = "";
  if (kind === "ipv4") {
    host = `${reader.u8()}.${reader.u8()}.${reader.u8()}.${reader.u8()}`;
  } else {
    const groups: string[] = [];
    for (let index = 0; index < IPV6_GROUPS; index++) groups.push(reader.u16().toString(16));
    const canonical = canonicalHost(groups.join(":"));
    // An IPv4 address in IPv6 clothes would be a second form of the same address.
    if (canonical?.kind !== "ipv6") return undefined;
    host = canonical.host;
  }
  const address = { host, port: reader.u16(), kind } as const;
  return address.port === 0 || !isUnicast(address) ? undefined : formatAddress(address);
}
