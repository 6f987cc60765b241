/**
 * Pings and acks on the wire: first what tells them from each other, then their flags, then what those say is there.
 *
 * @module
 */

import { type Lead, newAck, newLead, newPing, newStatus } from "../core/message/blank.ts";
import type { Ack, Answer, Gossip, Ping, Status, VoterList } from "../core/message/message.ts";
import { BOUNDS, LIMITS } from "../limits.ts";
import { readAddress, writeAddress } from "./address_bytes.ts";
import {
  BOOT_BYTES,
  type ByteReader,
  type ByteWriter,
  DOUBLE_BYTES,
  DURATION_BYTES,
  INTEGER_BYTES,
  MICROSECONDS,
} from "./bytes.ts";
import { ANSWER_BYTES, readAnswer, readRequest, REQUEST_BYTES, writeAnswer, writeRequest } from "./ballots.ts";
import { type Sizes, type Steps, total } from "./fields.ts";
import { known, readFlags } from "./flags.ts";
import { GOSSIP_BYTES, readGossip, writeGossip } from "./gossip.ts";

const STATUS_ELIGIBLE = 1;
const IDLE = 2;
const LEADING = 4;
/** A voter's answer. */
const ANSWER = 8;
const GOSSIP = 16;
const VOTING = 32;
/** Of a ping. */
const HEARS = 64;
const VOTERS = 128;
/** Of a ping. */
const REQUEST = 256;
/** A roll that is not empty. */
const ROLL = 512;
const ACK_FLAGS = STATUS_ELIGIBLE | IDLE | LEADING | ANSWER | GOSSIP | VOTING | VOTERS | ROLL;
const PING_FLAGS = ACK_FLAGS | HEARS | REQUEST;
/** Of a list of voters. */
const LISTS_RECEIVER = 1;
const IS_MANY = 2;

const FLAGS_BYTES = 2;
/** With IPv6. */
const ADDRESS_BYTES = 19;

/** Heartbeats are read into the same objects, instead of into garbage. */
const lead = newLead();
const status = newStatus();
const ping = newPing(status);
const ack = newAck(status);

const LEAD_BYTES = total({ term: INTEGER_BYTES, remaining: DURATION_BYTES } satisfies Sizes<Lead>);
const STATUS_BYTES = total(
  {
    ...{ beat: INTEGER_BYTES, incarnation: INTEGER_BYTES, highestTerm: INTEGER_BYTES },
    ...{ address: ADDRESS_BYTES, weight: DOUBLE_BYTES, leading: LEAD_BYTES, roll: INTEGER_BYTES },
    // Its length: what it says itself is measured by `statusBytes`.
    id: 1,
    // They are flags.
    ...{ eligible: 0, idle: 0, voting: 0 },
  } satisfies Sizes<Status>,
);
/** Where a list of voters is due, rumors make room for it: `VOTERS_BYTES` of the core. */
const COMMON_BYTES = {
  ...{ kind: 1, nonce: INTEGER_BYTES, status: STATUS_BYTES, answer: ANSWER_BYTES, gossip: GOSSIP_BYTES, voters: 0 },
};
const PING_BYTES = total({ ...COMMON_BYTES, hears: 0, request: REQUEST_BYTES } satisfies Sizes<Ping>);
const ACK_BYTES = total({ ...COMMON_BYTES, cookie: BOOT_BYTES } satisfies Sizes<Ack>);

/** At most what a ping or an ack of that member takes without its rumors. */
export function statusBytes(id: string): number {
  return FLAGS_BYTES + Math.max(PING_BYTES, ACK_BYTES) + new TextEncoder().encode(id).length;
}

/** Writes what follows the kind of a ping. */
export function writePing(writer: ByteWriter, ping: Ping): void {
  const { nonce, hears, status, request, answer, gossip, voters } = ping;
  const asks = request === undefined ? 0 : REQUEST;
  const flags = asks | answerFlag(answer) | gossipFlag(gossip) | votersFlag(voters) | (hears ? HEARS : 0);
  void ({
    nonce: writer.integer(nonce, "nonce"),
    status: writeStatus(writer, status, flags),
    request: request && writeRequest(writer, request),
    answer: answer && writeAnswer(writer, answer),
    gossip: gossip && writeGossip(writer, gossip),
    voters: voters && writeVoters(writer, voters),
  } satisfies Steps<Omit<Ping, "kind" | "hears">>);
}

/** Writes what follows the kind of an ack. */
export function writeAck(writer: ByteWriter, { nonce, cookie, status, answer, gossip, voters }: Ack): void {
  const flags = answerFlag(answer) | gossipFlag(gossip) | votersFlag(voters);
  void ({
    nonce: writer.integer(nonce, "nonce"),
    cookie: writer.boot(cookie, "cookie"),
    status: writeStatus(writer, status, flags),
    answer: answer && writeAnswer(writer, answer),
    gossip: gossip && writeGossip(writer, gossip),
    voters: voters && writeVoters(writer, voters),
  } satisfies Steps<Omit<Ack, "kind">>);
}

function answerFlag(answer: Answer | undefined): number {
  return answer === undefined ? 0 : ANSWER;
}

function gossipFlag(gossip: Gossip | undefined): number {
  return gossip === undefined ? 0 : GOSSIP;
}

function votersFlag(voters: VoterList | undefined): number {
  return voters === undefined ? 0 : VOTERS;
}

