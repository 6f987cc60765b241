import { assert, assertEquals } from "@std/assert";
import type { TermId } from "../../src/core/message/message.ts";
import { LIMITS } from "../../src/limits.ts";
import { Cluster } from "./cluster.ts";
import {
  claimIn,
  claimOf,
  EPOCH,
  INTERVAL,
  messages,
  type Puppet,
  puppetOf,
  Solo,
  TIMEOUT,
  voteFor,
} from "./harness.ts";

/** The claims that the citizen has sent, oldest first. */
function claims(solo: Solo): { address: string; term: number; succeeds: TermId | undefined }[] {
  return messages(solo.log, "ping").flatMap(({ address, message: { request } }) =>
    request === undefined ? [] : request.claims.map(({ term, succeeds }) => ({ address, term, succeeds }))
  );
}

const WEIGHTS = [3, 1, 4, 1.5, 9, 2, 6];

/** A citizen of weight 5 that has met its peers. */
function metBy(...puppets: Puppet[]): Solo {
  const solo = new Solo(puppets, { weight: 5 });
  puppets.forEach((puppet) => solo.introduce(puppet));
  return solo;
}

Deno.test("a whole cluster that starts elects its heaviest within a few round trips", () => {
  for (const size of [1, 2, 3, 4, 5, 7]) {
    const cluster = new Cluster(Array.from({ length: size }, (_, index) => ({ weight: WEIGHTS[index]! })));
    cluster.start();
    cluster.run(INTERVAL);
    const heaviest = WEIGHTS.indexOf(Math.max(...WEIGHTS.slice(0, size))) + 1;
    assertEquals(cluster.leaders, [`m${heaviest}`], `${size} members: ${cluster.story()}`);
    assertEquals(cluster.tokens.length, 1, "nobody fought");
    assertEquals(cluster.since(0).filter((what) => what === `leader m${heaviest}`).length, size);
  }
});

Deno.test("of equal weights the greatest id leads", () => {
  const cluster = new Cluster([{}, {}, {}]);
  cluster.start();
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
});

Deno.test("the member of rank r waits r intervals", () => {
  for (const heavier of [0, 1, 2, 3]) {
    const puppets = Array.from({ length: 4 }, (_, index) => puppetOf(index + 2, { weight: index < heavier ? 9 : 1 }));
    const solo = metBy(...puppets);
    if (heavier > 0) solo.advance(heavier * INTERVAL - 1);
    assertEquals(claims(solo).length > 0, heavier === 0, `too early at rank ${heavier}`);
    solo.advance(1);
    assert(claims(solo).length > 0, `too late at rank ${heavier}`);
  }
});

Deno.test("observers, members without a vote and silent members are not waited for", () => {
  assert(claims(metBy(puppetOf(2, { weight: 9, eligible: false }), puppetOf(3))).length > 0);
  const solo = new Solo([puppetOf(2), puppetOf(9, { weight: 9 })], { weight: 5, voters: [puppetOf(2)] });
  solo.introduce(solo.puppets[1]!);
  solo.introduce(solo.puppets[0]!);
  assert(claims(solo).length > 0);
});

Deno.test("an observer never stands, and votes", () => {
  const cluster = new Cluster([{ weight: 9, eligible: false }, { weight: 1 }, {}]);
  cluster.start(1, 2);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"], "elected by the vote of the observer");
  cluster.crash(2);
  cluster.run(10 * TIMEOUT);
  assertEquals(cluster.since(0, "m1").includes("elected"), false);
});

Deno.test("who sees less than a quorum does not stand", () => {
  const solo = new Solo([puppetOf(2), puppetOf(3, { answers: false }), puppetOf(4, { answers: false })]);
  solo.advance(10 * TIMEOUT);
  assertEquals(solo.ids, ["m2"]);
  assertEquals(claims(solo), []);
});

Deno.test("nobody stands while it knows a leader", () => {
  const ruler = puppetOf(2, { weight: 1, leading: { term: 10, remaining: 400 } });
  const solo = new Solo([ruler, puppetOf(3)], { weight: 5 });
  solo.advance(10 * TIMEOUT);
  assertEquals(solo.leader, "m2");
  assertEquals(claims(solo), []);
  ruler.leading = undefined;
  solo.advance(400 + INTERVAL);
  assert(claims(solo).length > 0, "its lease has ended");
});

Deno.test("a term is above all terms seen, and not below the wall clock", () => {
  const ahead = EPOCH + 5_000_000;
  for (const [highestTerm, expected] of [[0, EPOCH], [EPOCH - 1, EPOCH], [EPOCH, EPOCH + 1], [ahead, ahead + 1]]) {
    const solo = metBy(puppetOf(2, { highestTerm }), puppetOf(3, { highestTerm }));
    assertEquals(claims(solo)[0]?.term, expected);
  }
});

