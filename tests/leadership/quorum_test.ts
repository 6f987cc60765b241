import { assertEquals, assertMatch } from "@std/assert";
import { NO_TALLY, reasonOf, type Tally, type VoterInfo } from "../../src/leadership/quorum.ts";

const NOW = 1_800_000_000_000;
const ANY: VoterInfo = {
  ...{ source: "10.0.0.7:1", id: "m7", self: false, since: NOW - 5000, until: null, reason: null },
  state: "votes",
};

function tally(voters: readonly Partial<VoterInfo>[], others: Partial<Tally> = {}): Tally {
  return {
    ...NO_TALLY,
    ...{
      needed: 2,
      size: voters.length,
      candidates: 1,
      reachable: 1,
      voters: voters.map((voter) => ({ ...ANY, ...voter })),
    },
    ...others,
  };
}

Deno.test("each kind of voter that does not answer is named with what is known of it", () => {
  const why = reasonOf(
    tally([
      { self: true },
      { source: "10.0.0.8:1", state: "silent", since: null },
      { source: "10.0.0.9:1", state: "ignored", reason: 'it has another "cluster"' },
      { source: "10.0.0.10:1", state: "one-way" },
      { source: "beta:1", state: "unresolved", id: null },
    ], { needed: 3 }),
    NOW,
  );
  assertEquals(
    why.split(". Look")[0],
    "Nobody can be elected: 1 of 5 voters answers, 3 are needed; silent: 10.0.0.8:1 (never heard); " +
      'ignored: 10.0.0.9:1 (it has another "cluster"); heard, but they do not hear this member: 10.0.0.10:1; ' +
      "host names without an address: beta:1 (for 5 s)",
  );
});

Deno.test("of many silent voters some are named, and those without an address are counted", () => {
  const voters = Array.from({ length: 14 }, (_, index) => ({ source: `10.0.0.${index}:1`, state: "silent" as const }));
  assertMatch(
    reasonOf(tally(voters, { needed: 9, size: 17 }), NOW),
    /10\.0\.0\.9:1 \(for 5 s\), and 4 more; not known yet: the addresses of 3\. /,
  );
});

Deno.test("a quorum in quarantine says how long it lasts", () => {
  const why = reasonOf(
    tally([{ state: "votes" }, { source: "10.0.0.8:1", state: "quarantined", until: NOW + 2400 }], { isQuorum: true }),
    NOW,
  );
  assertEquals(
    why,
    "Nobody can be elected yet: 1 of 2 voters votes, 2 are needed; in quarantine after their start: 10.0.0.8:1 (for 2 s more at most)",
  );
});

Deno.test("a quorum without anybody who would lead says so, and one with somebody elects", () => {
  const voters = [{ state: "votes" as const }, { state: "votes" as const }];
  assertMatch(reasonOf(tally(voters, { isQuorum: true, candidates: 0 }), NOW), /^Nobody stands: /);
  assertEquals(reasonOf(tally(voters, { isQuorum: true }), NOW), "An election is under way");
});

Deno.test("nobody has said yet who votes", () => {
  assertMatch(reasonOf(NO_TALLY, NOW), /the discovery has not told/);
});
