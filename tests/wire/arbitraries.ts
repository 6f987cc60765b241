import fc from "fast-check";
import type {
  Answer,
  Claim,
  Gossip,
  Message,
  Refusal,
  ReleasedTerm,
  Request,
  RollEntry,
  Rumor,
  Status,
  TermId,
  Vote,
  VoterList,
} from "../../src/core/message/message.ts";
import { canonicalAddress } from "../../src/base/address.ts";
import { isPrintable } from "../../src/base/printable.ts";
import type { DataFragment } from "../../src/wire/fragments.ts";
import { fragment } from "../../src/wire/fragments.ts";

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export const integer = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER),
);
export const boot = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((bits) => bits.toString(16).padStart(16, "0"));
export const name = fc.string({ unit: "binary", minLength: 1, maxLength: 128 }).filter((text) =>
  bytesOf(text) <= 128 && isPrintable(text)
);
const port = fc.integer({ min: 1, max: 65_535 });
const ipv4 = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) =>
  parts.join(".")
);
const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
const ipv6 = fc.array(group, { minLength: 7, maxLength: 7 }).map((groups) =>
  [0xfd00, ...groups].map((value) => value.toString(16)).join(":")
);
export const address = fc.oneof(
  fc.tuple(ipv4, port).map(([ip, at]) => `${ip}:${at}`),
  fc.tuple(ipv6, port).map(([ip, at]) => canonicalAddress(`[${ip}]:${at}`) ?? ""),
  fc.constantFrom("[::1]:1", "[::1:0:0:1]:80", "[1::]:9", "223.255.255.255:1", "[fe80::1]:65535"),
);
/** Eighths of a ms: whole microseconds, which the wire can say, and exact as doubles. */
const duration = fc.nat(Math.floor(0xffff_ffff / 125)).map((eighths) => eighths / 8);

const status: fc.Arbitrary<Status> = fc.record({
  beat: integer,
  incarnation: integer,
  id: name,
  address,
  weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
  eligible: fc.boolean(),
  idle: fc.boolean(),
  voting: fc.boolean(),
  highestTerm: integer,
  roll: integer,
  leading: fc.option(fc.record({ term: integer, remaining: duration }, { noNullPrototype: true }), { nil: undefined }),
}, { noNullPrototype: true });
const termId: fc.Arbitrary<TermId> = fc.record({ term: integer, boot }, { noNullPrototype: true });
const election = fc.oneof(fc.constant(""), name.filter((text) => bytesOf(text) <= 64));
const claim: fc.Arbitrary<Claim> = fc.record({
  election,
  term: integer,
  succeeds: fc.option(termId, { nil: undefined }),
  inOffice: fc.boolean(),
}, {
  noNullPrototype: true,
});
const request: fc.Arbitrary<Request> = fc.record({
  sequence: integer,
  part: fc.nat(255),
  lease: duration,
  urgent: fc.boolean(),
  claims: fc.array(claim, { maxLength: 4 }),
}, { noNullPrototype: true });
const refusal = fc.constantFrom<Refusal | undefined>(
  undefined,
  "quarantined",
  "held",
  "not-a-voter",
  "too-many",
);
const limited = fc.constantFrom<Refusal>("stale-term", "longer-lease", "future-term", "forgotten");
const answered = { election, term: integer };
const vote: fc.Arbitrary<Vote> = fc.oneof(
  fc.record({ ...answered, refusal, limit: fc.constant(0) }, { noNullPrototype: true }),
  fc.record({ ...answered, refusal: limited, limit: integer }, { noNullPrototype: true }),
);
const answer: fc.Arbitrary<Answer> = fc.record(
  { sequence: integer, epoch: integer, votes: fc.array(vote, { maxLength: 4 }) },
  { noNullPrototype: true },
);
const released: fc.Arbitrary<ReleasedTerm> = fc.record({
  election,
  term: integer,
  successor: fc.option(boot, { nil: undefined }),
  unanswered: fc.boolean(),
}, { noNullPrototype: true });
const hashes = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 9 });
const voters: fc.Arbitrary<VoterList | undefined> = fc.option(
  fc.record({ listsReceiver: fc.boolean(), isMany: fc.boolean(), hashes }, { noNullPrototype: true }),
  { nil: undefined },
);

const weight = fc.double({ noNaN: true, noDefaultInfinity: true });
const subject = { address, boot, incarnation: integer };
/** Everything that can be said of a member. */
export const rumor: fc.Arbitrary<Rumor> = fc.oneof(
  fc.record(
    { kind: fc.constant("alive"), ...subject, id: name, weight, eligible: fc.boolean() } as const,
    { noNullPrototype: true },
  ),
  fc.record({ kind: fc.constant("suspect"), ...subject, by: boot } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("dead"), ...subject, left: fc.boolean() } as const, { noNullPrototype: true }),
);
const leaderHint = fc.record({ boot, term: integer, beat: integer, remaining: duration }, { noNullPrototype: true });
const rumors = fc.array(rumor, { maxLength: 4 });
const gossip: fc.Arbitrary<Gossip | undefined> = fc.option(
  fc.record({ leaderHint: fc.option(leaderHint, { nil: undefined }), rumors }, { noNullPrototype: true }),
  { nil: undefined },
);
const cursor = fc.oneof(fc.constant(""), address);

const entry: fc.Arbitrary<RollEntry> = fc.record(
  { election, stands: fc.boolean(), term: integer },
  { noNullPrototype: true },
);

/** Every kind of message for the core. */
export const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ kind: fc.constant("claims"), request } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("votes"), answer } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("roll-call"), known: integer } as const, { noNullPrototype: true }),
  fc.record(
    {
      ...{ kind: fc.constant("roll"), since: integer, through: integer, key: name },
      entries: fc.array(entry, { maxLength: 4 }),
    } as const,
    { noNullPrototype: true },
  ),
  fc.record(
    {
      kind: fc.constant("ping"),
      nonce: integer,
      hears: fc.boolean(),
      status,
      request: fc.option(request, { nil: undefined }),
      answer: fc.option(answer, { nil: undefined }),
      gossip,
      voters,
    } as const,
    { noNullPrototype: true },
  ),
  fc.record(
    {
      kind: fc.constant("ack"),
      nonce: integer,
      cookie: fc.oneof(fc.constant(""), boot),
      status,
      answer: fc.option(answer, { nil: undefined }),
      gossip,
      voters,
    } as const,
    { noNullPrototype: true },
  ),
  fc.record(
    {
      kind: fc.constant("release"),
      nonce: integer,
      sequence: integer,
      terms: fc.array(released, { maxLength: 4 }),
    } as const,
    { noNullPrototype: true },
  ),
  fc.record({ kind: fc.constant("leave"), nonce: integer, idle: fc.boolean() } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("probe"), target: address } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("vouch"), target: address, boot, age: duration } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("nack"), target: address } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("pull"), after: cursor } as const, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("page"), after: cursor, upTo: cursor, rumors } as const, { noNullPrototype: true }),
);

/** Fragments as the library cuts them. */
export const data: fc.Arbitrary<DataFragment> = fc.tuple(
  fc.boolean(),
  name,
  fc.uint8Array({ maxLength: 4000 }),
  integer,
  fc.integer({ min: 411, max: 1200 }),
  fc.nat(),
).map(([channel, event, value, number, room, pick]) => {
  const pieces = fragment({ channel, name: event, value }, number, room);
  const piece = pieces[pick % pieces.length];
  if (piece === undefined) throw new Error("a message has at least one piece");
  return piece;
});

export const payload = fc.oneof({ arbitrary: message, weight: 6 }, data);
