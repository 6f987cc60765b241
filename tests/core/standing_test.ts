import { assert, assertEquals, assertGreater } from "@std/assert";
import { bootOf, claimOf, INTERVAL, messages, type Puppet, puppetOf, Solo, TIMEOUT } from "./harness.ts";

/** How many claims this member has sent. */
function claims(solo: Solo): number {
  return messages(solo.log, "ping").filter(({ message }) => message.request !== undefined).length;
}

function followers(...overrides: Partial<Puppet>[]): Puppet[] {
  return overrides.map((override, index) => puppetOf(index + 2, override));
}

Deno.test("a member does not stand while no quorum of voters votes", () => {
  const solo = new Solo(followers({ voting: false }, { voting: false }), { weight: 9 });
  solo.advance(10 * TIMEOUT);
  assertEquals(claims(solo), 0, "both are quarantined");
  solo.puppets[0]!.voting = true;
  solo.advance(INTERVAL);
  assertGreater(claims(solo), 0, "one of them votes, which makes two of three");
});

Deno.test("a member that is heard by nobody does not stand, though it hears all", () => {
  const solo = new Solo(followers({ answers: false }, { answers: false }), { weight: 9 });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  const pass = (intervals: number): void => {
    for (let beat = 0; beat < intervals; beat++) {
      solo.advance(INTERVAL);
      for (const puppet of solo.puppets) solo.ping(puppet, undefined, {}, false);
    }
  };
  // Until then it may believe what it has just been shown.
  pass(2 * TIMEOUT / INTERVAL);
  const from = claims(solo);
  pass(20);
  assertEquals(claims(solo), from, "the others say that they do not hear it");
  for (const puppet of solo.puppets) solo.ping(puppet);
  solo.advance(INTERVAL);
  assertGreater(claims(solo), from, "they hear it again");
});

Deno.test("another process at an address has not shown yet that it hears this member, nor that it votes", () => {
  const solo = new Solo(followers({}, { eligible: false, voting: false }), { weight: 9, quarantine: TIMEOUT });
  solo.advance(TIMEOUT - 1);
  const [peer] = solo.puppets;
  peer!.answers = false;
  peer!.boot = bootOf(99);
  peer!.beat = 0;
  peer!.voting = false;
  solo.introduce(peer!);
  solo.advance(INTERVAL);
  assertEquals(claims(solo), 0, "what the process before said and showed is not its word");
});

Deno.test("the lead is handed to a voter that votes, rather than to a heavier one that is quarantined", () => {
  const peers = followers({ weight: 8, voting: false, grants: false }, { weight: 1, grants: true });
  const solo = new Solo(peers, { weight: 9 });
  solo.advance(TIMEOUT);
  assert(solo.leads, "it leads with one other vote");
  const successors = messages(solo.input({ kind: "resign" }), "release").map(({ message }) =>
    message.terms[0]?.successor
  );
  assertEquals(new Set(successors), new Set([peers[1]!.boot]));
});

Deno.test("a successor claims at once, whether it has heard a quorum of late or not", () => {
  const peers = followers({ leading: { term: 10, remaining: 400 } }, {});
  const solo = new Solo(peers, { weight: 5 });
  solo.advance(3 * INTERVAL);
  for (const peer of peers) peer.answers = false;
  solo.advance(2.5 * INTERVAL);
  const from = claims(solo);
  peers[0]!.leading = undefined;
  solo.release(peers[0]!, 10, solo.config.boot);
  assertGreater(claims(solo), from);
});

Deno.test("a member makes way for a heavier candidate only where it will vote for it", () => {
  const [heavy, other] = followers({ weight: 9 }, {}) as [Puppet, Puppet];
  const solo = new Solo([heavy, other], { weight: 5 });
  solo.advance(2 * INTERVAL);
  const { candidacy } = solo.state.election;
  assert(candidacy !== undefined, "it stands, because the heavier one does not");
  assertEquals(solo.claim(heavy, claimOf(candidacy.term - 1)), "held", "the term is too old");
  assertEquals(solo.state.election.candidacy?.term, candidacy.term, "making way would be the end of both");
  assertEquals(solo.claim(heavy, { ...claimOf(candidacy.term + 1), lease: 2 * TIMEOUT }), "longer-lease");
  assertEquals(solo.state.election.candidacy?.term, candidacy.term, "its lease is longer than any promise");
  assertEquals(solo.claim(heavy, claimOf(candidacy.term + 1)), "granted");
  assertEquals(solo.state.election.candidacy, undefined);
});

