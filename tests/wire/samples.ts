import { Buffer } from "node:buffer";
import type { Ack, Answer, Gossip, Message, Ping, Request, Rumor } from "../../src/core/message/message.ts";
import { crc32 } from "../../src/wire/checksum.ts";
import type { Payload } from "../../src/wire/codec.ts";
import { createWire, type Wire, type WireConfig } from "../../src/wire/wire.ts";

export const ALICE = "00000000000000a1";
export const BOB = "b0b0000000000002";
export const CLUSTER = "democracy";

export const GOSSIP: Gossip = {
  leaderHint: { boot: BOB, term: 1_700_000_000_000, beat: 5, remaining: 12.345 },
  rumors: [
    { kind: "alive", address: "10.0.0.8:1", boot: BOB, incarnation: 7, id: "böb", weight: -1.5, eligible: true },
    { kind: "alive", address: "10.0.0.9:1", boot: ALICE, incarnation: 0, id: "c", weight: 0, eligible: false },
    { kind: "suspect", address: "[fd00::7]:80", boot: BOB, incarnation: 8, by: ALICE },
    { kind: "dead", address: "10.0.0.8:1", boot: BOB, incarnation: 9, left: false },
    { kind: "dead", address: "10.0.0.8:1", boot: BOB, incarnation: 9, left: true },
  ],
};

export const PING: Ping = {
  kind: "ping",
  nonce: 7,
  hears: true,
  status: {
    beat: 77,
    incarnation: 1_700_000_000_001,
    id: "alice",
    address: "10.0.0.7:12345",
    weight: 0.5,
    eligible: true,
    idle: false,
    voting: true,
    highestTerm: 1_700_000_000_000,
    roll: 0,
    leading: { term: 1_700_000_000_000, remaining: 989.5 },
  },
  request: {
    sequence: 3,
    part: 0,
    lease: 1000,
    urgent: true,
    claims: [
      { election: "", term: 1_700_000_000_000, succeeds: { term: 1_699_999_999_999, boot: BOB }, inOffice: false },
      { election: "invoices", term: 1_700_000_000_002, succeeds: undefined, inOffice: true },
    ],
  },
  answer: { sequence: 4, epoch: 1_700_000_000_003, votes: [] },
  gossip: undefined,
  voters: undefined,
};

export const ACK: Ack = {
  kind: "ack",
  nonce: 7,
  cookie: ALICE,
  status: { ...PING.status, id: "böb", address: "[fd00::7]:80", idle: true, leading: undefined, roll: 12 },
  answer: {
    sequence: 3,
    epoch: 1_700_000_000_004,
    votes: [
      { election: "", term: 1_700_000_000_000, refusal: "held", limit: 0 },
      { election: "invoices", term: 1_700_000_000_002, refusal: undefined, limit: 0 },
    ],
  },
  gossip: GOSSIP,
  voters: { listsReceiver: true, isMany: false, hashes: [0, 0x1234, 0xffffffff] },
};

/** One payload of each kind. */
export const SAMPLES: readonly Payload[] = [
  PING,
  ACK,
  {
    kind: "release",
    nonce: 8,
    sequence: 5,
    terms: [
      { election: "", term: 9, successor: BOB, unanswered: true },
      { election: "invoices", term: 10, successor: undefined, unanswered: false },
    ],
  },
  { kind: "leave", nonce: 10, idle: true },
  { kind: "probe", target: "10.0.0.9:65535" },
  { kind: "vouch", target: "[::1]:1", boot: BOB, age: 12.345 },
  { kind: "nack", target: "10.0.0.9:65535" },
  { kind: "pull", after: "10.0.0.9:65535" },
  { kind: "page", after: "", upTo: "[::1]:1", rumors: GOSSIP.rumors },
  { kind: "claims", request: { ...PING.request!, part: 1 } },
  { kind: "votes", answer: ACK.answer! },
  { kind: "roll-call", known: 7 },
  {
    ...{ kind: "roll", since: 7, through: 9, key: "alice" },
    entries: [
      { election: "invoices", stands: true, term: 1_700_000_000_002 },
      { election: "reports", stands: false, term: 0 },
    ],
  },
  { kind: "data", channel: true, message: 5, index: 1, count: 2, total: 7, payload: Uint8Array.of(1, 2, 3) },
];

