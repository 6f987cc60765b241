/**
 * Pings and acks on the wire: first what tells them from each other, then their flags, then what those say is there.
 *
 * @module
 */

import {
  type Lead,
  type Mutable,
  newAck,
  newAnswer,
  newLead,
  newPing,
  newRequest,
  newStatus,
  NO_CLAIMS,
  NO_VOTES,
} from "../core/message/blank.ts";
import type {
  Ack,
  Answer,
  Claim,
  ElectionName,
  Gossip,
  Ping,
  Refusal,
  Request,
  Status,
  TermId,
  Vote,
  VoterList,
} from "../core/message/message.ts";
import { DEFAULT_ELECTION } from "../core/message/message.ts";
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
import { type Sizes, type Steps, total } from "./fields.ts";
import { GOSSIP_BYTES, readGossip, writeGossip } from "./gossip.ts";

/** By their numbers on the wire; 0 is a grant. */
const REFUSALS: readonly (Refusal | undefined)[] = [
  undefined,
  "quarantined",
  "held",
  "stale-term",
  "not-a-voter",
  "longer-lease",
  "future-term",
  "forgotten",
  "too-many",
];
/** Those that say what the claim went beyond. */
const LIMITED: ReadonlySet<Refusal | undefined> = new Set<Refusal>(["longer-lease", "future-term", "forgotten"]);

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
const ACK_FLAGS = STATUS_ELIGIBLE | IDLE | LEADING | ANSWER | GOSSIP | VOTING | VOTERS;
const PING_FLAGS = ACK_FLAGS | HEARS | REQUEST;
/** Of a request. */
const URGENT = 1;
/** Of a claim. */
const IN_OFFICE = 1;
const SUCCEEDS = 2;
/** Of a list of voters. */
const LISTS_RECEIVER = 1;
const IS_MANY = 2;

const FLAGS_BYTES = 2;
/** With IPv6. */
const ADDRESS_BYTES = 19;

/** Heartbeats are read into the same objects, instead of into garbage. */
const lead = newLead();
const status = newStatus();
const request = newRequest();
const answer = newAnswer();
const ping = newPing(status);
const ack = newAck(status);

const LEAD_BYTES = total({ term: INTEGER_BYTES, remaining: DURATION_BYTES } satisfies Sizes<Lead>);
const STATUS_BYTES = total(
  {
    ...{ beat: INTEGER_BYTES, incarnation: INTEGER_BYTES, highestTerm: INTEGER_BYTES },
    ...{ address: ADDRESS_BYTES, weight: DOUBLE_BYTES, leading: LEAD_BYTES },
    // Its length: what it says itself is measured by `statusBytes`.
    id: 1,
    // They are flags.
    ...{ eligible: 0, idle: 0, voting: 0 },
  } satisfies Sizes<Status>,
);
/** Of one claim, in the default election. */
const CLAIM_BYTES = total(
  {
    ...{ election: 1, term: INTEGER_BYTES, inOffice: 1 },
    succeeds: total({ boot: BOOT_BYTES, term: INTEGER_BYTES } satisfies Sizes<TermId>),
  } satisfies Sizes<Claim>,
);
/** Of one vote, in the default election. */
const VOTE_BYTES = total(
  { election: 1, term: INTEGER_BYTES, refusal: 1, limit: INTEGER_BYTES } satisfies Sizes<Vote>,
);
const REQUEST_BYTES = total(
  {
    ...{ sequence: INTEGER_BYTES, part: 1, lease: DURATION_BYTES, urgent: 1, claims: 1 + CLAIM_BYTES },
  } satisfies Sizes<Request>,
);
const ANSWER_BYTES = total(
  { sequence: INTEGER_BYTES, epoch: INTEGER_BYTES, votes: 1 + VOTE_BYTES } satisfies Sizes<Answer>,
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
  let flags = others | (leading === undefined ? 0 : LEADING);
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
  } satisfies Steps<Omit<Status, Flag>>);
}

function writeLead(writer: ByteWriter, { term, remaining }: Lead): void {
  void ({
    term: writer.integer(term, "leading.term"),
    // Rounded down: a lease must not look longer than it is.
    remaining: writer.microseconds(Math.floor(remaining * MICROSECONDS), "leading.remaining"),
  } satisfies Steps<Lead>);
}

function writeRequest(writer: ByteWriter, { sequence, part, lease, urgent, claims }: Request): void {
  void ({
    sequence: writer.integer(sequence, "request.sequence"),
    part: writer.u8(part),
    // Rounded up: a voter must not take a lease for shorter than it is.
    lease: writer.microseconds(Math.ceil(lease * MICROSECONDS), "request.lease"),
    urgent: writer.u8(urgent ? URGENT : 0),
    claims: writeCount(writer, claims, "request.claims"),
  } satisfies Steps<Request>);
  for (const claim of claims) writeClaim(writer, claim);
}

/** How many things of as many elections follow. */
export function writeCount(writer: ByteWriter, { length }: readonly unknown[], name: string): void {
  const most = LIMITS.electionsPerMessage;
  if (length > most) throw new RangeError(`Cannot encode "${name}": must be ${most} at most, got ${length}`);
  writer.u8(length);
}

