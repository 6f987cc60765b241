/** Support and votes, rule by rule: what a voter promises to a process, which votes lean on it, and what a candidate makes of it. */

import { assert, assertEquals } from "@std/assert";
import type { Effect } from "../../src/core/effect.ts";
import type { Answer, Claim, Ping, Request } from "../../src/core/message/message.ts";
import {
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
  return solo;
}

/** A leader with two voters that grant whatever they are asked, one of which is enough. */
function leading(): { readonly solo: Solo; readonly first: Puppet; readonly second: Puppet } {
  const [first, second] = [puppetOf(2, { grants: true }), puppetOf(3, { grants: true })];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(TIMEOUT + INTERVAL);
  assert(solo.leads, "it leads");
  return { solo, first, second };
}

let nonce = 5_000_000;

/** A ping with this request, or else with the puppet's next one, which claims nothing. */
function ask(solo: Solo, puppet: Puppet, request: Partial<Request> = {}): Effect[] {
  const sequence = request.sequence ?? ++puppet.sequence;
  const message: Ping = {
    ...{ kind: "ping", nonce: ++nonce, hears: true, status: statusOf(puppet) },
    request: { part: 0, lease: TIMEOUT, urgent: true, claims: [], ...request, sequence },
    ...{ answer: undefined, gossip: undefined, voters: undefined },
  };
  return solo.packet(puppet, message);
}

function claiming(term: number, more: Partial<Claim> = {}): Claim {
  return { election: "", term, succeeds: undefined, inOffice: false, ...more };
}

/** What was answered, by an ack. */
function answerIn(effects: readonly Effect[]): Answer | undefined {
  return messages(effects, "ack").flatMap(({ message: { answer } }) => answer ?? [])[0];
}

/** The requests that this member has sent to a puppet. */
function requestsTo(effects: readonly Effect[], { address }: Puppet): Request[] {
  return messages(effects, "ping").flatMap(({ address: to, message: { request } }) =>
    to === address ? request ?? [] : []
  );
}

Deno.test("rule 1: a request that claims nothing prolongs support, and the votes that lean on it", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  for (let time = 0; time < 4; time++) {
    solo.advance(TIMEOUT - 1);
    ask(solo, first);
  }
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.claim(second, claimOf(11)), "held");
  solo.advance(1);
  assertEquals(solo.claim(second, claimOf(12)), "granted");
});

Deno.test("rule 1: a request after support has lapsed starts another epoch, in which no vote of the old one is in force", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const before = answerIn(ask(solo, first, { claims: [claiming(10)] }));
  solo.advance(TIMEOUT);
  const after = answerIn(ask(solo, first));
  assertEquals([before?.votes.length, after?.votes], [1, []]);
  assert(after!.epoch > before!.epoch, "an epoch of its own");
  assertEquals(solo.claim(second, claimOf(11)), "granted", "the vote is void, though its holder is supported");
});

Deno.test("rule 1: no epoch is used for two candidates, nor again after the machine was set back", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const epochs = [answerIn(ask(solo, first))!.epoch, answerIn(ask(solo, second))!.epoch];
  solo.advance(3 * TIMEOUT);
  // A snapshot is restored: what the member counted is what it was, and the wall clock goes on.
  solo.state.election.voting.epoch = epochs[0]! - 1;
  solo.state.election.voting.supports.clear();
  solo.skew += 10 * TIMEOUT;
  solo.input({ kind: "tick" });
  epochs.push(answerIn(ask(solo, first))!.epoch);
  assertEquals(new Set(epochs).size, 3);
});

Deno.test("rule 2: in quarantine claims are refused, and support is acknowledged all the same", () => {
  const [first, second] = [puppetOf(2), puppetOf(3, { idle: false })];
  const solo = voterOf(first, second);
  const answer = answerIn(ask(solo, first, { sequence: 7, claims: [claiming(10)] }));
  assertEquals([answer?.votes[0]?.refusal, answer?.sequence], ["quarantined", 7]);
  assert(answer!.epoch > 0, "it is supported");
});

