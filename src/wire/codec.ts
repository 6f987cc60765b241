/**
 * The body of a datagram: its kind in one byte, then the fields of that kind.
 *
 * Rules for a later minor version, so that this one goes on understanding it: new fields come after all
 * others, new kinds take new numbers, and the meaning of fields and their values stays.
 *
 * @module
 */

import type {
  Ack,
  Claim,
  Gossip,
  Message,
  Ping,
  Refusal,
  Status,
  TermId,
  Vote,
  VoterList,
} from "../core/message/message.ts";
import { type Mutable, newAck, newLead, newPing, newStatus, newVote } from "../core/message/blank.ts";
import { BOUNDS, LIMITS } from "../limits.ts";
import { GOSSIP_BYTES, readGossip, readRumors, writeGossip, writeRumors } from "./gossip.ts";
import { readAddress, readAddressOrNone, writeAddress, writeAddressOrNone } from "./address_bytes.ts";
import { BOOT_BYTES, type ByteReader, type ByteWriter, INTEGER_BYTES, MICROSECONDS } from "./bytes.ts";
import { chunkOf, type DataFragment } from "./fragments.ts";

/** What a datagram carries: a message for the core, or a piece of one for the application. */
export type Payload = Message | DataFragment;

const KINDS = {
  ping: 1,
  ack: 2,
  release: 3,
  leave: 4,
  probe: 5,
  vouch: 6,
  data: 7,
  nack: 8,
  pull: 9,
  page: 10,
} as const;
/** By their numbers on the wire; 0 is a grant. */
const REFUSALS: readonly (Refusal | undefined)[] = [
  undefined,
  "quarantined",
  "held",
  "stale-term",
  "not-a-voter",
  "longer-lease",
  "future-term",
];
/** Those that say what the claim went beyond. */
const LIMITED: ReadonlySet<Refusal | undefined> = new Set<Refusal>(["longer-lease", "future-term"]);

const STATUS_ELIGIBLE = 1;
const IDLE = 2;
const LEADING = 4;
/** A ping's claim, an ack's vote. */
const BALLOT = 8;
const GOSSIP = 16;
const VOTING = 32;
/** Of a ping. */
const HEARS = 64;
const VOTERS = 128;
const STATUS_FLAGS = STATUS_ELIGIBLE | IDLE | LEADING | BALLOT | GOSSIP | VOTING | VOTERS;
/** Of a list of voters. */
const LISTS_RECEIVER = 1;
const IS_MANY = 2;
const CHANNEL = 1;
/** Of a release. */
const UNANSWERED = 1;

const CLAIM_BYTES = 3 * INTEGER_BYTES + BOOT_BYTES + 4;
/** With IPv6. */
const ADDRESS_BYTES = 19;

/** Writes a body. A value that no valid member would say is a mistake of the caller: a RangeError. */
export function writeBody(writer: ByteWriter, payload: Payload): void {
  writer.u8(KINDS[payload.kind]);
  switch (payload.kind) {
    case "ping":
      writePing(writer, payload);
      break;
    case "ack":
      writeAck(writer, payload);
      break;
    case "release":
      writer.integer(payload.nonce, "nonce");
      writer.integer(payload.term, "term");
      writer.boot(payload.successor ?? "", "successor");
      writer.u8(payload.unanswered ? UNANSWERED : 0);
      break;
    case "leave":
      writer.integer(payload.nonce, "nonce");
      break;
    case "probe":
      writeAddress(writer, payload.target, "target");
      break;
    case "vouch":
      writeAddress(writer, payload.target, "target");
      writer.boot(payload.boot, "boot");
      // Rounded up: a sign of life must not look fresher than it is.
      writer.microseconds(Math.ceil(payload.age * MICROSECONDS), "age");
      break;
    case "data":
      writeFragment(writer, payload);
      break;
    case "nack":
      writeAddress(writer, payload.target, "target");
      break;
    case "pull":
      writeAddressOrNone(writer, payload.after, "after");
      break;
    case "page":
      writeAddressOrNone(writer, payload.after, "after");
      writeAddressOrNone(writer, payload.upTo, "upTo");
      writeRumors(writer, payload.rumors);
  }
}

/** At most what a ping or an ack of that member takes without its rumors: a ping with a claim is the longest. */
export function statusBytes(id: string): number {
  const idBytes = 1 + new TextEncoder().encode(id).length;
  return 1 + 2 + 5 * INTEGER_BYTES + idBytes + ADDRESS_BYTES + 8 + 4 + CLAIM_BYTES + GOSSIP_BYTES;
}

function ballotFlag(ballot: Claim | Vote | undefined): number {
  return ballot === undefined ? 0 : BALLOT;
}

function gossipFlag(gossip: Gossip | undefined): number {
  return gossip === undefined ? 0 : GOSSIP;
}

function votersFlag(voters: VoterList | undefined): number {
  return voters === undefined ? 0 : VOTERS;
}

