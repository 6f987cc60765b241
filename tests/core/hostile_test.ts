/** Whatever arrives, a citizen neither throws nor spins, nor keeps much of it, nor changes who leads for a stranger's word. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type MemberState, wakeAt } from "../../src/core/citizen.ts";
import type { InputEvent } from "../../src/core/input.ts";
import { expectedOf } from "../../src/core/membership/membership.ts";
import type { Message, Rumor } from "../../src/core/message/message.ts";
import { LIMITS } from "../../src/limits.ts";
import { addressOf, bootOf, claimOf, INTERVAL, ofKind, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";

const RUNS = 150;

/** Boots of members in rumors: the wire lets none through that is empty. */
const knownBoot = fc.oneof(
  fc.constantFrom(bootOf(1), bootOf(2), bootOf(3)),
  fc.integer({ min: 0, max: 0xffff }).map(bootOf),
);
/** Boots of the citizen, of its peers, of nobody. */
const anyBoot = fc.oneof(
  fc.constantFrom("", bootOf(1), bootOf(2), bootOf(3)),
  fc.integer({ min: 0, max: 0xffff }).map(bootOf),
);
const anyAddress = fc.oneof(
  fc.constantFrom(addressOf(1), addressOf(2), addressOf(3), "__proto__", "", "[::1]:1", "a".repeat(300)),
  fc.integer({ min: 4, max: 250 }).map(addressOf),
);
/** What the wire lets through: whole numbers up to 2^53 - 1. */
const anyTerm = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER, 1_750_000_000_000),
);
const anyAge = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 0.001, 4_294_967.295));
const anyStatus = fc.record({
  id: fc.constantFrom("m1", "m2", "m3", "m4", "", "__proto__", "constructor", "toString"),
  address: anyAddress,
  weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
  eligible: fc.boolean(),
  idle: fc.boolean(),
  voting: fc.boolean(),
  highestTerm: anyTerm,
  beat: anyTerm,
  incarnation: anyTerm,
  leading: fc.option(fc.record({ term: anyTerm, remaining: anyAge }), { nil: undefined }),
});
const anyTermId = fc.record({ term: anyTerm, boot: anyBoot });
const anyElection = fc.constantFrom("", "", "other", "__proto__");
const anyNumber = fc.oneof(fc.integer({ min: 0, max: 4 }), anyTerm);
const anyRequest = fc.record({
  sequence: anyNumber,
  part: fc.integer({ min: 0, max: 255 }),
  lease: anyAge,
  urgent: fc.boolean(),
  claims: fc.array(
    fc.record({
      election: anyElection,
      term: anyTerm,
      succeeds: fc.option(anyTermId, { nil: undefined }),
      inOffice: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});
const anyAnswer = fc.record({
  sequence: anyNumber,
  epoch: anyNumber,
  votes: fc.array(
    fc.record({
      election: anyElection,
      term: anyTerm,
      refusal: fc.constantFrom(
        ...[undefined, "quarantined", "held", "stale-term", "not-a-voter", "longer-lease"],
        ...["future-term", "forgotten", "too-many"],
      ),
      limit: anyTerm,
    }),
    { maxLength: 3 },
  ),
});
const anyRumor: fc.Arbitrary<Rumor> = fc.oneof(
  fc.record({
    kind: fc.constant("alive" as const),
    address: anyAddress,
    boot: knownBoot,
    incarnation: anyTerm,
    id: fc.constantFrom("m1", "m2", "m3", "m4", "__proto__", "toString"),
    weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
    eligible: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("suspect" as const),
    address: anyAddress,
    boot: anyBoot,
    incarnation: anyTerm,
    by: anyBoot,
  }),
  fc.record({
    kind: fc.constant("dead" as const),
    address: anyAddress,
    boot: anyBoot,
    incarnation: anyTerm,
    left: fc.boolean(),
  }),
);
const anyRumors = fc.array(anyRumor, { maxLength: 5 });
const anyGossip = fc.record({
  leaderHint: fc.option(fc.record({ boot: anyBoot, term: anyTerm, beat: anyTerm, remaining: anyAge }), {
    nil: undefined,
  }),
  rumors: anyRumors,
});
const anyNonce = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.maxSafeNat());

const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    kind: fc.constant("ping"),
    nonce: anyNonce,
    status: anyStatus,
    request: fc.option(anyRequest, { nil: undefined }),
    answer: fc.option(anyAnswer, { nil: undefined }),
    gossip: fc.option(anyGossip, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("ack"),
    nonce: anyNonce,
    challenge: anyNonce,
    status: anyStatus,
    answer: fc.option(anyAnswer, { nil: undefined }),
    gossip: fc.option(anyGossip, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("release"),
    nonce: anyNonce,
    sequence: anyNumber,
    terms: fc.array(
      fc.record({
        election: anyElection,
        term: anyTerm,
        successor: fc.option(anyBoot, { nil: undefined }),
        unanswered: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({ kind: fc.constant("claims"), request: anyRequest }),
  fc.record({ kind: fc.constant("votes"), answer: anyAnswer }),
  fc.record({ kind: fc.constant("roll-call"), known: anyTerm }),
  fc.record({
    ...{ kind: fc.constant("roll"), since: anyTerm, through: anyTerm, key: fc.constantFrom("m2", "__proto__") },
    entries: fc.array(fc.record({ election: anyElection, stands: fc.boolean(), term: anyTerm }), { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("leave"), nonce: anyNonce, idle: fc.boolean() }),
  fc.record({ kind: fc.constant("probe"), target: anyAddress }),
  fc.record({ kind: fc.constant("vouch"), target: anyAddress, boot: anyBoot, age: anyAge }),
  fc.record({ kind: fc.constant("nack"), target: anyAddress }),
  fc.record({ kind: fc.constant("pull"), after: anyAddress }),
  fc.record({ kind: fc.constant("page"), after: anyAddress, upTo: anyAddress, rumors: anyRumors }),
) as fc.Arbitrary<Message>;

/** Stands for what the sender was told to show, or would be. */
const RIGHT = "right";

/** A packet with what its sender must show, if it shows what is right. */
function shown(solo: Solo, event: InputEvent): InputEvent {
  if (event.kind !== "packet" || event.cookie !== RIGHT) return event;
  const { membership } = solo.state;
  const { from, message } = event;
  const address = "status" in message ? message.status.address : membership.byBoot.get(from)?.address ?? "";
  return { ...event, cookie: expectedOf(membership, address, from) };
}

const anyPacket: fc.Arbitrary<InputEvent> = fc.record({
  kind: fc.constant("packet" as const),
  source: anyAddress,
  from: anyBoot,
  cookie: fc.oneof({ weight: 3, arbitrary: fc.constant(RIGHT) }, { weight: 1, arbitrary: anyBoot }),
  message: anyMessage,
});

const anyEvent: fc.Arbitrary<InputEvent> = fc.oneof(
  { weight: 20, arbitrary: anyPacket },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.constant<InputEvent>({ kind: "tick" }),
      fc.constant<InputEvent>({ kind: "resign" }),
      fc.record({ kind: fc.constant("stall" as const), stalled: fc.boolean() }),
      fc.record({ kind: fc.constant("advance-term" as const), term: fc.integer({ min: 0, max: 2e12 }) }),
      fc.record({
        kind: fc.constant("peers" as const),
        addresses: fc.array(anyAddress, { maxLength: 5 }),
        clusterSize: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ kind: fc.constant("stale" as const), isStale: fc.boolean() }),
      fc.record({ kind: fc.constant("close" as const), graceful: fc.boolean() }),
      anyElection.filter((election) => election !== "").map((election): InputEvent => ({
        ...{ kind: "enter", election, byWeight: false, rebalances: true },
      })),
      anyElection.map((election): InputEvent => ({ kind: "withdraw", election })),
      anyElection.map((election): InputEvent => ({ kind: "resign", election })),
    ),
  },
);

const anyStep = fc.record({ after: fc.constantFrom(0, 0, 0, 1, 10, INTERVAL, TIMEOUT, 10 * TIMEOUT), event: anyEvent });

/** Everything a citizen keeps that others could make it keep. */
function kept(state: MemberState): number {
  let count = state.membership.peers.size + state.membership.byBoot.size + state.membership.indirectProbes.size +
    state.election.releases.length +
    state.membership.broadcasts.size + state.membership.lookups.size + state.membership.probing.peers.length +
    state.membership.suspects.size +
    state.election.asking.sent.size + state.election.asking.backings.size + state.election.voting.supports.size +
    state.election.voting.ballots.size + (state.election.candidacy?.granted.size ?? 0);
  for (const { askers } of state.membership.indirectProbes.values()) count += askers.size;
  for (const { pings } of state.membership.peers.values()) count += pings.size;
  return count;
}

function community(): { solo: Solo; peers: Puppet[] } {
  const peers = [puppetOf(2, { grants: true }), puppetOf(3, { grants: true, weight: 1 })];
  const solo = new Solo(peers, { weight: 5 });
  peers.forEach((peer) => solo.introduce(peer));
  solo.advance(TIMEOUT);
  return { solo, peers };
}

Deno.test("no input makes a state throw, spin or lose its sense of time", () => {
  for (const quorum of ["majority", "none"] as const) {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const solo = new Solo([puppetOf(2, { grants: true }), puppetOf(3)], { weight: 5, quorum });
        for (const { after, event } of steps) {
          solo.advance(after);
          solo.input(shown(solo, event));
          assert(wakeAt(solo.state) <= solo.now + INTERVAL, `wakes at ${wakeAt(solo.state)}, now ${solo.now}`);
        }
        solo.input({ kind: "tick" });
        assert(wakeAt(solo.state) > solo.now);
      }),
      { numRuns: RUNS },
    );
  }
});

Deno.test("every view comes before the events that tell of it, in every order of inputs", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const solo = new Solo([puppetOf(2, { grants: true }), puppetOf(3, { grants: true })], { weight: 5 });
      for (const { after, event } of steps) {
        solo.advance(after);
        solo.input(shown(solo, event));
      }
      let leading = 0;
      let elected = 0;
      for (const effect of solo.log) {
        if (effect.kind === "view") leading = effect.leading ? effect.term : 0;
        if (effect.kind === "elected") assertEquals([leading, elected], [effect.token, 0]);
        if (effect.kind === "elected") elected = effect.token;
        if (effect.kind === "resigned") assertEquals([leading, elected], [0, effect.token]);
        if (effect.kind === "resigned") elected = 0;
      }
    }),
    { numRuns: RUNS },
  );
});