Deno.test("rule 2: who holds a lease is granted again below what was promised to one that was not elected", () => {
  const [leader, loser] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(leader, loser);
  const office = { inOffice: true };
  assertEquals(answerIn(ask(solo, leader, { claims: [claiming(10, office)] }))?.votes[0]?.refusal, undefined);
  solo.advance(TIMEOUT);
  assertEquals(solo.claim(loser, claimOf(20)), "granted");
  assertEquals(answerIn(ask(solo, leader, { claims: [claiming(10, office)] }))?.votes[0]?.refusal, "held");
  solo.advance(TIMEOUT);
  assertEquals(answerIn(ask(solo, leader, { claims: [claiming(10)] }))?.votes[0]?.refusal, "stale-term");
  assertEquals(answerIn(ask(solo, leader, { claims: [claiming(10, office)] }))?.votes[0]?.refusal, undefined);
  solo.advance(TIMEOUT);
  assertEquals(solo.claim(loser, claimOf(20)), "stale-term", "what was promised does not fall");
});

Deno.test("rule 4: neither another list nor a removal ends a vote", () => {
  const [first, second, third] = [puppetOf(2), puppetOf(3), puppetOf(4)];
  const solo = voterOf(first, second, third);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  const addresses = [second, third].map(({ address }) => address);
  solo.input({ kind: "peers", addresses, clusterSize: 3 });
  solo.advance(TIMEOUT - 1);
  assertEquals(solo.claim(second, claimOf(11)), "held");
  solo.advance(1);
  assertEquals(solo.claim(second, claimOf(12)), "granted");
});

Deno.test("rule 5: the parts of a request are carried out once each, in any order", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const part = (number: number, election: string, sequence = 5) =>
    answerIn(ask(solo, first, { sequence, part: number, claims: [claiming(10, { election })] }))?.votes[0]?.refusal;
  assertEquals([part(2, "c"), part(0, "a"), part(1, "b")], [undefined, undefined, undefined]);
  assertEquals(answerIn(ask(solo, first, { sequence: 5, part: 1 })), undefined, "a second time");
  assertEquals(answerIn(ask(solo, first, { sequence: 4, part: 3 })), undefined, "an older request");
  const held = ["a", "b", "c"].map((election) =>
    answerIn(ask(solo, second, { claims: [claiming(11, { election })] }))?.votes[0]?.refusal
  );
  assertEquals(held, ["held", "held", "held"]);
});

Deno.test("rule 5: a part prolongs nothing, and comes too late once support has lapsed", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  ask(solo, first, { sequence: 5, claims: [claiming(10)] });
  solo.advance(TIMEOUT - 1);
  ask(solo, first, { sequence: 5, part: 1 });
  solo.advance(1);
  assertEquals(answerIn(ask(solo, first, { sequence: 5, part: 2, claims: [claiming(11)] })), undefined);
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("rule 5: a claim that was overtaken by its release does not come back, not even from one in office", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const overtaken = ++first.sequence;
  solo.release(first, 10);
  const late = ask(solo, first, { sequence: overtaken, claims: [claiming(10, { inOffice: true })] });
  assertEquals(answerIn(late)?.votes[0]?.refusal, "stale-term");
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("rule 5: a release asks for no support: it neither prolongs a promise nor makes one", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  solo.advance(TIMEOUT - 1);
  solo.release(first, 9);
  solo.advance(1);
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("rule 5: whatever a process asked for before it left is not carried out afterwards", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const late = requestOf(first, claimOf(10));
  solo.leave(first);
  assertEquals(answerIn(ask(solo, first, { ...late, sequence: late.sequence + 100 })), undefined);
  assertEquals(solo.claim(second, claimOf(11)), "granted");
});

Deno.test("rule 8: a request claims what this voter has not granted in its present epoch, and nothing in steady state", () => {
  const { solo, first, second } = leading();
  assertEquals(requestsTo(solo.advance(3 * INTERVAL), first).flatMap(({ claims }) => claims), []);
  const { term } = solo.state.election.candidacy!;
  first.epoch += 1;
  const effects = solo.advance(3 * INTERVAL);
  assertEquals(requestsTo(effects, first).flatMap(({ claims }) => claims), [claiming(term, { inOffice: true })]);
  assertEquals(requestsTo(effects, second).flatMap(({ claims }) => claims), []);
  assert(solo.leads, "one voter is enough meanwhile");
});

Deno.test("rule 8: what is not urgent is answered by the next heartbeat, with the request whose receipt began the promise", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  solo.advance(INTERVAL);
  solo.ping(first);
  solo.advance(INTERVAL);
  assertEquals(messages(ask(solo, first, { sequence: 8, urgent: false }), "ack"), [], "pings that cross need no ack");
  const pings = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === first.address);
  assertEquals(pings.map(({ message: { answer } }) => answer?.sequence), [8]);
  const later = messages(solo.advance(INTERVAL), "ping").filter(({ address }) => address === first.address);
  assertEquals(later.map(({ message: { answer } }) => answer), [undefined], "once");
});

