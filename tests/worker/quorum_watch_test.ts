import { assertEquals, assertMatch } from "@std/assert";
import type { Turnout } from "../../src/core/citizen.ts";
import { QuorumWatch } from "../../src/worker/quorum_watch.ts";

const SILENT: Turnout = {
  isQuorum: false,
  needed: 2,
  voters: 3,
  answering: 1,
  silent: [{ address: "10.0.0.8:12345", lastHeard: -Infinity }, { address: "10.0.0.9:12345", lastHeard: 1000 }],
};

const FULL: Turnout = { ...SILENT, isQuorum: true, answering: 3, silent: [] };

Deno.test("a cluster without a quorum is told of after two timeouts, with who is missing", () => {
  const watch = new QuorumWatch(1000);
  assertEquals(watch.look(SILENT, 10_000), undefined);
  assertEquals(watch.look(SILENT, 11_999), undefined, "some members start later than others");
  assertMatch(
    watch.look(SILENT, 12_000) ?? "",
    /: 1 of 3 voters answers, 2 are needed; silent: 10\.0\.0\.8:12345 \(never heard\), 10\.0\.0\.9:12345 \(for 11 s\)\. Look whether /,
  );
});

Deno.test("what lasts is told once, and again after ten minutes", () => {
  const watch = new QuorumWatch(1000);
  const told: number[] = [];
  for (let now = 0; now <= 1_300_000; now += 500) if (watch.look(SILENT, now) !== undefined) told.push(now);
  assertEquals(told, [2000, 602_000, 1_202_000]);
});

Deno.test("the next outage is told of anew, and one that ends in time is not", () => {
  const watch = new QuorumWatch(1000);
  watch.look(SILENT, 0);
  assertEquals(watch.look(SILENT, 2000) === undefined, false, "the first is told");
  assertEquals(watch.look(FULL, 3000), undefined);
  assertEquals(watch.look(SILENT, 4000), undefined);
  assertEquals(watch.look(FULL, 5000), undefined, "it was short");
  assertEquals(watch.look(SILENT, 6000), undefined);
  assertEquals(watch.look(SILENT, 8000) === undefined, false, "the third lasts");
});

Deno.test("voters without an address are counted, and of many silent ones some are named", () => {
  const silent = Array.from({ length: 14 }, (_, index) => ({ address: `10.0.0.${index}:1`, lastHeard: -Infinity }));
  const watch = new QuorumWatch(0);
  const told = watch.look({ ...SILENT, needed: 9, voters: 17, silent }, 0) ?? "";
  assertMatch(told, /10\.0\.0\.9:1 \(never heard\), and 4 more, 2 whose address is not known yet\. /);
  assertMatch(new QuorumWatch(0).look({ ...SILENT, voters: Infinity }, 0) ?? "", /discovery has not told/);
});
