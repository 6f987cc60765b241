import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.resolve("@polis/democracy")));
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const execute = promisify(execFile);

async function files(pattern) {
  const names = (await readdir(root, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => pattern.test(name) && !name.includes("node_modules"));
}

/** What a module imports statically, or all that it imports. */
async function importsOf(name, pattern = /^(?:import|export)\b[^;"]*?(?:\bfrom\s*)?"([^"]+)"/gm) {
  const text = await readFile(join(root, name), "utf8");
  return [...text.matchAll(pattern)].map(([, specifier]) => specifier);
}

/** The paths of the entries that a program imports. */
const entries = Object.keys(manifest.exports).filter((entry) => !["./worker", "./package.json"].includes(entry));

describe("package", () => {
  it("is imported as an ES module", async () => {
    const module = await import("@polis/democracy");
    assert.equal(typeof module.Democracy, "function");
    assert.equal(module.default, module.Democracy);
  });

  it("has the entry for Kubernetes, which the main one does not load, and which throws the same errors", async () => {
    const { DiscoveryError } = await import("@polis/democracy");
    const { kubernetes, kubernetesLease, kubernetesPeers, dnsPeers } = await import("@polis/democracy/kubernetes");
    for (const each of [kubernetes, kubernetesPeers, dnsPeers]) assert.equal(typeof each, "function");
    assert.throws(() => kubernetes({ environment: {} }), /POD_NAME/);
    const account = { server: "https://127.0.0.1:1", serviceAccount: join(root, "no_such_folder") };
    const lease = kubernetesLease({ name: "app", namespace: "default", patience: 100, ...account });
    await assert.rejects(lease.mint({ term: 1, id: "a", signal: new AbortController().signal }), DiscoveryError);
  });

  it("is one module for each thread, which imports nothing but Node", async () => {
    for (const name of ["dist/mod.js", "dist/worker.mjs", "dist/guard.mjs"]) {
      const imported = await importsOf(name);
      assert.ok(imported.length > 0, `${name} imports something`);
      assert.deepEqual(imported.filter((each) => !each.startsWith("node:")), [], name);
      assert.deepEqual(await importsOf(name, /\bimport\(\s*"([^"]+)"/g), [], `${name} loads nothing later`);
    }
  });

  const can = process.features.require_module === true;
  for (const entry of entries) {
    const specifier = `@polis/democracy${entry.slice(1)}`;
    it(
      `${specifier} is required where Node can`,
      { skip: can ? false : `Node ${process.version} cannot` },
      async () => {
        const required = require(specifier);
        const imported = await import(specifier);
        assert.ok(Object.keys(imported).length > 0, `${specifier} exports something`);
        for (const name of Object.keys(imported)) {
          assert.equal(required[name], imported[name], `${name} of ${specifier}`);
        }
      },
    );
  }

  it("names the Nodes it runs on, and npm packages only as its dependencies", () => {
    assert.equal(manifest.engines.node, ">=20.19.0");
    const programs = ["@bomb.sh/tab", "@hono/node-server", "@opentelemetry/api", "commander", "hono", "yaml"];
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), programs);
    assert.deepEqual(manifest.peerDependencies, { "kubernetes-models": "^4.5 || ^5" });
    assert.deepEqual(manifest.peerDependenciesMeta, { "kubernetes-models": { optional: true } });
    assert.deepEqual(Object.keys(manifest.devDependencies), ["@types/node"]);
    assert.equal(manifest.license, "MIT");
    assert.equal(manifest.type, "module");
  });

  it("gives each entry one file and its types, and conditions in an order in which all are looked at", async () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (entry === "./package.json") continue;
      assert.deepEqual(Object.keys(target), ["types", "import", "default"], entry);
      assert.equal(target.import, target.default, entry);
      for (const path of Object.values(target)) assert.ok((await readFile(join(root, path))).length > 0, path);
    }
    assert.equal(manifest.bin.democracy, manifest.exports["./cli"].default);
  });

  it("has no source in it, neither of the library nor of the page, and the licenses of what it has taken in", async () => {
    assert.deepEqual((await files(/\.(ts|css|html|svg)$/)).filter((name) => !name.endsWith(".d.ts")), []);
    for (const name of await files(/\.map$/)) {
      assert.equal(JSON.parse(await readFile(join(root, name), "utf8")).sourcesContent, undefined, name);
    }
    const licenses = await readFile(join(root, "THIRD_PARTY_LICENSES"), "utf8");
    for (const name of ["@logtape/logtape", "devalue"]) {
      assert.match(licenses, new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, "m"));
    }
  });

  it("imports no TypeScript and nothing from JSR", async () => {
    const names = await files(/\.(m?js|d\.ts)$/);
    assert.ok(names.length > 20, `${names.length} files`);
    for (const name of names) {
      // An example in a doc comment may import what it likes.
      const text = (await readFile(join(root, name), "utf8")).replaceAll(/\/\*\*[^]*?\*\//g, "");
      const specifiers = [...text.matchAll(/\b(?:from|import\()\s*"([^"]+)"/g)].map(([, specifier]) => specifier);
      const wrong = specifiers.filter((each) => /^(jsr|npm|https?):|\.ts$|^@(jsr|std)\//.test(each));
      assert.deepEqual(wrong, [], name);
    }
  });

  it("leads a stack trace to the line of the source", {
    skip: "Bun" in globalThis ? "Bun reads no source maps of packages" : false,
  }, async () => {
    const program = `import { Democracy } from "@polis/democracy"; new Democracy({ source: 5 });`;
    const args = ["--enable-source-maps", "--input-type=module", "--eval", program];
    const { stderr } = await execute(process.execPath, args, { cwd: import.meta.dirname }).catch((error) => error);
    assert.match(stderr, /^ {4}at new Democracy \(.*src[\\/]democracy\.ts:\d+:\d+\)$/m);
    assert.match(stderr, /^ {4}at resolveOptions \(.*src[\\/]options\.ts:\d+:\d+\)$/m);
  });

  it("elects where the program is text on Node's command line: the worker inherits no flags that it cannot stand", async () => {
    const program = `import { Democracy } from "@polis/democracy";
      const democracy = new Democracy({ source: "127.0.0.1:0", peers: [], broadcast: false });
      console.log(await democracy.lead(() => "led"));
      await democracy.close();`;
    const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: import.meta.dirname,
    });
    assert.equal(stdout, "led\n");
  });
});
