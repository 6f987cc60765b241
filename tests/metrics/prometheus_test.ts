import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { DURATIONS, NUMBERS } from "../../src/metrics/catalogue.ts";
import { prometheusName, PrometheusText } from "../../src/metrics/prometheus.ts";
import { agreed, withCluster } from "../../scripts/harness/members.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { withLoner } from "./loner.ts";

/** The samples of a text, by name and labels. */
function samples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    assertMatch(line, /^[a-z][a-z0-9_]*(\{([a-z_]+="([^"\\\n]|\\.)*",?)*\})? -?[0-9.e+-]+$/u);
    const space = line.lastIndexOf(" ");
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

Deno.test("a cluster's metrics are true, and in the text format of Prometheus", async () => {
  await withCluster({}, async (members) => {
    const texts = members.map((member) => new PrometheusText(member));
    const leader = await agreed(members);
    members[0]!.election("invoices");
    await until(
      "all know who sends invoices",
      () => members.every((member) => member.elections()["invoices"]?.id === members[0]!.id),
    );
    await until("heartbeats were answered", () => {
      const values = samples(texts[members.indexOf(leader)]?.render() ?? "");
      return (values.get("democracy_heartbeat_round_trip_seconds_count") ?? 0) > 5;
    });
    for (const [index, member] of members.entries()) {
      const text = texts[index]?.render() ?? "";
      const values = samples(text);
      for (const metric of [...NUMBERS, ...DURATIONS]) {
        const type = metric.kind === "sum" ? "gauge" : metric.kind;
        assertStringIncludes(text, `# HELP ${prometheusName(metric)} ${metric.description}\n`);
        assertStringIncludes(text, `# TYPE ${prometheusName(metric)} ${type}\n`);
      }
      const leads = member === leader;
      assertEquals(values.get("democracy_leading"), leads ? 1 : 0);
      assertEquals(values.get("democracy_token"), leader.token);
      assertEquals((values.get("democracy_lease_remaining_seconds") ?? 0) > 0, leads);
      assertEquals(values.get('democracy_members{democracy_state="leader"}'), 1);
      assertEquals(values.get('democracy_members{democracy_state="citizen"}'), 2);
      const own = Number(member === members[0]);
      assertEquals(values.get('democracy_elections{democracy_leader="self"}'), own);
      assertEquals(values.get('democracy_elections{democracy_leader="other"}'), 1 - own);
      assertEquals(values.get('democracy_election_leading{democracy_election="invoices"}'), own);
      assertEquals(values.get('democracy_datagrams_dropped_total{democracy_reason="bad-seal"}'), 0);
      assertGreater(values.get('democracy_network_packets_total{network_io_direction="transmit"}') ?? 0, 0);
      assertGreater(values.get('democracy_network_io_bytes_total{network_io_direction="receive"}') ?? 0, 0);
      const count = values.get('democracy_tick_lateness_seconds_count{democracy_thread="worker"}') ?? 0;
      assertGreater(count, 0);
      assertEquals(values.get('democracy_tick_lateness_seconds_bucket{democracy_thread="worker",le="+Inf"}'), count);
    }
    texts.forEach((text) => text.stop());
  });
});

Deno.test("changes of leader are counted by reason, on the one who led and on the others", async () => {
  await withCluster({}, async (members) => {
    const leader = await agreed(members);
    const texts = members.map((member) => new PrometheusText(member));
    const before = leader.token ?? 0;
    await leader.resign();
    await until("another leads", () => members.every((member) => (member.leader()?.token ?? 0) > before));
    const changes = (member: typeof leader, reason: string): number => {
      const text = texts[members.indexOf(member)]?.render() ?? "";
      return samples(text).get(`democracy_leader_changes_total{democracy_reason="${reason}"}`) ?? 0;
    };
    assertEquals(changes(leader, "requested"), 1);
    const next = members.find((member) => member.isLeader());
    assert(next !== undefined);
    await until("it counts its election", () => changes(next, "elected") === 1);
    assertGreater(members.filter((member) => member !== next && changes(member, "followed") > 0).length, 0);
  });
});

Deno.test("buckets add up, and labels are escaped", async () => {
  await withLoner(async (member) => {
    const text = new PrometheusText(member, { "democracy.cluster": 'a"b\\c\nd' });
    await until("it ticks", () => member.stats().workerLateness.counts.some((count) => count > 0));
    const rendered = text.render();
    text.stop();
    assertStringIncludes(rendered, 'democracy_cluster="a\\"b\\\\c\\nd"');
    const buckets = [...samples(rendered)].filter(([name]) => name.startsWith("democracy_tick_lateness_seconds_bucket"))
      .filter(([name]) => name.includes('"worker"')).map(([, value]) => value);
    assertEquals(buckets, [...buckets].sort((a, b) => a - b));
  });
});