Deno.test("rule 9: a vote counts no more once its voter tells of another epoch, until it is given again", () => {
  const { solo, first, second } = leading();
  second.answers = false;
  solo.advance(TIMEOUT);
  assert(solo.leads, "one voter is enough");
  first.grants = false;
  const [last] = requestsTo(solo.advance(INTERVAL), first).slice(-1);
  solo.ack(first, 0, { sequence: last!.sequence, epoch: first.epoch + 1, votes: [] });
  assertEquals(solo.leads, false, "the support of another epoch is no vote");
  assertEquals(ofKind(solo.log, "resigned").map(({ reason }) => reason), ["lease-expired"]);
});

Deno.test("rule 9: a late word of an epoch that is over does not bring its votes back", () => {
  const { solo, first } = leading();
  first.answers = false;
  const [early] = requestsTo(solo.advance(INTERVAL), first).slice(-1);
  const [late] = requestsTo(solo.advance(INTERVAL), first).slice(-1);
  assert(late!.sequence > early!.sequence);
  solo.ack(first, 0, { sequence: late!.sequence, epoch: 9, votes: [] });
  solo.ack(first, 0, { sequence: early!.sequence, epoch: 1, votes: [] });
  assertEquals(solo.state.election.asking.backings.get(first.address)?.epoch, 9);
  const [request] = requestsTo(solo.advance(INTERVAL), first).slice(-1);
  assertEquals(request?.claims.length, 1, "it claims anew");
});

Deno.test("rule 9: support without a vote elects nobody", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(0);
  for (const puppet of [first, second]) {
    const [request] = requestsTo(solo.log, puppet);
    solo.ack(puppet, 0, { sequence: request!.sequence, epoch: 1, votes: [] });
  }
  assertEquals(solo.leads, false);
});

Deno.test("rule 12: a release goes to all voters to which the term was claimed, and is repeated until they have heard it", () => {
  const [first, second] = [puppetOf(2, { grants: true }), puppetOf(3, { answers: false })];
  const solo = new Solo([first, second], { weight: 5, voters: [first, second] });
  solo.introduce(second);
  solo.advance(INTERVAL);
  assert(solo.leads, "two of three are enough");
  const { term } = solo.state.election.candidacy!;
  solo.input({ kind: "resign" });
  const toSecond = (effects: readonly Effect[]) =>
    messages(effects, "release").filter(({ address }) => address === second.address).flatMap(({ message }) =>
      message.terms.map((released) => [message.nonce, released.term] as const)
    );
  // It is there, and hears nothing: a vote of it that was not heard of would be in force as long as it supports this member.
  for (let time = 0; time < 2 * TIMEOUT / INTERVAL; time++) solo.ping(second), solo.advance(INTERVAL);
  const repeated = toSecond(solo.advance(INTERVAL));
  assertEquals(repeated.at(-1)?.[1], term, "longer than a timeout");
  solo.ack(second, repeated.at(-1)![0]);
  assertEquals(toSecond(solo.advance(2 * INTERVAL)).filter(([, each]) => each === term), []);
});

Deno.test("rule 12: what another process was told is not repeated to the one that is there now", () => {
  const [first, second] = [puppetOf(2, { grants: true }), puppetOf(3, { answers: false })];
  const solo = new Solo([first, second], { weight: 5, voters: [first, second] });
  solo.introduce(second);
  solo.advance(INTERVAL);
  solo.input({ kind: "resign" });
  assert(solo.state.election.releases.some(({ peer }) => peer.address === second.address));
  solo.introduce(puppetOf(3, { boot: "00000000000000bb", incarnation: 2 }));
  solo.advance(INTERVAL);
  assertEquals(solo.state.election.releases.filter(({ peer }) => peer.address === second.address), []);
});

Deno.test("an election has its own votes: who holds the one is no hindrance in the other", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = voterOf(first, second);
  const invoices = { election: "invoices" };
  assertEquals(solo.claim(first, claimOf(10)), "granted");
  assertEquals(answerIn(ask(solo, second, { claims: [claiming(5, invoices)] }))?.votes[0]?.refusal, undefined);
  const votes = answerIn(ask(solo, first, { claims: [claiming(6, invoices), claiming(10)] }))?.votes;
  assertEquals(votes?.map(({ election, refusal }) => [election, refusal]), [["invoices", "held"], ["", undefined]]);
  solo.release(second, 10);
  assertEquals(
    voteIn(ask(solo, first, { claims: [claiming(6, invoices)] }), claimOf(6)),
    "held",
    "another election's term",
  );
});