function writePing(writer: ByteWriter, { nonce, hears, status, claim, gossip, voters }: Ping): void {
  writer.integer(nonce, "nonce");
  writeStatus(writer, status, ballotFlag(claim) | gossipFlag(gossip) | votersFlag(voters) | (hears ? HEARS : 0));
  if (claim !== undefined) writeClaim(writer, claim);
  if (gossip !== undefined) writeGossip(writer, gossip);
  if (voters !== undefined) writeVoters(writer, voters);
}

function writeAck(writer: ByteWriter, { nonce, cookie, status, vote, gossip, voters }: Ack): void {
  writer.integer(nonce, "nonce");
  writer.boot(cookie, "cookie");
  writeStatus(writer, status, ballotFlag(vote) | gossipFlag(gossip) | votersFlag(voters));
  if (vote !== undefined) writeVote(writer, vote);
  if (gossip !== undefined) writeGossip(writer, gossip);
  if (voters !== undefined) writeVoters(writer, voters);
}

function writeVoters(writer: ByteWriter, { listsReceiver, isMany, hashes }: VoterList): void {
  if (hashes.length > LIMITS.toldVoters) {
    throw new RangeError(`Cannot encode "voters": must be ${LIMITS.toldVoters} at most, got ${hashes.length}`);
  }
  writer.u8((listsReceiver ? LISTS_RECEIVER : 0) | (isMany ? IS_MANY : 0));
  writer.u8(hashes.length);
  for (const hash of hashes) writer.u32(hash);
}

function writeStatus(writer: ByteWriter, status: Status, flags: number): void {
  const { leading } = status;
  const says = (status.eligible ? STATUS_ELIGIBLE : 0) | (status.idle ? IDLE : 0) | (status.voting ? VOTING : 0);
  writer.u16(flags | says | (leading ? LEADING : 0));
  writer.integer(status.beat, "beat");
  writer.integer(status.incarnation, "incarnation");
  writer.text(status.id, BOUNDS.maxNameBytes, "id");
  writeAddress(writer, status.address, "address");
  writer.finite(status.weight, "weight");
  writer.integer(status.highestTerm, "highestTerm");
  if (leading === undefined) return;
  writer.integer(leading.term, "leading.term");
  // Rounded down: a lease must not look longer than it is.
  writer.microseconds(Math.floor(leading.remaining * MICROSECONDS), "leading.remaining");
}

function writeClaim(writer: ByteWriter, claim: Claim): void {
  writer.integer(claim.term, "claim.term");
  writer.integer(claim.sequence, "claim.sequence");
  writer.boot(claim.succeeds?.boot ?? "", "claim.succeeds.boot");
  if (claim.succeeds !== undefined) writer.integer(claim.succeeds.term, "claim.succeeds.term");
  // Rounded up: a voter must not take a lease for shorter than it is.
  writer.microseconds(Math.ceil(claim.lease * MICROSECONDS), "claim.lease");
}

function writeVote(writer: ByteWriter, vote: Vote): void {
  writer.integer(vote.term, "vote.term");
  writer.integer(vote.sequence, "vote.sequence");
  writer.u8(REFUSALS.indexOf(vote.refusal));
  if (LIMITED.has(vote.refusal)) writer.integer(Math.max(0, Math.floor(vote.limit)), "vote.limit");
}

function writeFragment(writer: ByteWriter, fragment: DataFragment): void {
  writer.u8(fragment.channel ? CHANNEL : 0);
  writer.integer(fragment.message, "message");
  writer.u16(fragment.index);
  writer.u16(fragment.count);
  writer.u32(fragment.total);
  writer.raw(fragment.payload);
}

/**
 * Reads a body, which ends where the reader does. `exact` refuses what is left over, and flags without a
 * meaning; without it they are taken for the additions of a later minor version. Never throws. A ping or an ack is valid until
 * the next body is read; its rumors stay.
 */
export function readBody(reader: ByteReader, exact: boolean): Payload | "unknown-kind" | "malformed" {
  const payload = readKind(reader, exact);
  if (payload === undefined) return reader.failed ? "malformed" : "unknown-kind";
  return reader.failed || (exact && reader.left > 0) ? "malformed" : payload;
}

function readKind(reader: ByteReader, exact: boolean): Payload | undefined {
  switch (reader.u8()) {
    case KINDS.ping:
      return readPing(reader, exact);
    case KINDS.ack:
      return readAck(reader, exact);
    case KINDS.release:
      return {
        kind: "release",
        nonce: reader.integer(),
        term: reader.integer(),
        successor: reader.bootOrNone() || undefined,
        unanswered: (readFlags(reader, UNANSWERED, exact) & UNANSWERED) !== 0,
      };
    case KINDS.leave:
      return { kind: "leave", nonce: reader.integer() };
    case KINDS.probe:
      return { kind: "probe", target: readAddress(reader) };
    case KINDS.vouch:
      return { kind: "vouch", target: readAddress(reader), boot: reader.boot(), age: reader.u32() / MICROSECONDS };
    case KINDS.data:
      return readFragment(reader, exact);
    case KINDS.nack:
      return { kind: "nack", target: readAddress(reader) };
    case KINDS.pull:
      return { kind: "pull", after: readAddressOrNone(reader) };
    case KINDS.page:
      return {
        kind: "page",
        after: readAddressOrNone(reader),
        upTo: readAddressOrNone(reader),
        rumors: readRumors(reader),
      };
    default:
      return undefined;
  }
}

