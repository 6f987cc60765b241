import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../src/limits.ts";
import {
  bootOf,
  type Claimed,
  claimOf,
  INTERVAL,
  messages,
  ofKind,
  type Puppet,
  puppetOf,
  requestOf,
  Solo,
  statusOf,
  TIMEOUT,
  voteIn,
} from "./harness.ts";

/** An observer that only votes, with two voters it knows, and no quarantine left. */
function voterOf(...puppets: Puppet[]): Solo {
  const solo = new Solo(puppets, { eligible: false });
  for (const puppet of puppets) solo.introduce(puppet);
  assertEquals(solo.state.ground.now, 0);
  return solo;
}

const a = (): Puppet => puppetOf(2);
const b = (): Puppet => puppetOf(3);
/** The term of `a` that a successor names. */
const released = { term: 10, boot: bootOf(2) };

Deno.test("a voter refuses by rule", () => {
  type Step = [who: "a" | "b" | "stranger", claim: Claimed, answer: string, after?: number];
  const table: Record<string, Step[]> = {
    "the first claim is granted": [["a", claimOf(10), "granted"]],
    "a claim of the held term and candidate renews": [
      ["a", claimOf(10, 1), "granted"],
      ["a", claimOf(10, 2), "granted", TIMEOUT - 1],
      ["b", claimOf(11), "held", TIMEOUT - 1],
      ["b", claimOf(11), "granted", 1],
    ],
    "another candidate waits for an unexpired grant": [["a", claimOf(10), "granted"], ["b", claimOf(11), "held"]],
    "a higher term does not overrule a grant": [["a", claimOf(10), "granted"], ["b", claimOf(1_000_000), "held"]],
    "the same term is not granted to another": [
      ["a", claimOf(10), "granted"],
      ["b", claimOf(10), "held", TIMEOUT - 1],
      ["b", claimOf(10), "stale-term", 1],
    ],
    "a lower term is stale": [["a", claimOf(10), "granted"], ["a", claimOf(9), "stale-term"]],
    "the holder may claim anew under a higher term": [
      ["a", claimOf(10), "granted"],
      ["a", claimOf(11), "granted", 400],
      ["b", claimOf(12), "held", 400],
    ],
    "who is no voter gets no vote": [["stranger", claimOf(10), "not-a-voter"], ["a", claimOf(1), "granted"]],
    "a lease longer than the promise is refused": [
      ["a", { ...claimOf(10), lease: TIMEOUT + 0.001 }, "longer-lease"],
      ["b", { ...claimOf(10), lease: TIMEOUT - 1 }, "granted"],
    ],
    "an expired grant is nobody's": [["a", claimOf(10), "granted"], ["b", claimOf(11), "granted", TIMEOUT]],
    "a term of 0 is never granted": [["a", claimOf(0), "stale-term"]],
    "the term named as released goes to the successor": [
      ["a", claimOf(10), "granted"],
      ["b", claimOf(11, 1, released), "granted"],
      ["a", claimOf(10, 2), "held"],
    ],
    "the same term of another candidate is not released": [
      ["a", claimOf(10), "granted"],
      ["b", claimOf(11, 1, { term: 10, boot: bootOf(3) }), "held"],
      ["b", claimOf(11, 1, { term: 10, boot: bootOf(1) }), "held"],
    ],
    "another term than the grant's is not released": [
      ["a", claimOf(10), "granted"],
      ["b", claimOf(11, 1, { ...released, term: 9 }), "held"],
      ["b", claimOf(12), "held"],
    ],
    "a successor needs a higher term too": [["a", claimOf(10), "granted"], [
      "b",
      claimOf(10, 1, released),
      "stale-term",
    ]],
  };
  for (const [rule, steps] of Object.entries(table)) {
    const people = { a: a(), b: b(), stranger: puppetOf(9) };
    const solo = voterOf(people.a, people.b);
    solo.introduce(people.stranger);
    for (const [index, [who, claim, answer, after = 0]] of steps.entries()) {
      solo.advance(after);
      assertEquals(solo.claim(people[who], claim), answer, `${rule}: step ${index + 1}`);
    }
  }
});

Deno.test("a grant runs for the timeout from the receipt of the claim", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.advance(123);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.claim(second, claimOf(11)), "held");
  solo.advance(1);
  assertEquals(solo.claim(second, claimOf(12)), "granted");
});

Deno.test("only the holder gives a grant back, and only that term or an older one", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  solo.release(second, 10);
  assertEquals(solo.claim(second, claimOf(11, 1)), "held");
  solo.release(second, 1_000);
  assertEquals(solo.claim(second, claimOf(1_001, 1)), "held");
  solo.release(first, 9);
  assertEquals(solo.claim(second, claimOf(1_001, 2)), "held");
  solo.release(first, 10);
  assertEquals(solo.claim(second, claimOf(1_001, 3)), "granted");
});

