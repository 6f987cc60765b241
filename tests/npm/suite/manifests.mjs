import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ARGS = ["manifests", "--name", "app", "--image", "registry.example/app:1"];

/** Runs the program that is installed in a folder below this one. */
function run(folder, ...args) {
  const program = fileURLToPath(new URL(`./${folder}/node_modules/.bin/democracy`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

for (const major of [4, 5]) {
  test(`manifests are printed where kubernetes-models ${major} is installed`, async () => {
    const { code, stdout, stderr } = await run(`operator${major}`, ...ARGS, "--lease", "--secret-name", "app-secret");
    assert.equal(code, 0, stderr);
    assert.deepEqual([...stdout.matchAll(/^kind: (.*)$/gm)].map(([, kind]) => kind), [
      "ServiceAccount",
      "Role",
      "RoleBinding",
      "Lease",
      "Service",
      "StatefulSet",
      "PodDisruptionBudget",
      "NetworkPolicy",
    ]);
    assert.match(stdout, /image: registry\.example\/app:1$/m);
    assert.doesNotMatch(stderr, /democracy:/);
  });
}

test("where it is not installed, the program says so and how to get it", async () => {
  const { code, stdout, stderr } = await run(".", ...ARGS);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /npx -p @polis\/democracy -p kubernetes-models@4 democracy manifests/);
});

test("wrong settings are told before that", async () => {
  const { code, stderr } = await run(".", "manifests", "--name", "App");
  assert.equal(code, 2);
  assert.match(stderr, /--name must be .* got "App"/);
});

test("shells are told what can be completed", async () => {
  const { code, stdout } = await run(".", "complete", "--", "manifests", "--workload", "");
  assert.equal(code, 0);
  assert.match(stdout, /^statefulset\b/);
});
