import { assert, assertEquals } from "@std/assert";
import type { Effect } from "../../src/core/effect.ts";
import { Cluster } from "./cluster.ts";
import {
  addressOf,
  claimIn,
  claimOf,
  DRIFT,
  EPOCH,
  INTERVAL,
  kinds,
  LEASE,
  messages,
  ofKind,
  type Puppet,
  puppetOf,
  Solo,
  TIMEOUT,
  voteFor,
} from "./harness.ts";

/** A leader among voters that grant whatever they are asked. */
function leaderOf(count: number, clusterSize = count + 1): Solo {
  const puppets = Array.from({ length: count }, (_, index) => puppetOf(index + 2, { grants: true }));
  const solo = new Solo(puppets, { weight: 5, clusterSize });
  solo.advance(TIMEOUT + INTERVAL);
  assert(solo.leads, "it leads");
  return solo;
}

function silence(solo: Solo): void {
  for (const puppet of solo.puppets) puppet.answers = false;
}

function told(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === "view") return [effect.leading ? "view leads" : "view none"];
    if (effect.kind === "resigned") return [`resigned ${effect.reason}`];
    if (effect.kind === "leader") return [`leader ${effect.leader?.id ?? "none"}`];
    return effect.kind === "elected" ? ["elected"] : [];
  });
}

/** The claim last sent to a puppet, with the nonce to answer. */
function lastClaim(solo: Solo, puppet: Puppet): { nonce: number; term: number; sequence: number } {
  const pings = messages(solo.log, "ping").filter(({ address, message }) =>
    address === puppet.address && message.request !== undefined
  );
  const last = pings.at(-1)?.message;
  const claim = last && claimIn(last);
  assert(
    claim !== undefined,
    `the member should have claimed the lead from ${puppet.address}, and did not stand`,
  );
  return { nonce: last!.nonce, term: claim.term || solo.state.election.candidacy!.term, sequence: claim.sequence };
}

Deno.test("who is elected tells the view first, then the events, then the peers", () => {
  const solo = new Solo([puppetOf(2, { grants: true }), puppetOf(3, { grants: true })], { weight: 5 });
  solo.advance(0);
  assertEquals(told(solo.log), ["view leads", "elected", "leader m1"]);
  const elected = kinds(solo.log).indexOf("elected");
  const announced = solo.log.findIndex((effect) =>
    effect.kind === "send" && effect.message.kind === "ping" && effect.message.status.leading !== undefined
  );
  assert(announced > elected);
  const [view] = ofKind(solo.log, "view");
  const [event] = ofKind(solo.log, "elected");
  assertEquals(view, { kind: "view", leading: true, term: EPOCH, deadline: LEASE, wallDeadline: EPOCH + LEASE });
  assertEquals(event, { kind: "elected", id: "m1", token: EPOCH });
});

Deno.test("who leaves office clears the view first, then tells, then releases and names the successor", () => {
  const solo = leaderOf(2);
  solo.puppets[1]!.weight = 3;
  solo.advance(INTERVAL);
  const effects = solo.input({ kind: "resign" });
  assertEquals(told(effects), ["view none", "resigned requested", "leader none"]);
  assertEquals(kinds(effects)[0], "view");
  const releases = messages(effects, "release").sort((a, b) => a.address < b.address ? -1 : 1);
  assertEquals(releases.map(({ address, message }) => [address, message.terms[0]?.successor]), [
    [addressOf(2), solo.puppets[1]!.boot],
    [addressOf(3), solo.puppets[1]!.boot],
  ]);
  assert(effects.findIndex(({ kind }) => kind === "send") > kinds(effects).indexOf("resigned"));
});

Deno.test("a lease counts from the sending of the claim, not from its answer", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(0);
  const { nonce, term, sequence } = lastClaim(solo, first);
  silence(solo);
  solo.now = 80;
  const effects = solo.ack(first, nonce, voteFor(claimOf(term, sequence)));
  assertEquals(ofKind(effects, "view").map(({ deadline }) => deadline), [LEASE]);
});