Deno.test("a released term is not granted again to its own claim that comes late", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  solo.release(first, 10);
  assertEquals(solo.claim(first, claimOf(10, 2)), "stale-term");
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("a release is answered, so that it is not repeated", () => {
  const first = a();
  const solo = voterOf(first, b());
  const acks = messages(solo.release(first, 10), "ack");
  assertEquals(acks.map(({ address, cookie }) => [address, cookie]), [[first.address, first.boot]]);
});

Deno.test("a member that leaves gives back what it was granted", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  solo.leave(first);
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("a new boot at the holder's address does not hold its grant", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  const restarted = puppetOf(2, { boot: "00000000000000aa" });
  first.answers = false;
  solo.introduce(restarted);
  assertEquals(solo.claim(restarted, claimOf(11)), "held");
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.claim(restarted, claimOf(12)), "held");
  solo.advance(1);
  solo.introduce(restarted);
  assertEquals(solo.claim(restarted, claimOf(13)), "granted");
});

Deno.test("a claim to another boot of this address gets no vote", () => {
  const first = a();
  const solo = voterOf(first, b());
  const claim = claimOf(10);
  assertEquals(voteIn(solo.ping(first, claim, { to: "00000000000000ff" }), claim), undefined);
  assertEquals(voteIn(solo.ping(first, claim, { to: "" }), claim), undefined);
});

Deno.test("a member that has just started grants nothing for a timeout", () => {
  const [first, second] = [a(), puppetOf(3, { idle: false })];
  const solo = voterOf(first, second);
  assertEquals(solo.claim(first, claimOf(10, 1)), "quarantined");
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.claim(first, claimOf(10, 2)), "quarantined");
  solo.advance(1);
  assertEquals(solo.claim(first, claimOf(10, 3)), "granted");
});

Deno.test("the quarantine ends early only once all other voters have told this boot that they are idle", () => {
  const [first, second] = [a(), puppetOf(3, { idle: false })];
  const solo = voterOf(first, second);
  second.idle = true;
  solo.ping(second, undefined, { to: "00000000000000ff" });
  assertEquals(solo.claim(first, claimOf(10, 1)), "quarantined", "it told another boot");
  solo.ping(second);
  assertEquals(solo.claim(first, claimOf(10, 2)), "granted");
});

Deno.test("a stranger's idleness ends no quarantine", () => {
  const first = a();
  const stranger = puppetOf(9);
  const solo = new Solo([first], { eligible: false, clusterSize: 3 });
  solo.introduce(first);
  solo.introduce(stranger);
  assertEquals(solo.claim(first, claimOf(10)), "quarantined", "the third voter is not known");
});

Deno.test("the idleness of a member that was removed since ends no quarantine", () => {
  const [first, second] = [puppetOf(2, { answers: false }), puppetOf(3, { idle: false })];
  const solo = new Solo([first, second], { eligible: false });
  solo.introduce(first);
  solo.introduce(second);
  solo.leave(first);
  second.idle = true;
  solo.ping(second);
  assertEquals(solo.claim(second, claimOf(10)), "quarantined");
});

Deno.test("this member's own idleness is what it says of itself", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  const idle = (): boolean | undefined => messages(solo.ask(first), "ack").at(-1)?.message.status.idle;
  assertEquals(idle(), true);
  solo.claim(second, claimOf(10));
  assertEquals(idle(), false, "it holds a grant");
  solo.advance(TIMEOUT);
  assertEquals(idle(), true);

  const candidate = new Solo([puppetOf(2), puppetOf(3)], { weight: 9 });
  candidate.puppets.forEach((puppet) => candidate.introduce(puppet));
  assert(candidate.state.election.candidacy !== undefined);
  const said = messages(candidate.ask(candidate.puppets[0]!), "ack").at(-1)?.message.status;
  assertEquals(said?.idle, false, "it stands");
});

Deno.test("after the quarantine a claim below the terms seen before is stale", () => {
  const [first, second] = [a(), puppetOf(3, { idle: false, highestTerm: 50 })];
  const solo = voterOf(first, second);
  solo.advance(TIMEOUT);
  assertEquals(solo.claim(first, claimOf(49)), "stale-term");
  assertEquals(solo.claim(first, claimOf(50)), "granted");
});

Deno.test("a claim that was refused is granted as soon as the vote is free, while it is fresh", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  solo.advance(TIMEOUT - INTERVAL / 2);
  const claim = claimOf(11);
  assertEquals(solo.claim(second, claim), "held");
  assertEquals(voteIn(solo.release(first, 10), claim), "granted", "on release");

  const expiring = voterOf(first, second);
  expiring.claim(first, claimOf(10));
  expiring.advance(TIMEOUT - INTERVAL / 2);
  assertEquals(expiring.claim(second, claim), "held");
  assertEquals(voteIn(expiring.advance(INTERVAL / 2), claim), "granted", "on expiry");

  const old = voterOf(first, second);
  old.claim(first, claimOf(10));
  assertEquals(old.claim(second, claim), "held");
  old.advance(INTERVAL + 1);
  assertEquals(voteIn(old.release(first, 10), claim), undefined, "its candidate has sent a newer one");
});

