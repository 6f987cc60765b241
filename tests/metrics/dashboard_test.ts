/** The Grafana dashboard asks for nothing but what members tell, and for all of that. */

import { assert, assertEquals } from "@std/assert";
import { stringify } from "yaml";
import { DURATIONS, NUMBERS } from "../../src/metrics/catalogue.ts";
import { prometheusName, PrometheusText } from "../../src/metrics/prometheus.ts";
import { agreed, withCluster } from "../../scripts/harness/members.ts";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { type Tool, toolTest } from "../tools.ts";

const PROMTOOL: Tool = { program: "promtool", probe: ["--version"], debian: "prometheus" };

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

async function readDashboard(): Promise<Dashboard> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/scripts/operations/grafana.json`));
}

function expressionsOf({ panels, annotations, templating }: Dashboard): readonly string[] {
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...annotations.list.map(({ expr }) => expr),
    ...templating.list.map(({ query }) => query).filter((query) => query.startsWith("label_values")),
  ];
}

/** Names of series that an expression asks for. */
function namesIn(expression: string): readonly string[] {
  // What stands in braces, or is summed by, are labels.
  const bare = expression.replace(/\{[^}]*\}/gu, "").replace(/\b(?:by|without) \([^)]*\)/gu, "")
    .replace(/label_values\(([^,]*),[^)]*\)/gu, "$1");
  return bare.match(/\bdemocracy_\w+/gu) ?? [];
}

Deno.test("the dashboard asks for each metric of the catalogue, and for nothing else", async () => {
  const dashboard = await readDashboard();
  const numbers = NUMBERS.map(prometheusName);
  const buckets = DURATIONS.map((metric) => `${prometheusName(metric)}_bucket`);
  const asked = new Set(expressionsOf(dashboard).flatMap(namesIn));
  assertEquals([...asked].sort(), [...numbers, ...buckets].sort());
});

Deno.test("the dashboard asks by labels that members' series have", async () => {
  const dashboard = await readDashboard();
  await withCluster({}, async (members) => {
    const leader = await agreed(members);
    leader.election("invoices");
    const text = new PrometheusText(leader, { "democracy.cluster": "jobs" });
    await until("it has been elected", () => text.render().includes('democracy_reason="elected"'));
    const rendered = text.render();
    text.stop();
    // Of a series: the one that scrapes it adds this.
    const known = new Set(["instance", ...Array.from(rendered.matchAll(/[{,](\w+)="/gu), ([, label]) => label!)]);
    const legends = dashboard.panels.flatMap(({ targets }) => targets.map(({ legendFormat }) => legendFormat));
    const asked = [
      ...expressionsOf(dashboard).flatMap((expression) => [
        ...Array.from(expression.matchAll(/[{,]\s*(\w+)=~?"/gu), ([, label]) => label!),
        ...Array.from(expression.matchAll(/\b(?:by|without) \(([^)]*)\)/gu), ([, labels]) => labels!.split(", "))
          .flat(),
      ]),
      ...legends.flatMap((legend) => Array.from(legend.matchAll(/\{\{(\w+)\}\}/gu), ([, label]) => label!)),
    ];
    assert(asked.length > 20, "labels should have been found");
    assertEquals(asked.filter((label) => !known.has(label)), [], "labels that no series has");
  });
});

Deno.test("the dashboard's panels have ids of their own, and none covers another", async () => {
  const { panels } = await readDashboard();
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Map<string, string>();
  for (const { title, gridPos: { x, y, w, h } } of panels) {
    assert(x + w <= 24, `"${title}" should end within the 24 columns`);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assertEquals(taken.get(`${column} ${row}`), undefined, `"${title}" covers another`);
        taken.set(`${column} ${row}`, title);
      }
    }
  }
});

await toolTest(PROMTOOL, "promtool understands each expression of the dashboard", async () => {
  const expressions = expressionsOf(await readDashboard()).filter((each) => !each.startsWith("label_values"));
  const rules = expressions.map((expression, place) => ({
    record: `panel:${place}`,
    expr: expression.replaceAll("$__rate_interval", "1m").replaceAll("$__interval", "1m").replaceAll("$cluster", ".*"),
  }));
  const file = await Deno.makeTempFile({ prefix: "democracy_dashboard_", suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, stringify({ groups: [{ name: "dashboard", rules }] }));
    const { ok, stdout, stderr } = await capture("promtool", ["check", "rules", file], { timeout: 60_000 });
    assert(ok, `promtool should accept all:\n${stdout}${stderr}`);
  } finally {
    await Deno.remove(file);
  }
});
