/**
 * Who votes, as far as the options tell: addresses, peers, how many voters there are and how many must agree.
 *
 * @module
 */

import { type Address, formatAddress, isUnicast, isWildcard, parseAddress } from "../base/address.ts";
import { describe } from "../errors.ts";
import { checkNumber, outOfRange, wrongType } from "./checks.ts";
import { ALL_VOTE, CHOSEN, chosenQuorum, chosenVoters } from "./chosen_voters.ts";
import type { Discovery } from "../discovery/discovery.ts";
import { StaticPeers } from "../discovery/static_peers.ts";
import { WithVoters } from "../discovery/with_voters.ts";
import { BOUNDS } from "../limits.ts";

/** Characters of a wrong value that come back as an example of a right one. */
const LONGEST_EXAMPLE = 80;

/** The addresses of this member. */
export interface OwnAddresses {
  readonly source: Address;
  readonly advertise: Address;
}

/** Reads `source` and `advertise`, and their relation. */
export function readOwnAddresses(options: { readonly source?: unknown; readonly advertise?: unknown }): OwnAddresses {
  const source = parseIp(options.source, "source");
  if (options.advertise === undefined) {
    if (isWildcard(source)) {
      throw new TypeError(
        `Cannot join: "advertise" must be set to the address that others reach this member at, because "source" ` +
          `(${formatAddress(source)}) is every address of the machine and none that a peer could send to`,
      );
    }
    return { source, advertise: source };
  }
  const advertise = parseIp(options.advertise, "advertise");
  const text = formatAddress(advertise);
  if (isWildcard(advertise)) throw wrongType("advertise", "an address that others can send to, not a wildcard", text);
  if (advertise.port === 0 && source.port !== 0) {
    throw outOfRange("advertise", `an address with a port other than 0, unless "source" has port 0`, text);
  }
  if (!reaches(source, advertise)) {
    throw wrongType("advertise", `${family(source)} like "source" (${formatAddress(source)})`, text);
  }
  return { source, advertise };
}

function parseIp(value: unknown, label: string): Address {
  const address = parseAddress(value, { label, portZero: true });
  if (address.kind === "name") {
    throw wrongType(label, "an IP address and a port, not a host name, because one socket has one address", value);
  }
  if (!isWildcard(address) && !isUnicast(address)) {
    throw wrongType(label, "the address of one machine, not of a group", value);
  }
  return address;
}

function family(address: Address): string {
  return address.kind === "ipv6" ? "IPv6" : "IPv4";
}

/** Whether a socket bound to `source` can send to the address. */
function reaches(source: Address, to: Address): boolean {
  return to.kind === "name" || to.kind === source.kind || source.host === "::";
}

/** Whom to vote with. */
export interface Electorate {
  readonly discovery: Discovery;
  readonly clusterSize: number;
  readonly quorum: "majority" | "none" | number;
}

/** The options that {@linkcode readElectorate} reads. */
export interface ElectorateOptions {
  readonly peers?: unknown;
  readonly voters?: unknown;
  readonly clusterSize?: unknown;
  readonly quorum?: unknown;
}

/** Reads `peers`, `voters`, `clusterSize` and `quorum`, and their relations. */
export function readElectorate(options: ElectorateOptions, own: OwnAddresses): Electorate {
  const quorum = readQuorum(options.quorum);
  const given = options.clusterSize === undefined ? undefined : checkNumber("clusterSize", options.clusterSize, {
    min: 1,
    max: BOUNDS.maxClusterSize,
    whole: true,
  });
  const peers = isDiscovery(options.peers) ? options.peers : readPeers("peers", options.peers, own.source);
  if (options.voters !== undefined) return withVoters(peers, options.voters, { given, quorum, own });
  if (!isList(peers)) {
    if (given === undefined && quorum !== "none") {
      throw new TypeError(
        'Cannot join: "clusterSize" or "voters" must be set when "peers" is a discovery, because whoever is found right ' +
          "now is no measure of a majority: in a partition each side would find itself complete and elect a leader; or " +
          `set "quorum" to "none"`,
      );
    }
    return { discovery: peers, clusterSize: checkQuorum(quorum, given ?? 1), quorum };
  }
  const { least, most } = countVoters(peers, own.advertise);
  // In plain democracy each member needs no vote but its own.
  if (given === undefined && most > ALL_VOTE && quorum !== "none") return withChosenVoters(peers, quorum, own);
  if (given !== undefined && given < least) {
    throw outOfRange("clusterSize", `at least ${least}, as many as "peers" and self are`, given);
  }
  const clusterSize = checkQuorum(quorum, given ?? most);
  // Who says how many vote changes that number by hand, and no rule may change who votes behind it.
  const isRuled = given === undefined && quorum === "majority";
  return {
    discovery: new StaticPeers(peers.map(formatAddress), { clusterSize: given }),
    clusterSize,
    quorum: isRuled ? chosenQuorum(most) : quorum,
  };
}

/** What {@linkcode withVoters} needs beside the lists. */
interface Count {
  readonly given: number | undefined;
  readonly quorum: "majority" | "none" | number;
  readonly own: OwnAddresses;
}

