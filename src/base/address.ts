/**
 * Addresses as people write them, and the one canonical form that the library compares and sends:
 * `ip:port`, `[ip]:port` for IPv6, with IPv6 as RFC 5952 wants it.
 *
 * @module
 */

import { describe } from "../errors.ts";

/** What stands before the port. */
export type HostKind = "ipv4" | "ipv6" | "name";

/** An address taken apart. `host` is canonical: no brackets, lower case, IPv6 compressed. */
export interface Address {
  /** An IP address, or a host name. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
  /** What `host` is. */
  readonly kind: HostKind;
}

/** How an address may look, and how errors name it. */
export interface AddressRules {
  /** What cannot be done without the address; `Cannot join` unless said. */
  readonly action?: string;
  /** The option, as errors name it: `source`, `peers[2]`. */
  readonly label: string;
  /** Whether port 0 is allowed. */
  readonly portZero?: boolean;
}

const SHAPE = "an address like 10.0.0.7:12345 or [fd00::7]:12345";
/** A host name of 253 characters, and a port. */
const LONGEST_ADDRESS = 260;
/** Groups of 16 bits in an IPv6 address. */
export const IPV6_GROUPS = 8;

/**
 * Takes an address apart: `host:port`, `ip:port` or `[ipv6]:port`. An IPv6 address that carries an IPv4
 * address (`::ffff:10.0.0.7`) is taken for that IPv4 address, so that one member has one address.
 *
 * Throws a TypeError where it is not an address at all, and a RangeError where the port is out of range.
 *
 * @example
 * ```ts
 * import { parseAddress } from "./address.ts";
 *
 * const address = parseAddress("[FD00:0::7]:12345", { label: "source" });
 * console.log(address); // { host: "fd00::7", port: 12345, kind: "ipv6" }
 * ```
 */
export function parseAddress(text: unknown, rules: AddressRules): Address {
  const fail = (why: string): TypeError => new TypeError(`${rules.action ?? "Cannot join"}: "${rules.label}" ${why}`);
  if (typeof text !== "string") throw fail(`must be ${SHAPE}, got ${describe(text)}`);
  const got = `got ${describe(text)}`;
  if (text.length > LONGEST_ADDRESS) throw fail(`must be at most ${LONGEST_ADDRESS} characters long, ${got}`);
  if (text === "") throw fail(`must be ${SHAPE}, got an empty string`);
  if (/[,;]/u.test(text)) throw fail(`must be one address, and of several each a string of its own, ${got}`);
  if (/\s/u.test(text)) throw fail(`must not contain white space, ${got}`);
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(text) || text.includes("/")) {
    throw fail(`must be ${SHAPE}, without a protocol or path, ${got}`);
  }
  if (text.includes("%")) {
    throw fail(
      `must not have a zone id, because it means nothing to other machines; use a global or unique local address, ${got}`,
    );
  }
  const { host, port, bracketed } = split(text, fail, got);
  if (port === "") {
    const plain = /^\d*$/u.test(host) || host.length > 64 ? "10.0.0.7" : host;
    throw fail(`must end with a port, like ${bracketed ? `[${host}]` : plain}:12345, ${got}`);
  }
  if (!/^\d+$/u.test(port)) throw fail(`must end with a port ${portsOf(rules)}, ${got}`);
  checkPort(Number(port), rules, got);
  return { ...checkHost(host, bracketed, fail, got), port: Number(port) };
}

interface Parts {
  readonly host: string;
  readonly port: string;
  readonly bracketed: boolean;
}

type Fail = (why: string) => TypeError;

function split(text: string, fail: Fail, got: string): Parts {
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end < 0) throw fail(`must close its bracket, like [fd00::7]:12345, ${got}`);
    const rest = text.slice(end + 1);
    if (rest !== "" && !rest.startsWith(":")) throw fail(`must have a colon and a port after its bracket, ${got}`);
    return { host: text.slice(1, end), port: rest.slice(1), bracketed: true };
  }
  const first = text.indexOf(":");
  if (first < 0) return { host: text, port: "", bracketed: false };
  if (first !== text.lastIndexOf(":")) {
    throw fail(`must have brackets around an IPv6 address, like [fd00::7]:12345, ${got}`);
  }
  return { host: text.slice(0, first), port: text.slice(first + 1), bracketed: false };
}

function portsOf({ portZero }: AddressRules): string {
  return portZero === true ? "from 1 to 65535, or 0 to let the system choose" : "from 1 to 65535";
}

function checkPort(port: number, rules: AddressRules, got: string): void {
  const what = `${rules.action ?? "Cannot join"}: "${rules.label}" must have a port`;
  if (port > 65_535) throw new RangeError(`${what} ${portsOf(rules)}, ${got}`);
  if (port === 0 && rules.portZero !== true) throw new RangeError(`${what} other than 0, ${got}`);
}

