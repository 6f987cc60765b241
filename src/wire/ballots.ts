/**
 * Requests and answers, which ride on pings and acks, and terms that are given back: what is said of elections, by their names.
 *
 * @module
 */

import { newAnswer, newRequest, NO_CLAIMS, NO_VOTES } from "../core/message/blank.ts";
import {
  type Answer,
  type Claim,
  DEFAULT_ELECTION,
  type ElectionName,
  type Refusal,
  type ReleasedTerm,
  type Request,
  type TermId,
  type Vote,
} from "../core/message/message.ts";
import { BOUNDS, LIMITS } from "../limits.ts";
import { BOOT_BYTES, type ByteReader, type ByteWriter, DURATION_BYTES, INTEGER_BYTES, MICROSECONDS } from "./bytes.ts";
import { type Sizes, type Steps, total } from "./fields.ts";
import { readFlags } from "./flags.ts";

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
const LIMITED: ReadonlySet<Refusal | undefined> = new Set<Refusal>([
  "stale-term",
  "longer-lease",
  "future-term",
  "forgotten",
]);

/** Of a request. */
const URGENT = 1;
/** Of a claim. */
const IN_OFFICE = 1;
const SUCCEEDS = 2;
/** Of a term that is given back. */
const UNANSWERED = 1;

/** They are read into the same objects, instead of into garbage. */
const request = newRequest();
const answer = newAnswer();

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
/** At most what a request takes with one claim in the default election. */
export const REQUEST_BYTES: number = total(
  {
    ...{ sequence: INTEGER_BYTES, part: 1, lease: DURATION_BYTES, urgent: 1, claims: 1 + CLAIM_BYTES },
  } satisfies Sizes<Request>,
);
/** At most what an answer takes with one vote in the default election. */
export const ANSWER_BYTES: number = total(
  { sequence: INTEGER_BYTES, epoch: INTEGER_BYTES, votes: 1 + VOTE_BYTES } satisfies Sizes<Answer>,
);
/** Writes a request. */
export function writeRequest(writer: ByteWriter, { sequence, part, lease, urgent, claims }: Request): void {
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

/** Writes an answer. */
export function writeAnswer(writer: ByteWriter, { sequence, epoch, votes }: Answer): void {
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

/** Writes the terms that a release gives back. */
export function writeTerms(writer: ByteWriter, terms: readonly ReleasedTerm[]): void {
  writeCount(writer, terms, "terms");
  for (const { election, term, successor, unanswered } of terms) {
    void ({
      election: writeElection(writer, election),
      term: writer.integer(term, "term"),
      successor: writer.boot(successor ?? "", "successor"),
      unanswered: writer.u8(unanswered ? UNANSWERED : 0),
    } satisfies Steps<ReleasedTerm>);
  }
}

/** Reads the terms that a release gives back. */
export function readTerms(reader: ByteReader, exact: boolean): readonly ReleasedTerm[] {
  return readList<ReleasedTerm>(reader, [], () => readTerm(reader, exact));
}

function readTerm(reader: ByteReader, exact: boolean): ReleasedTerm {
  const election = readElection(reader);
  const term = reader.integer();
  const successor = reader.bootOrNone() || undefined;
  return { election, term, successor, unanswered: (readFlags(reader, UNANSWERED, exact) & UNANSWERED) !== 0 };
}

/** Reads a request, into the same object each time. */
export function readRequest(reader: ByteReader, exact: boolean): Request {
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

/** Reads an answer, into the same object each time. */
export function readAnswer(reader: ByteReader): Answer {
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