Deno.test("members are added and removed in turns, whatever arrives", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const solo = new Solo([puppetOf(2), puppetOf(3)]);
      for (const { after, event } of steps) {
        solo.advance(after);
        solo.input(shown(solo, event));
      }
      const present = new Set<string>();
      for (const effect of solo.log) {
        if (effect.kind === "added") {
          assert(!present.has(effect.member.id), `${effect.member.id} twice`);
          present.add(effect.member.id);
        }
        if (effect.kind === "removed") assert(present.delete(effect.member.id), `${effect.member.id} was not there`);
      }
      assertEquals([...present].sort(), solo.ids);
      assertEquals(
        solo.state.membership.byBoot.size,
        [...solo.state.membership.peers.values()].filter(({ alive }) => alive).length,
      );
    }),
    { numRuns: RUNS },
  );
});

Deno.test("memory stays bounded under a flood", () => {
  const { solo } = community();
  const flood = fc.sample(fc.array(anyPacket, { minLength: 100, maxLength: 100 }), { numRuns: 100, seed: 1 }).flat();
  const bound = 4 * LIMITS.strangers * (2 + LIMITS.outstandingPings);
  for (const [index, event] of flood.entries()) {
    solo.input(shown(solo, event));
    if (index % 50 === 0) solo.advance(7);
    assert(kept(solo.state) < bound);
  }
  solo.advance(25 * TIMEOUT);
  assert(kept(solo.state) < 100, `${kept(solo.state)} after a while`);
});

