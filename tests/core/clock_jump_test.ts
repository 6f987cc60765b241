import { assert, assertEquals, assertLess } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { claimOf, INTERVAL, ofKind, puppetOf, Solo, TIMEOUT } from "./harness.ts";

const JUMPS = [TIMEOUT, -TIMEOUT, 3_600_000, -3_600_000, TIMEOUT / 2 + 1, -TIMEOUT / 2 - 1];

Deno.test("a voter whose wall clock jumps withholds its vote for a timeout, and keeps what it has promised", () => {
  for (const jump of JUMPS) {
    const [first, second] = [puppetOf(2), puppetOf(3)];
    const solo = new Solo([first, second], { eligible: false, quarantine: TIMEOUT });
    solo.advance(TIMEOUT);
    assertEquals(solo.claim(first, claimOf(10)), "granted");
    solo.advance(INTERVAL);
    solo.skew += jump;
    assertEquals(solo.claim(first, claimOf(10, 2)), "quarantined", `not even renewed after a jump by ${jump} ms`);
    assertEquals(solo.claim(second, claimOf(11)), "quarantined");
    solo.advance(TIMEOUT - 1);
    assertEquals(solo.claim(second, claimOf(11, 2)), "quarantined", `a ms too early after a jump by ${jump} ms`);
    solo.advance(1);
    assertEquals(solo.claim(second, claimOf(12)), "granted", `a timeout after a jump by ${jump} ms`);
  }
});

Deno.test("a wall clock that is slewed, or steps by half a timeout, changes nothing", () => {
  for (const step of [TIMEOUT / 2, -TIMEOUT / 2]) {
    const [first, second] = [puppetOf(2), puppetOf(3)];
    const solo = new Solo([first, second], { eligible: false, quarantine: TIMEOUT });
    solo.advance(TIMEOUT);
    for (let sequence = 1; sequence < 20; sequence++) {
      solo.skew += step;
      assertEquals(solo.claim(first, claimOf(10, sequence)), "granted", `step ${sequence} of ${step} ms`);
      solo.advance(INTERVAL);
    }
  }
});

Deno.test("a leader whose wall clock jumps forward resigns, and one whose clock jumps back does not renew its own vote", () => {
  for (const jump of JUMPS) {
    const peers = [puppetOf(2, { grants: true }), puppetOf(3, { grants: true })];
    const solo = new Solo(peers, { weight: 9, quarantine: TIMEOUT });
    solo.advance(TIMEOUT + INTERVAL);
    assert(solo.leads, "it has been elected");
    solo.skew += jump;
    const resigned = ofKind(solo.input({ kind: "tick" }), "resigned").map(({ reason }) => reason);
    assertEquals(resigned, jump > 0 ? ["suspended"] : [], `after a jump by ${jump} ms`);
    solo.advance(2 * TIMEOUT);
    assert(solo.leads, `it leads two timeouts after a jump by ${jump} ms`);
  }
});

Deno.test("a candidate whose wall clock jumps gives up: its vote may be somebody else's", () => {
  for (const jump of JUMPS) {
    const solo = new Solo([puppetOf(2), puppetOf(3)], { weight: 9, quarantine: TIMEOUT });
    solo.advance(TIMEOUT + INTERVAL);
    assert(solo.state.election.candidacy !== undefined, "it stands, and nobody grants");
    solo.skew += jump;
    solo.input({ kind: "tick" });
    assertEquals(solo.state.election.candidacy, undefined, `after a jump by ${jump} ms`);
  }
});

Deno.test("a step of all clocks costs a timeout and two intervals without a leader, and removes nobody", () => {
  for (const step of [3_600_000, -3_600_000]) {
    for (const at of [0, 13, 50, 99]) {
      const cluster = new Cluster([{ weight: 3 }, { weight: 2 }, { weight: 1 }], { quarantine: TIMEOUT });
      cluster.start();
      cluster.run(4 * TIMEOUT + at);
      assertEquals(cluster.leaders, ["m1"]);
      const from = cluster.now;
      cluster.skew += step;
      let vacant = 0;
      for (let ms = 0; ms < 5 * TIMEOUT; ms++) {
        cluster.run(1);
        if (cluster.leaders.length === 0) vacant += 1;
      }
      const removed = cluster.since(from).filter((what) => what.startsWith("removed"));
      assertEquals(removed, [], `nobody is removed by a step of ${step} ms`);
      assertLess(vacant, TIMEOUT + 2 * INTERVAL + 1, `ms without a leader after a step of ${step} ms at ${at}`);
      assertEquals(cluster.leaders.length, 1, "somebody leads again");
    }
  }
});

Deno.test("plain democracy has no promises to keep: a jump of a follower's clock changes nothing", () => {
  const cluster = new Cluster([{ weight: 3 }, { weight: 2 }], { quorum: "none" });
  cluster.start();
  cluster.run(2 * TIMEOUT);
  const from = cluster.now;
  cluster.skew -= 3_600_000;
  cluster.run(5 * TIMEOUT);
  assertEquals(cluster.since(from), []);
});
