/** The table of named elections on the page. */

import { assertEquals } from "@std/assert";
import { Democracy } from "../../mod.ts";
import { quiet } from "../../scripts/harness/members.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { Chronicle } from "../../src/ui/chronicle.ts";
import { MemberPage } from "../../src/ui/member_page.ts";
import { type Change, readStory } from "../../src/ui/page/change.ts";
import { choose } from "../../src/ui/page/elections.ts";
import { type NamedLead, Trace } from "../../src/ui/page/trace.ts";

function leadOf(index: number): NamedLead {
  return { name: `shard-${index}`, leader: index % 10 === 0 ? null : `m${index % 3}`, token: index, at: index };
}

const THOUSAND = Array.from({ length: 1000 }, (_, index) => leadOf(index));

Deno.test("of a thousand elections the page shows the first hundred, and who leads how many", () => {
  const { rows, shares, found } = choose(THOUSAND, "", false);
  assertEquals([rows.length, found], [100, 1000]);
  assertEquals(rows.slice(0, 3).map(({ name }) => name), ["shard-0", "shard-1", "shard-2"]);
  assertEquals(shares, [["m0", 300], ["m1", 300], ["m2", 300], ["", 100]]);
});

Deno.test("a filter finds elections by their names and their leaders, and the latest move comes first on request", () => {
  assertEquals(choose(THOUSAND, " SHARD-99 ", false).rows.map(({ name }) => name), [
    "shard-99",
    ...Array.from({ length: 10 }, (_, index) => `shard-99${index}`),
  ]);
  assertEquals(choose(THOUSAND, "m1", true).rows[0]?.name, "shard-997");
  assertEquals(choose(THOUSAND, "nothing of the kind", false).found, 0);
});

Deno.test("a chronicle keeps the newest of each election, also of those that it forgets otherwise", () => {
  const chronicle = new Chronicle(
    { title: "", detail: "", timeout: 0, exclusive: true, observer: null },
    () => 0,
    10,
  );
  const told = (round: number): Change[] =>
    THOUSAND.slice(0, 50).map(({ name }) => ({ kind: "election", at: round, id: name, leader: "m1", token: round }));
  for (const round of [1, 2, 3]) chronicle.tell(told(round));
  const trace = new Trace();
  for (const change of readStory(JSON.stringify(chronicle.story()))!.changes) trace.apply(change);
  assertEquals([trace.elections.size, new Set([...trace.elections.values()].map(({ token }) => token))], [
    50,
    new Set([3]),
  ]);
});

Deno.test("a member's page tells of its named elections, and of those that nobody leads any more", async () => {
  await using democracy = new Democracy({
    ...{ source: "127.0.0.1:0", peers: [], id: "m1", broadcast: false, interval: 50, timeout: 300, logger: quiet },
  });
  await democracy.ready;
  const page = new MemberPage({ democracy, cluster: "test", timeout: 300 });
  const told = async (): Promise<ReadonlyMap<string, NamedLead>> => {
    const reader = page.respond("changes", "10.0.0.7")!.body!.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const [, data = ""] = /^event: story\ndata: (.*)\n\n$/u.exec(new TextDecoder().decode(value)) ?? [];
    const trace = new Trace();
    for (const change of readStory(data)!.changes) trace.apply(change);
    return trace.elections;
  };
  try {
    const invoices = democracy.election("invoices");
    await invoices.lead(() => {});
    const { leader, token } = (await told()).get("invoices")!;
    assertEquals([leader, token], ["m1", invoices.token]);
    await invoices.withdraw();
    await until("nobody leads it", () => democracy.elections()["invoices"] === undefined);
    assertEquals((await told()).get("invoices")?.leader, null);
  } finally {
    page.stop();
  }
});