Deno.test("a candidate whose votes were wasted comes after others, and each time waits twice as long for another", () => {
  const [first, second] = followers({}, {}) as [Puppet, Puppet];
  const solo = new Solo([first, second], { eligible: false });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  assertEquals(solo.claim(first, claimOf(10)), "granted", "it has wasted nothing yet");
  solo.release(first, 10, undefined, { unanswered: true });
  for (const [term, wait] of [[11, 1], [12, 2], [13, 4]] as const) {
    assertEquals(solo.claim(first, claimOf(term)), "held", `term ${term} waits`);
    solo.advance(wait * INTERVAL - 1);
    assertEquals(solo.claim(first, claimOf(term, 2)), "held", `term ${term} waits for ${wait} intervals`);
    solo.advance(1);
    assertEquals(solo.claim(first, claimOf(term, 3)), "granted", "nobody else has asked");
    solo.release(first, term, undefined, { unanswered: true });
  }
  assertEquals(solo.claim(first, claimOf(20)), "held");
  assertEquals(solo.claim(second, claimOf(21)), "granted", "another one is granted at once");
  solo.release(second, 21);
  solo.advance(11 * TIMEOUT);
  assertEquals(solo.claim(first, claimOf(30)), "granted", "after ten timeouts it is forgiven");
});

Deno.test("a candidate whose votes were wasted waits while somebody else has the vote, too", () => {
  const [first, second] = followers({}, {}) as [Puppet, Puppet];
  const solo = new Solo([first, second], { eligible: false });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  solo.release(first, 10, undefined, { unanswered: true });
  assertEquals(solo.claim(second, claimOf(11)), "granted");
  assertEquals(solo.claim(first, claimOf(12)), "held", "the vote is another's");
  solo.advance(INTERVAL);
  solo.release(second, 11);
  assertEquals(solo.claim(first, claimOf(12, 2)), "granted", "it has asked for an interval");
});

Deno.test("of two candidates that wait for each other's votes the heavier gives up once it has wasted votes", () => {
  const [heavy, other] = followers({ weight: 9 }, {}) as [Puppet, Puppet];
  const solo = new Solo([heavy, other], { weight: 5 });
  solo.introduce(heavy);
  solo.release(heavy, 1, undefined, { unanswered: true });
  solo.advance(2 * INTERVAL);
  const { candidacy } = solo.state.election;
  assert(candidacy !== undefined, "it stands, because the heavier one does not");
  assertEquals(
    solo.claim(heavy, claimOf(candidacy.term - 1)),
    "stale-term",
    "the heavier one hears that it asks in vain",
  );
  assertEquals(solo.state.election.candidacy?.term, candidacy.term, "the lighter one goes on");
});

Deno.test("a vote that runs out is wasted unless its candidate was in office; so is one that is not answered any more", () => {
  const [first, second] = followers({}, {}) as [Puppet, Puppet];
  const solo = new Solo([first, second], { eligible: false });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  solo.advance(TIMEOUT + 1);
  assertEquals(solo.claim(first, claimOf(11)), "held", "nobody was elected by it");
  second.leading = { term: 12, remaining: 400 };
  assertEquals(solo.claim(second, claimOf(12)), "granted");
  second.leading = undefined;
  solo.advance(TIMEOUT + 1);
  assertEquals(solo.claim(second, claimOf(13)), "granted", "it has led");
});

Deno.test("what a process of before released says nothing of the one that is there now", () => {
  const [peer, other] = followers({}, {}) as [Puppet, Puppet];
  const solo = new Solo([peer, other], { eligible: false });
  for (const puppet of solo.puppets) solo.introduce(puppet);
  const before = { ...peer };
  solo.leave(peer);
  Object.assign(peer, { boot: bootOf(77), beat: 0, incarnation: 2 });
  solo.introduce(peer);
  solo.release(before, 100);
  assertEquals(solo.claim(peer, claimOf(50)), "granted", "the release of term 100 was another's");
});