Deno.test("the view never lasts longer than a quorum of promises", () => {
  for (const [count, quorum] of [[1, 2], [2, 2], [3, 3], [4, 3], [6, 4]] as const) {
    const solo = leaderOf(count);
    const grantedAt = solo.puppets.map(() => -Infinity);
    for (let round = 0; round < 40; round++) {
      const absent = round % solo.puppets.length;
      solo.puppets.forEach((puppet, index) => puppet.answers = index !== absent);
      solo.advance(INTERVAL / 4);
      solo.puppets.forEach((puppet, index) => {
        const seen = solo.state.election.asking.backings.get(puppet.address);
        if (seen !== undefined) grantedAt[index] = seen.sentAt.now;
      });
      const { deadline } = ofKind(solo.log, "view").at(-1)!;
      const newest = [...grantedAt, solo.now].sort((a, b) => b - a);
      assert(deadline <= newest[quorum - 1]! + LEASE, `${count + 1} members, round ${round}`);
    }
  }
});

Deno.test("a leader that nobody answers demotes itself when its lease ends, and tells why", () => {
  const solo = leaderOf(2);
  silence(solo);
  const { deadline } = ofKind(solo.log, "view").at(-1)!;
  solo.advance(deadline - solo.now - 0.001);
  assertEquals(solo.leads, true);
  assertEquals(told(solo.advance(0.001)), ["view none", "resigned lease-expired", "leader none"]);
});

Deno.test("a tick that comes late demotes first and asks later", () => {
  const solo = leaderOf(2);
  silence(solo);
  solo.pause(2 * TIMEOUT);
  assertEquals(solo.leads, false, "the view itself has ended");
  const effects = solo.input({ kind: "tick" });
  assertEquals(told(effects).slice(0, 2), ["view none", "resigned lease-expired"]);
  assertEquals(kinds(effects)[0], "view");
});

Deno.test("a vote that is read after a pause does not revive the term", () => {
  const solo = leaderOf(2);
  const { term } = lastClaim(solo, solo.puppets[0]!);
  silence(solo);
  solo.advance(INTERVAL);
  const { nonce, sequence } = lastClaim(solo, solo.puppets[0]!);
  solo.pause(LEASE);
  const effects = solo.ack(solo.puppets[0]!, nonce, voteFor(claimOf(term, sequence)));
  assertEquals(told(effects).slice(0, 2), ["view none", "resigned lease-expired"]);
  assertEquals(told(effects).includes("elected"), false);
  assertEquals(solo.leads, false);
});

Deno.test("a lease that has lapsed is followed by a new term", () => {
  const solo = leaderOf(2);
  silence(solo);
  solo.advance(TIMEOUT);
  for (const puppet of solo.puppets) puppet.answers = true;
  solo.advance(3 * TIMEOUT);
  const tokens = ofKind(solo.log, "elected").map(({ token }) => token);
  assertEquals(tokens.length, 2);
  assert(tokens[1]! > tokens[0]!);
});

Deno.test("a machine that slept while its monotonic clock stood still gives the lead up as suspended", () => {
  for (const wake of ["tick", "packet"] as const) {
    const solo = leaderOf(2);
    solo.skew += TIMEOUT;
    assertEquals(solo.leads, false, "the view says so by itself");
    const effects = wake === "tick" ? solo.input({ kind: "tick" }) : solo.ping(solo.puppets[0]!);
    assertEquals(told(effects).slice(0, 3), ["view none", "resigned suspended", "leader none"]);
  }
});

Deno.test("a wall clock that is set back, or creeps, ends no lease", () => {
  const solo = leaderOf(2);
  const from = solo.log.length;
  for (let round = 0; round < 50; round++) {
    solo.skew += round % 10 === 0 ? -3_600_000 : 1;
    solo.advance(INTERVAL / 3);
    assert(solo.leads);
  }
  assertEquals(told(solo.log.slice(from)).filter((what) => what !== "view leads"), []);
});

Deno.test("refusals, answers to other terms and answers to claims never sent extend nothing", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(0);
  const { nonce, term, sequence } = lastClaim(solo, first);
  silence(solo);
  solo.ack(first, nonce, voteFor({ term, sequence }, "held"));
  solo.ack(first, nonce, voteFor(claimOf(term - 1, sequence)));
  solo.ack(first, nonce, voteFor(claimOf(term + 1, sequence)));
  solo.ack(first, nonce, voteFor(claimOf(term, sequence + 100)));
  solo.ack(first, nonce, voteFor(claimOf(term, 0)));
  assertEquals(solo.leads, false);
});