/** Heartbeats are read into the same objects, instead of into garbage. */
const leading = newLead();
const status = newStatus();
const claim: Mutable<Claim> = { term: 0, sequence: 0, succeeds: undefined, lease: 0 };
const succeeds: Mutable<TermId> = { term: 0, boot: "" };
const vote = newVote();
const ping = newPing(status);
const ack = newAck(status);

function readPing(reader: ByteReader, exact: boolean): Ping {
  ping.nonce = reader.integer();
  const flags = known(reader, reader.u16(), STATUS_FLAGS | HEARS, exact);
  ping.hears = (flags & HEARS) !== 0;
  readStatus(reader, flags);
  ping.claim = flags & BALLOT ? readClaim(reader) : undefined;
  ping.gossip = flags & GOSSIP ? readGossip(reader) : undefined;
  ping.voters = flags & VOTERS ? readVoters(reader, exact) : undefined;
  return ping;
}

function readAck(reader: ByteReader, exact: boolean): Ack {
  ack.nonce = reader.integer();
  ack.cookie = reader.bootOrNone();
  const flags = known(reader, reader.u16(), STATUS_FLAGS, exact);
  readStatus(reader, flags);
  ack.vote = flags & BALLOT ? readVote(reader) : undefined;
  ack.gossip = flags & GOSSIP ? readGossip(reader) : undefined;
  ack.voters = flags & VOTERS ? readVoters(reader, exact) : undefined;
  return ack;
}

/** Kept by the receiver: not the same object each time. */
function readVoters(reader: ByteReader, exact: boolean): VoterList {
  const flags = readFlags(reader, LISTS_RECEIVER | IS_MANY, exact);
  const count = reader.u8();
  if (count > LIMITS.toldVoters) reader.fail();
  const hashes = Array.from({ length: Math.min(count, LIMITS.toldVoters) }, () => reader.u32());
  return { listsReceiver: (flags & LISTS_RECEIVER) !== 0, isMany: (flags & IS_MANY) !== 0, hashes };
}

function readFlags(reader: ByteReader, meant: number, exact: boolean): number {
  return known(reader, reader.u8(), meant, exact);
}

/** The flags, among which none may be without a meaning where the version is `exact` this one. */
function known(reader: ByteReader, flags: number, meant: number, exact: boolean): number {
  if (exact && flags & ~meant) reader.fail();
  return flags;
}

function readStatus(reader: ByteReader, flags: number): void {
  status.beat = reader.integer();
  status.incarnation = reader.integer();
  status.id = reader.text(BOUNDS.maxNameBytes);
  status.address = readAddress(reader);
  status.weight = reader.finite();
  status.eligible = (flags & STATUS_ELIGIBLE) !== 0;
  status.idle = (flags & IDLE) !== 0;
  status.voting = (flags & VOTING) !== 0;
  status.highestTerm = reader.integer();
  status.leading = flags & LEADING ? readLeading(reader) : undefined;
}

function readLeading(reader: ByteReader): Status["leading"] {
  leading.term = reader.integer();
  leading.remaining = reader.u32() / MICROSECONDS;
  return leading;
}

function readClaim(reader: ByteReader): Claim {
  claim.term = reader.integer();
  claim.sequence = reader.integer();
  claim.succeeds = readTermId(reader);
  claim.lease = reader.u32() / MICROSECONDS;
  return claim;
}

function readTermId(reader: ByteReader): TermId | undefined {
  succeeds.boot = reader.bootOrNone();
  if (succeeds.boot === "") return undefined;
  succeeds.term = reader.integer();
  return succeeds;
}

function readVote(reader: ByteReader): Vote {
  vote.term = reader.integer();
  vote.sequence = reader.integer();
  const code = reader.u8();
  if (code >= REFUSALS.length) reader.fail();
  vote.refusal = REFUSALS[code];
  vote.limit = LIMITED.has(vote.refusal) ? reader.integer() : 0;
  return vote;
}

function readFragment(reader: ByteReader, exact: boolean): DataFragment {
  const flags = readFlags(reader, CHANNEL, exact);
  const message = reader.integer();
  const index = reader.u16();
  const count = reader.u16();
  const total = reader.u32();
  const chunk = chunkOf(index, count, total);
  if (chunk === undefined) reader.fail();
  const payload = reader.raw(chunk?.length ?? 0);
  return { kind: "data", channel: (flags & CHANNEL) !== 0, message, index, count, total, payload };
}