const id = "x".repeat(128);
const address = "[fd00:1111:2222:3333:4444:5555:6666:7777]:65535";
/** The largest number on the wire. */
export const MOST = Number.MAX_SAFE_INTEGER;
const status = {
  beat: MOST,
  incarnation: MOST,
  id,
  address,
  weight: -Number.MAX_VALUE,
  eligible: true,
  idle: true,
  voting: true,
  highestTerm: MOST,
  roll: MOST,
  leading: { term: MOST, remaining: 3_600_000 },
};

/** The longest that can be said of a member. */
export const LONGEST_RUMOR: Rumor = {
  kind: "alive",
  address,
  boot: BOB,
  incarnation: MOST,
  id,
  weight: -Number.MAX_VALUE,
  eligible: true,
};
const gossip = { leaderHint: { boot: BOB, term: MOST, beat: MOST, remaining: 3_600_000 }, rumors: [LONGEST_RUMOR] };

const request: Request = {
  ...{ sequence: MOST, part: 31, lease: 3_600_000, urgent: true },
  claims: [{ election: "", term: MOST, succeeds: { term: MOST, boot: BOB }, inOffice: true }],
};
const answer: Answer = {
  ...{ sequence: MOST, epoch: MOST },
  votes: [{ election: "", term: MOST, refusal: "longer-lease", limit: MOST }],
};

/** The longest message of each kind. */
export const LONGEST: readonly Message[] = [
  {
    kind: "ping",
    nonce: MOST,
    hears: true,
    status,
    request,
    answer,
    gossip,
    voters: undefined,
  },
  {
    kind: "ping",
    nonce: MOST,
    hears: true,
    status,
    request,
    answer,
    gossip: undefined,
    voters: { listsReceiver: true, isMany: true, hashes: Array.from({ length: 9 }, () => 0xffffffff) },
  },
  {
    kind: "ack",
    nonce: MOST,
    cookie: BOB,
    status,
    answer,
    gossip,
    voters: undefined,
  },
  {
    kind: "release",
    nonce: MOST,
    sequence: MOST,
    terms: [{ election: "", term: MOST, successor: BOB, unanswered: true }],
  },
  { kind: "leave", nonce: MOST, idle: false },
  { kind: "probe", target: address },
  { kind: "vouch", target: address, boot: BOB, age: 3_600_000 },
  { kind: "nack", target: address },
  { kind: "pull", after: address },
  { kind: "page", after: address, upTo: address, rumors: [LONGEST_RUMOR] },
];

/** The datagram with a checksum that fits: what is left to find is wrong in itself. */
export function withChecksum(datagram: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(datagram);
  if (copy.length >= 4) Buffer.from(copy.buffer).writeUInt32BE(crc32(copy, copy.length - 4), copy.length - 4);
  return copy;
}

/** Bytes `from` up to `to` replaced by others, and the checksum made to fit. */
export function splice(datagram: Uint8Array, from: number, to: number, ...replacement: number[]): Uint8Array {
  return withChecksum(Uint8Array.from([...datagram.slice(0, from), ...replacement, ...datagram.slice(to)]));
}

/** Random numbers that a seed repeats (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b_79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A wire whose datagrams stay what they are when the next is sealed. */
export function keptWire(config: WireConfig): Wire {
  const wire = createWire(config);
  return {
    seal: (to, payload) => wire.seal(to, payload).slice(),
    open: (bytes) => wire.open(bytes),
    notice: (bytes, reason) => wire.notice(bytes, reason),
    payloadRoom: (maxPacketSize) => wire.payloadRoom(maxPacketSize),
    rumorRoom: (maxPacketSize, id) => wire.rumorRoom(maxPacketSize, id),
  };
}