Deno.test("a candidate asks all voters again and again, makes way, and stands anew under a higher term", () => {
  const solo = metBy(puppetOf(2), puppetOf(3));
  solo.advance(3 * INTERVAL);
  const [first] = claims(solo);
  assertEquals(new Set(claims(solo).map(({ term }) => term)).size, 1);
  assertEquals(new Set(claims(solo).map(({ address }) => address)).size, 2);
  const released = messages(solo.log, "release").map(({ address, message: { terms } }) =>
    `${address} ${terms[0]?.term}`
  );
  assertEquals([...new Set(released)], [`10.0.0.2:7000 ${first!.term}`, `10.0.0.3:7000 ${first!.term}`]);
  solo.advance(4 * INTERVAL);
  assert(claims(solo).at(-1)!.term > first!.term);
});

Deno.test("a release that is not answered is sent again, one that is answered is not", () => {
  const solo = metBy(puppetOf(2), puppetOf(3));
  solo.advance(3 * INTERVAL);
  const releases = messages(solo.log, "release");
  for (const { address, message: { nonce } } of releases) {
    if (address === "10.0.0.2:7000") solo.ack(solo.puppets[0]!, nonce);
  }
  const again = messages(solo.advance(INTERVAL), "release").filter(({ message }) =>
    releases.some((release) => release.message.nonce === message.nonce)
  );
  assertEquals([...new Set(again.map(({ address }) => address))], ["10.0.0.3:7000"]);
});

Deno.test("a candidate that is told of a higher term gives up at once", () => {
  const solo = metBy(puppetOf(2, { answers: false }), puppetOf(3, { answers: false }));
  const ping = messages(solo.log, "ping").find(({ message }) => message.request !== undefined);
  assert(ping?.message.request !== undefined, "the member should stand as soon as it has met two voters");
  const { term, sequence } = claimIn(ping.message)!;
  const voter = solo.puppets.find(({ address }) => address === ping.address)!;
  voter.highestTerm = term + 7;
  solo.ack(voter, ping.message.nonce, voteFor({ term, sequence }, "stale-term"));
  assert(solo.state.election.candidacy?.term !== term);
  solo.advance(3 * INTERVAL);
  assert(claims(solo).at(-1)!.term > term + 7);
});

Deno.test("a candidate rises above what a voter may have forgotten, and believes no term that is far ahead", () => {
  for (
    const [ahead, isBelieved] of [[7, true], [LIMITS.clockLead + TIMEOUT, false], [
      Number.MAX_SAFE_INTEGER,
      false,
    ]] as const
  ) {
    const solo = metBy(puppetOf(2, { answers: false }), puppetOf(3, { answers: false }));
    const ping = messages(solo.log, "ping").find(({ message }) => message.request !== undefined)!;
    const claim = claimIn(ping.message)!;
    const voter = solo.puppets.find(({ address }) => address === ping.address)!;
    const limit = Math.min(claim.term + ahead, Number.MAX_SAFE_INTEGER);
    const effects = solo.ack(voter, ping.message.nonce, voteFor(claim, "forgotten", limit));
    assertEquals(solo.state.election.seenTerm >= limit, isBelieved, `a term ${ahead} above the own one`);
    const isDropped = effects.some((effect) => effect.kind === "dropped" && effect.reason === "absurd-term");
    assertEquals(isDropped, !isBelieved, `what is ${ahead} above the own term should be counted as such or taken`);
  }
});

Deno.test("who resigns hands over to the heaviest in a round trip or two, and stands aside for a while", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, { weight: 2 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  const from = cluster.now;
  cluster.command(1, { kind: "resign" });
  assertEquals(cluster.leaders, []);
  const took = cluster.runUntil(() => cluster.leaders.length > 0, INTERVAL);
  assert(took <= 4 * cluster.delay, `${took} ms`);
  assertEquals(cluster.leaders, ["m3"]);
  assertEquals(cluster.since(from, "m1").slice(0, 2), ["resigned requested", "leader none"]);
  cluster.crash(3);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"], "m1 has just resigned");
});

Deno.test("resigning without leading changes nothing", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, {}]);
  cluster.start();
  cluster.run(TIMEOUT);
  const from = cluster.now;
  cluster.command(2, { kind: "resign" });
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.since(from), []);
  assertEquals(cluster.leaders, ["m1"]);
});

Deno.test("the only one who may lead comes back after it resigned", () => {
  const cluster = new Cluster([{}]);
  cluster.start();
  cluster.run(TIMEOUT);
  cluster.command(1, { kind: "resign" });
  cluster.run(TIMEOUT);
  assertEquals(cluster.leaders, []);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  assert(cluster.tokens[1]! > cluster.tokens[0]!);
});

