import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import { capture, ROOT } from "../../scripts/harness/process.ts";
import { type Candidate, obstaclesOf } from "../../scripts/release/checks.ts";
import { OTHERS } from "../../scripts/test_npm.ts";

const READY: Candidate = {
  version: "1.2.3",
  programVersion: "1.2.3",
  changelog: "# Changelog\n\n## [1.2.3] - 2026-01-31\n\n## [1.2.2] - 2025-12-01\n",
  tag: "v1.2.3",
  repository: "https://forge.example/polis/democracy",
  changes: [],
};

Deno.test("release: what is ready is released, with the tag that asks for it or before there is one", () => {
  assertEquals(obstaclesOf(READY), []);
  assertEquals(obstaclesOf({ ...READY, tag: undefined }), []);
});

Deno.test("release: each thing that is wrong is told, with the value", () => {
  const wrong: [Partial<Candidate>, RegExp][] = [
    [{ tag: "v1.2.4" }, /the tag must be "v1\.2\.3", got "v1\.2\.4"/],
    [{ tag: "1.2.3" }, /the tag must be "v1\.2\.3", got "1\.2\.3"/],
    [{ programVersion: "1.2.2" }, /src\/cli\/version\.ts .*1\.2\.3.*"1\.2\.2"/],
    [{ changelog: "## [1.2.2] - 2026-01-31" }, /CHANGELOG\.md must have a section "## \[1\.2\.3\]/],
    [{ changelog: "## [1.2.3] - unreleased" }, /a date like 2026-01-31, got "unreleased"/],
    [{ changelog: "## [1x2x3] - 2026-01-31" }, /must have a section/],
    [{ repository: undefined }, /DEMOCRACY_REPOSITORY/],
    [{ changes: ["mod.ts"] }, /not: mod\.ts/],
  ];
  for (const [changes, expected] of wrong) {
    const [obstacle, ...others] = obstaclesOf({ ...READY, ...changes });
    assertMatch(obstacle ?? "", expected);
    assertEquals(others, []);
  }
  assertEquals(obstaclesOf({ ...READY, version: "one", tag: undefined }).length, 3);
});

Deno.test("release: the task tells what is missing, and ends with 1", async () => {
  const env = { DEMOCRACY_REPOSITORY: "/srv/nowhere" };
  const args = ["run", "--quiet", "-A", "--no-check", `${ROOT}/scripts/release.ts`, "--dry-run", "--tag", "v0.0.0"];
  const { code, stderr } = await capture(Deno.execPath(), args, { env });
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /^release: the tag must be "v\d+\.\d+\.\d+", got "v0\.0\.0"$/m);
  assertMatch(stderr, /^release: nobody knows where the sources are/m);
});

async function workflow(name: string): Promise<Record<string, { readonly [key: string]: unknown }>> {
  return parse(await Deno.readTextFile(`${ROOT}/.github/workflows/${name}.yml`)).jobs;
}

Deno.test("workflows: both registries are published to by identity, after the tag was checked", async () => {
  const { check, jsr, npm } = await workflow("release");
  assertMatch(JSON.stringify(check), /deno task release --dry-run --tag/);
  for (const job of [jsr, npm]) {
    assertEquals(job?.needs, "check");
    assertEquals(job?.permissions, { contents: "read", "id-token": "write" });
  }
  assertMatch(JSON.stringify(npm), /npm publish --provenance/);
});

Deno.test("workflows: every runtime of the package is tried", async () => {
  const { node, bun } = await workflow("ci");
  const { matrix } = node?.strategy as { matrix: { os: string[]; node: number[] } };
  assertEquals(matrix.os, ["ubuntu-latest", "macos-latest", "windows-latest"]);
  assertEquals(matrix.node, [20, 22, 24]);
  assertMatch(JSON.stringify(bun), /test:npm bun/);
  assert(OTHERS.includes("bun"));
});

/** Fetched and built by Go, which has to be there. */
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7";

const go = await capture("go", ["version"]);

Deno.test({
  name: `workflows: actionlint finds nothing${go.ok ? "" : " (skipped: there is no Go)"}`,
  ignore: !go.ok,
  async fn() {
    const files = [`${ROOT}/.github/workflows/ci.yml`, `${ROOT}/.github/workflows/release.yml`];
    const { ok, stdout, stderr } = await capture("go", ["run", ACTIONLINT, "-shellcheck=", ...files]);
    // What it finds stands on standard output; without any it could not be fetched.
    if (!ok && stdout === "") return console.log(`skipped, Go could not run it: ${stderr}`);
    assert(ok, stdout + stderr);
  },
});