function checkHost(host: string, bracketed: boolean, fail: Fail, got: string): Omit<Address, "port"> {
  if (host === "") throw fail(`must have a host before its port, like 10.0.0.7:12345, ${got}`);
  if (bracketed) {
    const groups = parseIpv6(host);
    if (groups === undefined) throw fail(`must have an IPv6 address in its brackets, ${got}`);
    return ipv6Host(groups);
  }
  const lower = host.toLowerCase();
  if (isIpv4(lower)) return { host: lower, kind: "ipv4" };
  if (/(^|\.)(\d+|0x[0-9a-f]*)\.?$/u.test(lower)) {
    throw fail(`must have an IPv4 address of four numbers from 0 to 255 without leading zeros, ${got}`);
  }
  if (!isHostName(lower)) throw fail(`must have an IP address or a host name before its port, ${got}`);
  return { host: lower, kind: "name" };
}

/**
 * The canonical form of an `ip:port` that somebody else wrote, or `undefined` when it is none. For what
 * comes from the network: never throws.
 *
 * @example
 * ```ts
 * import { canonicalAddress } from "./address.ts";
 *
 * console.log(canonicalAddress("[::FFFF:10.0.0.7]:80")); // "10.0.0.7:80"
 * console.log(canonicalAddress("10.0.0.7")); // undefined
 * ```
 */
export function canonicalAddress(text: string): string | undefined {
  const colon = text.lastIndexOf(":");
  if (text.length > 64 || colon < 0) return undefined;
  const digits = text.slice(colon + 1);
  if (!/^[1-9]\d{0,4}$/u.test(digits) || Number(digits) > 65_535) return undefined;
  const host = text.slice(0, colon);
  if (isIpv4(host)) return text;
  if (!host.startsWith("[") || !host.endsWith("]")) return undefined;
  const groups = parseIpv6(host.slice(1, -1));
  return groups && formatAddress({ ...ipv6Host(groups), port: Number(digits) });
}

/** The canonical text of an address. */
export function formatAddress(address: Address): string {
  return address.kind === "ipv6" ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The canonical host for an IP address as a socket or a resolver reports it, or `undefined` when it is none. */
export function canonicalHost(ip: string): { readonly host: string; readonly kind: "ipv4" | "ipv6" } | undefined {
  if (isIpv4(ip)) return { host: ip, kind: "ipv4" };
  const zone = ip.indexOf("%");
  const groups = parseIpv6(zone < 0 ? ip : ip.slice(0, zone));
  return groups && ipv6Host(groups);
}

/**
 * What others are told, once the socket is bound: `advertise`, with the port that `bound` has where it says 0.
 *
 * @example
 * ```ts
 * import { advertisedAddress } from "./address.ts";
 *
 * console.log(advertisedAddress({ advertise: "10.0.0.7:0" }, "0.0.0.0:54321")); // "10.0.0.7:54321"
 * ```
 */
export function advertisedAddress(settings: { readonly advertise: string }, bound: string): string {
  const { advertise } = settings;
  return advertise.endsWith(":0") ? advertise.slice(0, -1) + bound.slice(bound.lastIndexOf(":") + 1) : advertise;
}

/** Whether the address means every interface of the machine: good to bind, useless to be known by. */
export function isWildcard(address: Address): boolean {
  return address.host === "0.0.0.0" || address.host === "::";
}

/** Whether the address names one interface of one machine; a host name is given the benefit of the doubt. */
export function isUnicast(address: Address): boolean {
  if (isWildcard(address)) return false;
  if (address.kind === "ipv4") return Number(address.host.slice(0, address.host.indexOf("."))) < 224;
  return address.kind === "name" || !/^ff[0-9a-f]{2}:/u.test(address.host);
}

function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/u.test(text);
}

function isHostName(text: string): boolean {
  return text.length <= 253 &&
    /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/u.test(text);
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const left = parseGroups(halves[0] ?? "", halves.length === 1);
  const right = parseGroups(halves[1] ?? "", true);
  if (left === undefined || right === undefined) return undefined;
  const missing = IPV6_GROUPS - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/iu.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else if (last && index === parts.length - 1 && isIpv4(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      groups.push(a * 256 + b, c * 256 + d);
    } else {
      return undefined;
    }
  }
  return groups;
}

function ipv6Host(groups: readonly number[]): { readonly host: string; readonly kind: "ipv4" | "ipv6" } {
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return { host: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, kind: "ipv4" };
  }
  return { host: compress(groups), kind: "ipv6" };
}

/** RFC 5952, section 4.2: the longest run of two or more zero groups, the first of equals, becomes `::`. */
function compress(groups: readonly number[]): string {
  let start = 0;
  let length = 1;
  for (let from = 0; from < groups.length; from++) {
    let to = from;
    while (groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}
