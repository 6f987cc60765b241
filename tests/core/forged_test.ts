/**
 * Without a secret anybody may write a datagram. Who cannot read the members' traffic, nor write from their addresses, must
 * not move the lead: it knows addresses, ids and, from the answers to its own hello, boots and terms.
 */

import { assert, assertEquals } from "@std/assert";
import {
  claimOf,
  INTERVAL,
  messages,
  ofKind,
  puppetOf,
  requestOf,
  Solo,
  statusOf,
  TIMEOUT,
  voteFor,
} from "./harness.ts";

const ELSEWHERE = { source: "6.6.6.6:666" };

/** A voter with two peers, of which the first was granted term 10. */
function granted(): { solo: Solo; leader: ReturnType<typeof puppetOf>; other: ReturnType<typeof puppetOf> } {
  const leader = puppetOf(2);
  const other = puppetOf(3);
  const solo = new Solo([leader, other], { eligible: false });
  solo.introduce(leader);
  solo.introduce(other);
  leader.leading = { term: 10, remaining: 400 };
  assertEquals(solo.claim(leader, claimOf(10)), "granted");
  assertEquals(solo.leader, leader.id);
  return { solo, leader, other };
}

Deno.test("a release from another address frees no grant and ends no leadership", () => {
  const { solo, leader, other } = granted();
  solo.release(leader, 10, undefined, ELSEWHERE);
  assertEquals(solo.leader, leader.id);
  assertEquals(solo.claim(other, claimOf(11)), "held");
});

Deno.test("a farewell from another address removes nobody and frees no grant", () => {
  const { solo, leader, other } = granted();
  solo.leave(leader, ELSEWHERE);
  assertEquals(solo.ids, ["m2", "m3"]);
  assertEquals(solo.claim(other, claimOf(11)), "held");
});

Deno.test("a stranger under a voter's boot becomes no member", () => {
  const { solo, leader, other } = granted();
  const thief = puppetOf(66, { id: "thief", boot: leader.boot });
  solo.introduce(thief);
  assertEquals(solo.ids, ["m2", "m3"]);
  solo.leave(thief);
  assertEquals(solo.ids, ["m2", "m3"]);
  assertEquals(solo.claim(other, claimOf(11)), "held");
});

Deno.test("a stranger releases nothing and names no successor", () => {
  const leader = puppetOf(2);
  const solo = new Solo([leader, puppetOf(3, { weight: 9 })], { weight: 1 });
  const stranger = puppetOf(66);
  for (const puppet of [...solo.puppets, stranger]) solo.introduce(puppet);
  const effects = solo.release(stranger, 10, solo.config.boot);
  assertEquals(messages(effects, "ping").filter(({ message }) => message.request !== undefined), []);
  assertEquals(solo.state.election.successor, undefined);
});

Deno.test("a hello that names another member's address is answered there, not where it came from", () => {
  const stranger = puppetOf(9, { answers: false });
  const { solo } = granted();
  solo.introduce(stranger);
  for (const named of [stranger, solo.puppets[1]!]) {
    const thief = puppetOf(66, { id: named.id, address: named.address });
    const effects = solo.ping(thief, undefined, { to: "", ...ELSEWHERE });
    assertEquals(ofKind(effects, "send").filter(({ address }) => address === ELSEWHERE.source), []);
  }
  assertEquals(solo.ids, ["m2", "m3", "m9"]);
});

Deno.test("what one process is to show tells nothing of what another is to", () => {
  const absent = puppetOf(3, { answers: false });
  const solo = new Solo([puppetOf(2), absent]);
  const witness = puppetOf(65);
  const hello = solo.ping(witness, undefined, { to: "" });
  const seen = messages(hello, "ack").at(-1)?.message.cookie ?? "";
  assertEquals(seen.length, 16);
  const thief = puppetOf(66, { id: absent.id, address: absent.address });
  solo.ping(thief, undefined, { to: "", ...ELSEWHERE });
  for (let guess = 0n; guess < 100n; guess++) {
    const to = (BigInt(`0x${seen}`) + guess).toString(16).padStart(16, "0");
    solo.ack(thief, 7, undefined, { ...ELSEWHERE, to });
  }
  assertEquals(solo.ids.includes(absent.id), false);
});