Deno.test("a claim that was refused is granted as it was, though its packet is gone", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  solo.advance(TIMEOUT - INTERVAL / 2);
  const claim = claimOf(11);
  const packet = { ...claim };
  assertEquals(solo.claim(second, packet), "held");
  Object.assign(packet, { term: 99, sequence: 99 });
  assertEquals(voteIn(solo.release(first, 10), claim), "granted");
});

Deno.test("of two refused claims the heavier candidate's is kept", () => {
  const [holder, light, heavy] = [a(), puppetOf(3, { weight: 1 }), puppetOf(4, { weight: 2 })];
  const solo = voterOf(holder, light, heavy);
  solo.claim(holder, claimOf(10));
  assertEquals(solo.claim(heavy, claimOf(11)), "held");
  assertEquals(solo.claim(light, claimOf(12)), "held");
  const freed = solo.release(holder, 10);
  assertEquals(voteIn(freed, claimOf(11)), "granted");
  assertEquals(voteIn(freed, claimOf(12)), undefined);
});

Deno.test("a candidate that gave up does not get its refused claim granted later", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  solo.claim(first, claimOf(10));
  solo.claim(second, claimOf(11));
  solo.release(second, 11);
  assertEquals(voteIn(solo.release(first, 10), claimOf(11)), undefined);
});

Deno.test("a term more than a day ahead of the wall clock is refused with what the clock says, counted, and told", () => {
  const first = a();
  const solo = voterOf(first, b());
  const last = solo.wall + LIMITS.clockLead;
  for (const term of [last + 1, LIMITS.maxTerm + 1, Number.MAX_SAFE_INTEGER]) {
    const effects = solo.ping(first, claimOf(term));
    const [ack] = messages(effects, "ack");
    assertEquals([ack?.message.answer?.votes[0]?.refusal, ack?.message.answer?.votes[0]?.limit], [
      "future-term",
      solo.wall,
    ]);
    assert(effects.some((effect) => effect.kind === "dropped" && effect.reason === "absurd-term"));
    const member = { id: first.id, source: first.address };
    assertEquals(ofKind(effects, "mismatch"), [
      { kind: "mismatch", what: "clock-ahead", member, value: term - solo.wall },
    ]);
  }
  assertEquals(solo.claim(first, claimOf(last)), "granted");
});

Deno.test("a lighter candidate yields its own vote to a heavier one, a heavier does not", () => {
  for (const [weight, answer] of [[2, "granted"], [0, "held"]] as const) {
    const rival = puppetOf(2, { weight });
    const solo = new Solo([rival, b()], { weight: 1 });
    solo.puppets.forEach((puppet) => solo.introduce(puppet));
    solo.advance(2 * INTERVAL);
    const own = solo.state.election.candidacy?.term ?? 0;
    assert(own > 0, "it stands");
    assertEquals(solo.claim(rival, claimOf(own + 1)), answer, `rival of weight ${weight}`);
  }
});

Deno.test("a restarted member is not fooled by claims meant for its old boot", () => {
  const first = a();
  const solo = voterOf(first, b());
  const claim = claimOf(10);
  solo.ping(first, claim, { to: "00000000000000fe" });
  assertEquals(solo.state.election.ballot.vote, undefined);
});

Deno.test("a voter goes on voting for the leader in office after it lost sight of it for longer than a grant", () => {
  const [leader, other] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(leader, other);
  leader.leading = { term: 10, remaining: 400 };
  assertEquals(solo.claim(leader, claimOf(10, 1)), "granted");
  solo.advance(2 * TIMEOUT);
  assertEquals(solo.claim(leader, claimOf(10, 20)), "granted", "nobody else was granted anything since");
});

Deno.test("a claim that another datagram of its sender has overtaken is answered still", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  const claim = claimOf(10);
  const overtaken = {
    kind: "ping",
    nonce: 5,
    hears: true,
    status: statusOf(first),
    request: requestOf(first, claim),
    answer: undefined,
    gossip: undefined,
    voters: undefined,
  } as const;
  solo.ping(first);
  assertEquals(voteIn(solo.packet(first, overtaken), claim), "granted");
});

Deno.test("a claim that comes twice is answered alike and promises no longer", () => {
  const [first, second] = [a(), b()];
  const solo = voterOf(first, second);
  const claim = claimOf(10);
  const ping = {
    kind: "ping",
    nonce: 5,
    hears: true,
    status: statusOf(first),
    request: requestOf(first, claim),
    answer: undefined,
    gossip: undefined,
    voters: undefined,
  } as const;
  solo.packet(first, ping);
  solo.advance(TIMEOUT / 2);
  solo.packet(first, ping);
  solo.advance(TIMEOUT / 2);
  solo.packet(first, ping);
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("a voter follows the leader for as long as its own vote is promised to it", () => {
  const [leader, other] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([leader, other], { eligible: false });
  solo.introduce(leader);
  solo.introduce(other);
  // What a ping says of the lease is older than the votes that its claim asks for.
  leader.leading = { term: 10, remaining: TIMEOUT / 2 };
  assertEquals(solo.claim(leader, claimOf(10)), "granted");
  leader.answers = false;
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.leader, "m2");
  solo.advance(1);
  assertEquals(solo.leader, undefined);
});
