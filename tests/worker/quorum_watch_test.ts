import { assertEquals, assertMatch } from "@std/assert";
import { NO_TALLY, type Tally, type VoterInfo } from "../../src/leadership/quorum.ts";
import { QuorumWatch } from "../../src/worker/quorum_watch.ts";

const SILENT: Tally = { ...NO_TALLY, needed: 2, size: 3, reachable: 1, voters: [silent(8, null), silent(9, 1000)] };
const FULL: Tally = { ...SILENT, isQuorum: true, reachable: 3, voters: [] };

function silent(host: number, since: number | null): VoterInfo {
  const source = `10.0.0.${host}:12345`;
  return { source, id: null, self: false, state: "silent", since, until: null, reason: null };
}

/** The two clocks tell the same here. */
function look(watch: QuorumWatch, tally: Tally, now: number): string | undefined {
  return watch.look(tally, now, now);
}

Deno.test("a cluster without a quorum is told of after two timeouts, with who is missing", () => {
  const watch = new QuorumWatch(1000);
  assertEquals(look(watch, SILENT, 10_000), undefined);
  assertEquals(look(watch, SILENT, 11_999), undefined, "some members start later than others");
  assertMatch(
    look(watch, SILENT, 12_000) ?? "",
    /: 1 of 3 voters answers, 2 are needed; silent: 10\.0\.0\.8:12345 \(never heard\), 10\.0\.0\.9:12345 \(for 11 s\); not known yet: the addresses of 1\. Look whether /,
  );
});

Deno.test("what lasts is told once, and again after ten minutes", () => {
  const watch = new QuorumWatch(1000);
  const told: number[] = [];
  for (let now = 0; now <= 1_300_000; now += 500) if (look(watch, SILENT, now) !== undefined) told.push(now);
  assertEquals(told, [2000, 602_000, 1_202_000]);
});

Deno.test("the next outage is told of anew, and one that ends in time is not", () => {
  const watch = new QuorumWatch(1000);
  look(watch, SILENT, 0);
  assertEquals(look(watch, SILENT, 2000) === undefined, false, "the first is told");
  assertEquals(look(watch, FULL, 3000), undefined);
  assertEquals(look(watch, SILENT, 4000), undefined);
  assertEquals(look(watch, FULL, 5000), undefined, "it was short");
  assertEquals(look(watch, SILENT, 6000), undefined);
  assertEquals(look(watch, SILENT, 8000) === undefined, false, "the third lasts");
});