/** Packets of one that knows all addresses, ids and boots, writes in anybody's name, and cannot read what others are sent. */
const strangersPacket = fc.record({
  kind: fc.constant("packet" as const),
  source: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 100, max: 120 })).map(addressOf),
  from: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 100, max: 120 })).map(bootOf),
  cookie: fc.oneof(fc.constantFrom(bootOf(1), bootOf(2), ""), anyBoot),
  message: anyMessage,
});

Deno.test("who is not verified does not change who leads, who is there, or what was promised", () => {
  fc.assert(
    fc.property(fc.array(strangersPacket, { maxLength: 80 }), (packets) => {
      const { solo } = community();
      assert(solo.leads);
      const promised = { ...solo.state.election.ballot.vote };
      const seen = solo.state.election.seenTerm;
      const from = solo.log.length;
      for (const packet of packets) solo.input(packet);
      const changes = solo.log.slice(from).filter(({ kind }) => !["send", "dropped"].includes(kind));
      assertEquals(changes, []);
      assertEquals({ ...solo.state.election.ballot.vote }, promised);
      assertEquals(solo.state.election.seenTerm, seen);
      solo.advance(3 * TIMEOUT);
      assert(solo.leads);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("who is not verified does not change whom a follower follows and votes for", () => {
  fc.assert(
    fc.property(fc.array(strangersPacket, { maxLength: 80 }), (packets) => {
      const ruler = puppetOf(2, { leading: { term: 10, remaining: 400 } });
      const solo = new Solo([ruler, puppetOf(3)], { eligible: false });
      solo.introduce(ruler);
      solo.introduce(solo.puppets[1]!);
      const claim = claimOf(10);
      assertEquals(solo.claim(ruler, claim), "granted");
      for (const packet of packets) solo.input(packet);
      assertEquals(solo.leader, "m2");
      assertEquals(ofKind(solo.log, "leader").length, 1);
      assertEquals(solo.claim(ruler, { ...claim, sequence: 2 }), "granted");
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a packet costs at most a few packets", () => {
  fc.assert(
    fc.property(fc.array(strangersPacket, { maxLength: 60 }), (packets) => {
      const { solo } = community();
      for (const packet of packets) {
        const sent = ofKind(solo.input(packet), "send").length;
        assert(sent <= 1, `${sent} packets for one`);
      }
    }),
    { numRuns: RUNS },
  );
});