Deno.test("a grant of a term of no use is given back", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(0);
  const { nonce, term, sequence } = lastClaim(solo, first);
  silence(solo);
  solo.advance(2 * TIMEOUT);
  assert(solo.state.election.candidacy?.term !== term, "it has given up, and said so");
  solo.introduce(first);
  const effects = [...solo.ack(first, nonce, voteFor(claimOf(term, sequence))), ...solo.advance(INTERVAL)];
  assert(
    messages(effects, "release").some(({ address, message }) =>
      address === first.address && message.terms[0]!.term >= term
    ),
  );
});

Deno.test("the vote of one that is no voter does not count", () => {
  const [voter, stranger] = [puppetOf(2), puppetOf(9)];
  const solo = new Solo([voter, puppetOf(3), stranger], { weight: 5, voters: [voter, puppetOf(3)] });
  solo.introduce(stranger);
  solo.advance(0);
  const { nonce, term, sequence } = lastClaim(solo, voter);
  solo.ack(stranger, nonce, voteFor(claimOf(term, sequence)));
  assertEquals(solo.leads, false);
});

Deno.test("voters that are added advanceTerm the quorum, and cut the lease that it does not support", () => {
  const solo = leaderOf(2);
  const before = ofKind(solo.log, "view").at(-1)!;
  const addresses = [2, 3, 4, 5].map(addressOf);
  const effects = solo.input({ kind: "peers", addresses, clusterSize: 5 });
  const after = ofKind(effects, "view").at(-1) ?? before;
  assert(after.leading && after.deadline <= before.deadline, "three of five have granted");

  const two = leaderOf(1);
  const cut = two.input({ kind: "peers", addresses, clusterSize: 5 });
  assertEquals(told(cut).slice(0, 2), ["view none", "resigned lease-expired"], "two of five have");
});

Deno.test("the number of voters counts, not how many of them are known", () => {
  const solo = new Solo([puppetOf(2, { grants: true })], { weight: 5, clusterSize: 4 });
  solo.advance(5 * TIMEOUT);
  assertEquals(ofKind(solo.log, "elected"), []);
});

Deno.test("voters that discovery drops stop counting once they are silent", () => {
  const solo = leaderOf(4);
  for (const puppet of solo.puppets.slice(2)) puppet.answers = false;
  solo.input({ kind: "peers", addresses: [addressOf(2), addressOf(3)], clusterSize: 3 });
  solo.advance(TIMEOUT - 50);
  const [first, second, ...gone] = solo.puppets;
  for (const silent of gone) for (const witness of [first!, second!]) solo.accuse(witness, silent);
  solo.advance(3 * TIMEOUT);
  assert(solo.leads);
  assertEquals(solo.state.membership.voters.size, 2);
  solo.puppets[0]!.answers = false;
  solo.advance(3 * TIMEOUT);
  assert(solo.leads, "two of three");
});

Deno.test("a leader renews with every heartbeat, and the view moves on", () => {
  const solo = leaderOf(2);
  const from = solo.log.length;
  solo.advance(10 * INTERVAL);
  const deadlines = ofKind(solo.log.slice(from), "view").map(({ deadline }) => deadline);
  assert(deadlines.length >= 10);
  assert(deadlines.every((deadline, index) => index === 0 || deadline > deadlines[index - 1]!));
  assert(deadlines.at(-1)! > solo.now + LEASE - INTERVAL - 1);
  assertEquals(ofKind(solo.log, "elected").length, 1);
});

Deno.test("what a leader says of its lease is what is left of it", () => {
  const solo = leaderOf(2);
  silence(solo);
  solo.advance(INTERVAL / 2);
  const { deadline, term } = ofKind(solo.log, "view").at(-1)!;
  const status = messages(solo.ask(solo.puppets[0]!), "ack").at(-1)!.message.status;
  assertEquals(status.leading, { term, remaining: deadline - solo.now });
});

