import { assert, assertEquals, assertGreater } from "@std/assert";
import { parse } from "yaml";
import { PrometheusText } from "../../src/metrics/mod.ts";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import { agreed, withCluster } from "../../scripts/harness/members.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { readmeBlock } from "../readme.ts";
import { type Tool, toolTest } from "../tools.ts";

const PROMTOOL: Tool = { program: "promtool", probe: ["--version"], debian: "prometheus" };

const STORIES = `${ROOT}/tests/metrics/alert_stories.yaml`;

/** A folder with the files of the README under the names that it gives them, and the stories. */
async function withFiles(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_promtool_" });
  try {
    await Deno.writeTextFile(`${folder}/prometheus.yaml`, await readmeBlock("yaml", "rule_files:"));
    await Deno.writeTextFile(`${folder}/democracy.rules.yaml`, await readmeBlock("yaml", "groups:"));
    await Deno.copyFile(STORIES, `${folder}/alert_stories.yaml`);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function promtool(cwd: string, ...args: readonly string[]): Promise<string> {
  const { ok, stdout, stderr } = await capture("promtool", args, { cwd, timeout: 60_000 });
  assert(ok, `promtool ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

await toolTest(PROMTOOL, "promtool accepts the README's configuration and rules", async () => {
  await withFiles(async (folder) => {
    await promtool(folder, "check", "config", "prometheus.yaml");
    await promtool(folder, "check", "rules", "--lint=all", "--lint-fatal", "democracy.rules.yaml");
  });
});

await toolTest(PROMTOOL, "promtool fires each of the README's alerts when it should, and else none", async () => {
  await withFiles(async (folder) => {
    await promtool(folder, "test", "rules", "alert_stories.yaml");
  });
});

await toolTest(PROMTOOL, "promtool finds nothing to complain of in a member's metrics", async () => {
  await withCluster({}, async (members) => {
    const text = new PrometheusText(await agreed(members), { "democracy.cluster": "jobs" });
    const file = await Deno.makeTempFile({ prefix: "democracy_", suffix: ".prom" });
    try {
      await Deno.writeTextFile(file, text.render());
      const check = await capture("sh", ["-c", 'promtool check metrics < "$1"', "sh", file], { timeout: 60_000 });
      assertEquals([check.ok, check.stdout, check.stderr], [true, "", ""]);
    } finally {
      text.stop();
      await Deno.remove(file);
    }
  });
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface Stories {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[];
  }[];
}

Deno.test("the README's alerts ask for what members tell, and each has its story", async () => {
  const { groups: [group] } = parse(await readmeBlock("yaml", "groups:")) as Rules;
  assert(group !== undefined);
  const { tests } = parse(await Deno.readTextFile(STORIES)) as Stories;
  const told = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  await withCluster({}, async (members) => {
    const text = new PrometheusText(await agreed(members), { "democracy.cluster": "jobs" });
    await until("it has been elected", () => text.render().includes('democracy_reason="elected"'));
    const rendered = text.render();
    text.stop();
    for (const { alert, expr } of group.rules) {
      for (const [name] of expr.matchAll(/\bdemocracy_\w+/gu)) {
        assert(rendered.includes(`\n${name}{`) || rendered.includes(`${name}="`), name);
      }
      for (const [, labels = ""] of expr.matchAll(/\{([^}]*)\}/gu)) {
        for (const [, label, values = ""] of labels.matchAll(/(\w+)=~?"([^"]*)"/gu)) {
          if (label === "job") continue;
          for (const value of values.split("|")) assert(rendered.includes(`${label}="${value}"`), `${label} ${value}`);
        }
      }
      const stories = told.filter(({ alertname }) => alertname === alert);
      assertGreater(stories.filter(({ exp_alerts = [] }) => exp_alerts.length > 0).length, 0, `${alert} fires`);
      assertGreater(stories.filter(({ exp_alerts = [] }) => exp_alerts.length === 0).length, 0, `${alert} is silent`);
    }
  });
});