Deno.test("the successor that a leader named claims at once, naming the term; others let it", () => {
  const named = puppetOf(2, { weight: 1, leading: { term: 10, remaining: 400 } });
  const solo = new Solo([named, puppetOf(3, { weight: 9 })], { weight: 5 });
  solo.advance(INTERVAL);
  assertEquals(solo.leader, "m2");
  named.leading = undefined;
  const from = claims(solo).length;
  solo.release(named, 10, solo.config.boot);
  const released = { term: 10, boot: named.boot };
  assertEquals(claims(solo).slice(from).map(({ succeeds }) => succeeds), [released, released]);

  const heaviest = new Solo([puppetOf(2, { leading: { term: 10, remaining: 400 } }), puppetOf(3)], { weight: 5 });
  heaviest.advance(INTERVAL);
  heaviest.puppets[0]!.leading = undefined;
  heaviest.release(heaviest.puppets[0]!, 10, heaviest.puppets[1]!.boot);
  heaviest.advance(INTERVAL - 1);
  assertEquals(claims(heaviest), [], "another was named");
  heaviest.advance(INTERVAL);
  assert(claims(heaviest).length > 0, "but did not come");
});

Deno.test("a member whose application hangs gives the lead away and does not stand until it moves", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, {}]);
  cluster.start();
  cluster.run(TIMEOUT);
  const from = cluster.now;
  cluster.command(1, { kind: "stall", stalled: true });
  assertEquals(cluster.leaders, []);
  cluster.run(INTERVAL);
  assertEquals(cluster.leaders, ["m2"]);
  assertEquals(cluster.since(from, "m1")[0], "resigned stalled");
  cluster.crash(2);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
  cluster.command(1, { kind: "stall", stalled: false });
  cluster.start(2);
  cluster.run(2 * TIMEOUT);
  cluster.crash(3);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
});

Deno.test("a leader that crashes is succeeded within a timeout and a round trip, or an interval more", () => {
  for (let phase = 0; phase < INTERVAL; phase += 7) {
    const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }, {}, {}]);
    cluster.start();
    cluster.run(2 * TIMEOUT + phase);
    cluster.crash(1);
    const took = cluster.runUntil(() => cluster.leaders.length > 0, 3 * TIMEOUT);
    assertEquals(cluster.leaders, ["m2"]);
    assert(took <= TIMEOUT + 4 * cluster.delay, `${took} ms at phase ${phase}`);
  }
});

Deno.test("any minority may crash, and who is left elects one", () => {
  const cluster = new Cluster([{ weight: 5 }, { weight: 4 }, { weight: 3 }, { weight: 2 }, { weight: 1 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  cluster.crash(1);
  cluster.crash(2);
  cluster.run(2 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
  cluster.crash(4);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, [], "two of five are no quorum");
  cluster.start(1);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m1"]);
  cluster.tokens.reduce((before, token) => {
    assert(token > before);
    return token;
  });
});

Deno.test("the side of a partition that has a majority leads, the other learns that it has no leader", () => {
  const cluster = new Cluster([{ weight: 5 }, { weight: 4 }, { weight: 3 }, { weight: 2 }, { weight: 1 }]);
  cluster.start();
  cluster.run(TIMEOUT);
  for (const minority of [1, 2]) for (const majority of [3, 4, 5]) cluster.cut(minority, majority);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"]);
  const told = cluster.since(0, "m1").filter((what) => /resigned|leader/.test(what));
  assertEquals(told, ["leader m1", "resigned lease-expired", "leader none"]);
  cluster.heal();
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m3"], "a leader in office stays");
  assertEquals(cluster.since(0, "m1").filter((what) => what.startsWith("leader")).at(-1), "leader m3");
});

Deno.test("a heaviest member that cannot reach a quorum does not block the rest", () => {
  const cluster = new Cluster([{ weight: 9 }, { weight: 1 }, {}]);
  cluster.start();
  for (const n of [2, 3]) cluster.block(n, 1);
  cluster.run(3 * TIMEOUT);
  assertEquals(cluster.leaders, ["m2"]);
});

Deno.test("wall clock at 1970: such a member follows and votes like any other", () => {
  const ruler = puppetOf(2, { leading: { term: EPOCH, remaining: 400 } });
  const other = puppetOf(3);
  const solo = new Solo([ruler, other], { eligible: false });
  solo.skew = -EPOCH;
  solo.advance(2 * TIMEOUT);
  assertEquals(solo.leader, "m2");
  assertEquals(solo.claim(other, claimOf(EPOCH + 1)), "granted");
});

Deno.test("wall clock years ahead: such a member does not keep the others from electing one", () => {
  const [light, absent] = [puppetOf(2), puppetOf(3, { answers: false })];
  const solo = new Solo([light, absent], { weight: 5 });
  solo.skew = 3 * 366 * 86_400_000;
  solo.advance(TIMEOUT);
  assert(claims(solo).length > 0);
  let granted = false;
  for (let round = 0; round < 60 && !granted; round++) {
    solo.advance(25);
    const known = messages(solo.ask(light), "ack").at(-1)!.message.status.highestTerm;
    granted = solo.claim(light, claimOf(known + 1)) === "granted";
  }
  assert(granted, "within three timeouts");
});