function writeClaim(writer: ByteWriter, { election, term, succeeds, inOffice }: Claim): void {
  let flags = 0;
  void ({
    election: writeElection(writer, election),
    term: writer.integer(term, "claim.term"),
    inOffice: flags |= inOffice ? IN_OFFICE : 0,
    succeeds: writeSucceeds(writer, flags, succeeds),
  } satisfies Steps<Claim>);
}

function writeSucceeds(writer: ByteWriter, flags: number, id: TermId | undefined): void {
  writer.u8(flags | (id === undefined ? 0 : SUCCEEDS));
  if (id === undefined) return;
  void ({
    boot: writer.boot(id.boot, "claim.succeeds.boot"),
    term: writer.integer(id.term, "claim.succeeds.term"),
  } satisfies Steps<TermId>);
}

function writeAnswer(writer: ByteWriter, { sequence, epoch, votes }: Answer): void {
  void ({
    sequence: writer.integer(sequence, "answer.sequence"),
    epoch: writer.integer(epoch, "answer.epoch"),
    votes: writeCount(writer, votes, "answer.votes"),
  } satisfies Steps<Answer>);
  for (const vote of votes) writeVote(writer, vote);
}

/** An election by its name; the default one by none. */
export function writeElection(writer: ByteWriter, election: ElectionName): void {
  if (election === DEFAULT_ELECTION) writer.u8(0);
  else writer.text(election, BOUNDS.maxElectionBytes, "election");
}

function writeVote(writer: ByteWriter, { election, term, refusal, limit }: Vote): void {
  void ({
    election: writeElection(writer, election),
    term: writer.integer(term, "vote.term"),
    refusal: writer.u8(REFUSALS.indexOf(refusal)),
    limit: LIMITED.has(refusal) && writer.integer(Math.max(0, Math.floor(limit)), "vote.limit"),
  } satisfies Steps<Vote>);
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

function readRequest(reader: ByteReader, exact: boolean): Request {
  void ({
    sequence: request.sequence = reader.integer(),
    part: request.part = reader.u8(),
    lease: request.lease = reader.u32() / MICROSECONDS,
    urgent: request.urgent = (readFlags(reader, URGENT, exact) & URGENT) !== 0,
    claims: request.claims = readList(reader, NO_CLAIMS, () => readClaim(reader, exact)),
  } satisfies Request);
  return request;
}

/** What is said of some elections: rare, and kept by the receiver, so not the same objects each time. */
export function readList<Item>(reader: ByteReader, none: readonly Item[], read: () => Item): readonly Item[] {
  const count = reader.u8();
  if (count === 0) return none;
  if (count > LIMITS.electionsPerMessage) reader.fail();
  const items: Item[] = [];
  while (items.length < count && !reader.failed) items.push(read());
  return items;
}

function readClaim(reader: ByteReader, exact: boolean): Claim {
  const election = readElection(reader);
  const term = reader.integer();
  const flags = readFlags(reader, IN_OFFICE | SUCCEEDS, exact);
  const succeeds = flags & SUCCEEDS ? { boot: reader.boot(), term: reader.integer() } : undefined;
  return { election, term, succeeds, inOffice: (flags & IN_OFFICE) !== 0 };
}

function readAnswer(reader: ByteReader): Answer {
  void ({
    sequence: answer.sequence = reader.integer(),
    epoch: answer.epoch = reader.integer(),
    votes: answer.votes = readList(reader, NO_VOTES, () => readVote(reader)),
  } satisfies Answer);
  return answer;
}

/** An election by its name; the default one by none. */
export function readElection(reader: ByteReader): ElectionName {
  if (reader.peek() !== 0) return reader.text(BOUNDS.maxElectionBytes);
  reader.u8();
  return DEFAULT_ELECTION;
}

function readVote(reader: ByteReader): Vote {
  const election = readElection(reader);
  const term = reader.integer();
  const refusal = readRefusal(reader);
  return { election, term, refusal, limit: LIMITED.has(refusal) ? reader.integer() : 0 };
}

function readRefusal(reader: ByteReader): Refusal | undefined {
  const code = reader.u8();
  if (code >= REFUSALS.length) reader.fail();
  return REFUSALS[code];
}

/** Kept by the receiver: not the same object each time. */
function readVoters(reader: ByteReader, exact: boolean): VoterList {
  const flags = readFlags(reader, LISTS_RECEIVER | IS_MANY, exact);
  const count = reader.u8();
  if (count > LIMITS.toldVoters) reader.fail();
  const hashes = Array.from({ length: Math.min(count, LIMITS.toldVoters) }, () => reader.u32());
  return { listsReceiver: (flags & LISTS_RECEIVER) !== 0, isMany: (flags & IS_MANY) !== 0, hashes };
}

/** The flags in one byte, among which none may be without a meaning where the version is `exact` this one. */
export function readFlags(reader: ByteReader, meant: number, exact: boolean): number {
  return known(reader, reader.u8(), meant, exact);
}

function known(reader: ByteReader, flags: number, meant: number, exact: boolean): number {
  if (exact && flags & ~meant) reader.fail();
  return flags;
}