/** What a status says by its flags alone. */
type Flag = "eligible" | "idle" | "voting";

function writeStatus(writer: ByteWriter, status: Status, others: number): void {
  const { leading } = status;
  let flags = others | (leading === undefined ? 0 : LEADING) | (status.roll === 0 ? 0 : ROLL);
  void ({
    eligible: flags |= status.eligible ? STATUS_ELIGIBLE : 0,
    idle: flags |= status.idle ? IDLE : 0,
    voting: flags |= status.voting ? VOTING : 0,
  } satisfies Steps<Pick<Status, Flag>>);
  writer.u16(flags);
  void ({
    beat: writer.integer(status.beat, "beat"),
    incarnation: writer.integer(status.incarnation, "incarnation"),
    id: writer.text(status.id, BOUNDS.maxNameBytes, "id"),
    address: writeAddress(writer, status.address, "address"),
    weight: writer.finite(status.weight, "weight"),
    highestTerm: writer.integer(status.highestTerm, "highestTerm"),
    leading: leading && writeLead(writer, leading),
    roll: status.roll > 0 && writer.integer(status.roll, "roll"),
  } satisfies Steps<Omit<Status, Flag>>);
}

function writeLead(writer: ByteWriter, { term, remaining }: Lead): void {
  void ({
    term: writer.integer(term, "leading.term"),
    // Rounded down: a lease must not look longer than it is.
    remaining: writer.microseconds(Math.floor(remaining * MICROSECONDS), "leading.remaining"),
  } satisfies Steps<Lead>);
}

function writeVoters(writer: ByteWriter, { listsReceiver, isMany, hashes }: VoterList): void {
  if (hashes.length > LIMITS.toldVoters) {
    throw new RangeError(`Cannot encode "voters": must be ${LIMITS.toldVoters} at most, got ${hashes.length}`);
  }
  let flags = 0;
  void ({
    listsReceiver: flags |= listsReceiver ? LISTS_RECEIVER : 0,
    isMany: flags |= isMany ? IS_MANY : 0,
    hashes: writeHashes(writer, flags, hashes),
  } satisfies Steps<VoterList>);
}

function writeHashes(writer: ByteWriter, flags: number, hashes: readonly number[]): void {
  writer.u8(flags);
  writer.u8(hashes.length);
  for (const hash of hashes) writer.u32(hash);
}

/** Reads what follows the kind of a ping, into the same object each time. */
export function readPing(reader: ByteReader, exact: boolean): Ping {
  ping.nonce = reader.integer();
  const flags = known(reader, reader.u16(), PING_FLAGS, exact);
  void ({
    hears: ping.hears = (flags & HEARS) !== 0,
    status: ping.status = readStatus(reader, flags),
    request: ping.request = flags & REQUEST ? readRequest(reader, exact) : undefined,
    answer: ping.answer = flags & ANSWER ? readAnswer(reader) : undefined,
    gossip: ping.gossip = flags & GOSSIP ? readGossip(reader) : undefined,
    voters: ping.voters = flags & VOTERS ? readVoters(reader, exact) : undefined,
  } satisfies Omit<Ping, "kind" | "nonce">);
  return ping;
}

/** Reads what follows the kind of an ack, into the same object each time. */
export function readAck(reader: ByteReader, exact: boolean): Ack {
  ack.nonce = reader.integer();
  ack.cookie = reader.bootOrNone();
  const flags = known(reader, reader.u16(), ACK_FLAGS, exact);
  void ({
    status: ack.status = readStatus(reader, flags),
    answer: ack.answer = flags & ANSWER ? readAnswer(reader) : undefined,
    gossip: ack.gossip = flags & GOSSIP ? readGossip(reader) : undefined,
    voters: ack.voters = flags & VOTERS ? readVoters(reader, exact) : undefined,
  } satisfies Omit<Ack, "kind" | "nonce" | "cookie">);
  return ack;
}

function readStatus(reader: ByteReader, flags: number): Status {
  void ({
    beat: status.beat = reader.integer(),
    incarnation: status.incarnation = reader.integer(),
    id: status.id = reader.text(BOUNDS.maxNameBytes),
    address: status.address = readAddress(reader),
    weight: status.weight = reader.finite(),
    eligible: status.eligible = (flags & STATUS_ELIGIBLE) !== 0,
    idle: status.idle = (flags & IDLE) !== 0,
    voting: status.voting = (flags & VOTING) !== 0,
    highestTerm: status.highestTerm = reader.integer(),
    leading: status.leading = flags & LEADING ? readLead(reader) : undefined,
    roll: status.roll = flags & ROLL ? reader.integer() : 0,
  } satisfies Status);
  return status;
}

function readLead(reader: ByteReader): Lead {
  void ({
    term: lead.term = reader.integer(),
    remaining: lead.remaining = reader.u32() / MICROSECONDS,
  } satisfies Lead);
  return lead;
}

/** Kept by the receiver: not the same object each time. */
function readVoters(reader: ByteReader, exact: boolean): VoterList {
  const flags = readFlags(reader, LISTS_RECEIVER | IS_MANY, exact);
  const count = reader.u8();
  if (count > LIMITS.toldVoters) reader.fail();
  const hashes = Array.from({ length: Math.min(count, LIMITS.toldVoters) }, () => reader.u32());
  return { listsReceiver: (flags & LISTS_RECEIVER) !== 0, isMany: (flags & IS_MANY) !== 0, hashes };
}