Deno.test("a term raised from outside is overtaken by a new leadership, and by every later one", () => {
  const solo = leaderOf(2);
  const [{ token }] = ofKind(solo.log, "elected") as unknown as [{ token: number }];
  solo.input({ kind: "advance-term", term: token - 1 });
  assert(solo.leads);
  assertEquals(ofKind(solo.log, "elected").length, 1, "it is above already");
  solo.input({ kind: "advance-term", term: token + 1000 });
  solo.advance(INTERVAL);
  assert(solo.leads);
  const { term } = ofKind(solo.log, "view").at(-1)!;
  assert(term > token + 1000);
});

Deno.test("a advanceTerm while it stands is overtaken too", () => {
  const [first, second] = [puppetOf(2), puppetOf(3)];
  const solo = new Solo([first, second], { weight: 5 });
  solo.advance(0);
  assert(solo.state.election.candidacy?.elected === false);
  const raised = EPOCH + 1_000_000;
  solo.input({ kind: "advance-term", term: raised });
  first.grants = true;
  solo.advance(3 * TIMEOUT);
  const [{ token }] = ofKind(solo.log, "elected") as unknown as [{ token: number }];
  assert(token > raised, `elected in ${token}, raised to ${raised}`);
});

Deno.test("followers learn of the leader with its token, and forget it when its lease would have ended", () => {
  const ruler = puppetOf(2, { leading: { term: 77, remaining: 300 } });
  const solo = new Solo([ruler, puppetOf(3)], { eligible: false });
  solo.introduce(ruler);
  assertEquals(ofKind(solo.ping(ruler), "leader"), []);
  const [leader] = ofKind(solo.log, "leader");
  assertEquals(leader?.leader, { id: "m2", source: addressOf(2), token: 77 });
  ruler.answers = false;
  assertEquals(told(solo.advance(299)), []);
  assertEquals(told(solo.advance(1)), ["leader none"]);
});

Deno.test("the leader is told again when it goes by another id, and not when only its lease is longer", () => {
  const ruler = puppetOf(2, { leading: { term: 77, remaining: 300 } });
  const solo = new Solo([ruler, puppetOf(3)], { eligible: false });
  solo.introduce(ruler);
  solo.log.length = 0;
  solo.ping(ruler);
  solo.ping(ruler);
  assertEquals(ofKind(solo.log, "leader"), []);
  // Of one boot no honest member says that.
  const { peers, byId } = solo.state.membership;
  const peer = peers.get(ruler.address)!;
  byId.delete(peer.id);
  byId.set("other", peer);
  peer.id = ruler.id = "other";
  solo.ping(ruler);
  assertEquals(ofKind(solo.log, "leader").map(({ leader }) => leader?.id), ["other"]);
});

Deno.test("a leader of a higher term supersedes, one of a lower term does not", () => {
  const [old, young] = [puppetOf(2, { answers: false }), puppetOf(3, { answers: false })];
  const solo = new Solo([old, young], { eligible: false });
  solo.introduce(old);
  solo.introduce(young);
  old.leading = { term: 10, remaining: 400 };
  young.leading = { term: 11, remaining: 400 };
  solo.ping(young);
  solo.ping(old);
  assertEquals(solo.leader, "m3");
  solo.release(young, 11);
  assertEquals(solo.leader, undefined);
  solo.ping(young);
  assertEquals(solo.leader, undefined, "that term is over");
});

Deno.test("at most one leads at any time through cuts, pauses and restarts, and tokens only grow", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }], { drift: DRIFT });
  cluster.start();
  const pairs = [[1, 2], [1, 3], [2, 3]] as const;
  for (let round = 0; round < 60; round++) {
    const [a, b] = pairs[round % 3]!;
    if (round % 4 === 0) cluster.cut(a, b);
    if (round % 4 === 1) cluster.block(b, a);
    if (round % 5 === 2) cluster.heal();
    if (round % 6 === 3) cluster.pause(a, TIMEOUT + (round * 37) % TIMEOUT);
    if (round % 7 === 4) {
      cluster.crash(b);
      cluster.start(b);
    }
    cluster.run(100 + (round * 53) % (2 * TIMEOUT));
  }
  cluster.heal();
  cluster.run(4 * TIMEOUT);
  assertEquals(cluster.leaders.length, 1);
  assert(cluster.tokens.length > 3);
  assert(cluster.tokens.every((token, index) => index === 0 || token > cluster.tokens[index - 1]!));
});