/** The user says who votes. */
function withVoters(peers: Discovery | readonly Address[], value: unknown, { given, quorum, own }: Count): Electorate {
  const voters = [...new Set(readPeers("voters", value, own.source).map(formatAddress))];
  if (voters.length === 0) throw outOfRange("voters", "at least one address, or nobody could ever be elected", []);
  if (given !== undefined && given < voters.length) {
    throw outOfRange("clusterSize", `at least ${voters.length}, as many as "voters" are`, given);
  }
  const clusterSize = checkQuorum(quorum, given ?? voters.length);
  const found = isList(peers) ? new StaticPeers(peers.map(formatAddress)) : peers;
  return { discovery: new WithVoters(found, new StaticPeers(voters), clusterSize), clusterSize, quorum };
}

/** The list is too long for all to vote. */
function withChosenVoters(
  peers: readonly Address[],
  quorum: "majority" | number,
  { advertise }: OwnAddresses,
): Electorate {
  const named = peers.find(({ kind }) => kind === "name");
  if (named !== undefined) {
    const isSelfPerhaps = countVoters(peers, advertise).least <= ALL_VOTE;
    throw new TypeError(
      `Cannot join: "voters" must be set, because of more than ${ALL_VOTE} members only ${CHOSEN} vote by default, those ` +
        `with the first IP addresses, and "peers" has host names, got ${JSON.stringify(formatAddress(named))}` +
        (isSelfPerhaps ? `; or, if one of the names is this member's own, set "clusterSize" to ${ALL_VOTE}` : ""),
    );
  }
  const all = peers.map(formatAddress);
  const members = new Set(advertise.port === 0 ? all : [...all, formatAddress(advertise)]);
  const voters = chosenVoters(members);
  const clusterSize = checkQuorum(quorum, voters.length);
  return {
    discovery: new WithVoters(new StaticPeers(all), new StaticPeers(voters), clusterSize),
    clusterSize,
    quorum: quorum === "majority" ? chosenQuorum(members.size) : quorum,
  };
}

function isList(peers: Discovery | readonly Address[]): peers is readonly Address[] {
  return Array.isArray(peers);
}

function isDiscovery(value: unknown): value is Discovery {
  return typeof value === "object" && value !== null && "watch" in value && typeof value.watch === "function";
}

function readQuorum(value: unknown): "majority" | "none" | number {
  if (value === undefined || value === "majority") return "majority";
  if (value === "none") return "none";
  if (typeof value !== "number") throw wrongType("quorum", '"majority", "none" or a number', value);
  return checkNumber("quorum", value, { min: 1, max: BOUNDS.maxClusterSize, whole: true });
}

/** Returns the cluster size. */
function checkQuorum(quorum: "majority" | "none" | number, clusterSize: number): number {
  if (typeof quorum === "string") return clusterSize;
  if (quorum > clusterSize) {
    throw outOfRange("quorum", `at most "clusterSize" (${clusterSize}), or nobody could ever be elected`, quorum);
  }
  if (quorum <= clusterSize / 2) {
    throw outOfRange(
      "quorum",
      `more than half of "clusterSize" (${clusterSize}), or two sides of a partition could each elect a leader; if ` +
        'that is what you want, "none" says so',
      quorum,
    );
  }
  return clusterSize;
}

/** What somebody has written in one string, as the array that it should be. */
function listIn(text: string): string {
  const addresses = text.slice(0, LONGEST_EXAMPLE).split(/[\s,;]+/u).filter((each) => each !== "");
  return `[${addresses.map((each) => describe(each)).join(", ")}]`;
}

function readPeers(option: "peers" | "voters", value: unknown, source: Address): Address[] {
  if (!Array.isArray(value)) {
    const what = option === "voters" ? "" : " (empty for a cluster of one) or a discovery";
    const example = typeof value === "string" && value !== "" ? `, like ${listIn(value)}` : "";
    throw wrongType(option, `an array of addresses${what}${example}`, value);
  }
  if (value.length > BOUNDS.maxConfiguredPeers) {
    throw outOfRange(option, `at most ${BOUNDS.maxConfiguredPeers} addresses`, value.length);
  }
  return Array.from(value, (peer: unknown, index) => {
    const label = `${option}[${index}]`;
    const address = parseAddress(peer, { label });
    if (!isUnicast(address)) throw wrongType(label, "the address of one machine, not a wildcard or group", peer);
    if (!reaches(source, address)) {
      throw wrongType(label, `${family(source)} like "source" (${formatAddress(source)})`, peer);
    }
    return address;
  });
}

/** How many voters there are at least, if a host name turns out to be self, and at most. */
function countVoters(peers: readonly Address[], self: Address): { readonly least: number; readonly most: number } {
  const distinct = new Set(peers.map(formatAddress));
  if (distinct.has(formatAddress(self))) return { least: distinct.size, most: distinct.size };
  const named = peers.some(({ kind }) => kind === "name");
  return { least: distinct.size + (named ? 0 : 1), most: distinct.size + 1 };
}