Deno.test("a claim from who has not answered a challenge gets no vote", () => {
  const voter = puppetOf(2, { answers: false });
  const solo = new Solo([voter, puppetOf(3)], { eligible: false });
  solo.advance(2 * TIMEOUT);
  const thief = puppetOf(66, { id: voter.id, address: voter.address });
  const claim = claimOf(solo.wall);
  solo.ping(thief, claim, ELSEWHERE);
  assertEquals(solo.state.election.ballot.vote, undefined);
});

Deno.test("who has not answered a challenge makes no candidate give way", () => {
  const light = puppetOf(2, { weight: 1 });
  const solo = new Solo([light, puppetOf(3)], { weight: 5 });
  solo.puppets.forEach((puppet) => solo.introduce(puppet));
  const term = solo.state.election.candidacy?.term;
  assert(term !== undefined);
  const thief = puppetOf(66, { id: light.id, address: light.address, weight: 99, leading: { term: 1, remaining: 1 } });
  solo.ping(thief, claimOf(1), ELSEWHERE);
  assertEquals(solo.state.election.candidacy?.term, term);
});

Deno.test("the idleness of who has not answered a challenge ends no quarantine", () => {
  const [first, second] = [puppetOf(2), puppetOf(3, { idle: false })];
  const solo = new Solo([first, second], { eligible: false });
  solo.introduce(first);
  solo.introduce(second);
  solo.ping(puppetOf(66, { id: second.id, address: second.address, idle: true }), undefined, ELSEWHERE);
  assertEquals(solo.claim(first, claimOf(10)), "quarantined");
});

Deno.test("the terms of who has not answered a challenge count for nothing", () => {
  const { solo, other } = granted();
  const before = solo.state.election.seenTerm;
  const thief = puppetOf(66, { id: other.id, address: other.address });
  for (let term = 2 * solo.wall; term < 2 ** 53; term += solo.wall) {
    thief.highestTerm = Math.min(term, solo.state.election.seenTerm + 1e9);
    solo.ping(thief, undefined, ELSEWHERE);
  }
  assertEquals(solo.state.election.seenTerm, before);
});

Deno.test("a vote that answers no ping of this member elects nobody", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.puppets.forEach((puppet) => solo.introduce(puppet));
  const { candidacy } = solo.state.election;
  assert(candidacy !== undefined, "the heaviest of three should stand once it knows the two others");
  const { term } = candidacy;
  for (let nonce = 50_000; nonce < 50_010; nonce++) {
    solo.ack(first, nonce, voteFor(claimOf(term, 1)), ELSEWHERE);
  }
  assertEquals(solo.leads, false);
  assertEquals(ofKind(solo.log, "elected"), []);
});

Deno.test("repeating what a dead leader said does not keep it alive, in office or in possession of a vote", () => {
  const { solo, leader, other } = granted();
  leader.answers = false;
  const claim = claimOf(10, 2);
  const last = {
    kind: "ping",
    nonce: 77_777_777,
    hears: true,
    status: { ...statusOf(leader), leading: { term: 10, remaining: 495 } },
    request: requestOf(leader, claim),
    answer: undefined,
    gossip: undefined,
    voters: undefined,
  } as const;
  for (let repeat = 0; repeat < 3 * TIMEOUT / 50; repeat++) {
    solo.packet(leader, last);
    solo.advance(50);
    if (repeat === TIMEOUT / 50) solo.accuse(other, leader);
  }
  assertEquals(solo.leader, undefined, "it is still followed");
  assertEquals(solo.ids, ["m3"], "it still counts as alive");
  assertEquals(solo.claim(other, claimOf(11)), "granted");
});

Deno.test("a stranger cannot keep a voter out by taking its id first", () => {
  const voter = puppetOf(2, { answers: false });
  const solo = new Solo([voter, puppetOf(3)]);
  solo.introduce(puppetOf(66, { id: voter.id }));
  voter.answers = true;
  solo.introduce(voter);
  solo.advance(TIMEOUT);
  assert(solo.ids.includes(voter.id));
  assertEquals(solo.state.membership.byBoot.get(voter.boot)?.address, voter.address);
});

Deno.test("a leader's claim to a long lease is believed for a timeout", () => {
  const { solo, leader } = granted();
  leader.leading = { term: 10, remaining: 1e9 };
  solo.ping(leader);
  leader.answers = false;
  solo.advance(TIMEOUT + INTERVAL);
  assertEquals(solo.leader, undefined);
});
