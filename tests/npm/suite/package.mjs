import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const entry = fileURLToPath(import.meta.resolve("@polis/democracy"));
const root = entry.slice(0, entry.lastIndexOf("democracy") + "democracy".length);
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

async function scripts() {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /\.(js|d\.ts)$/.test(name) && !name.includes("node_modules"));
}

describe("package", () => {
  it("is imported as an ES module", async () => {
    const module = await import("@polis/democracy");
    assert.equal(typeof module.Democracy, "function");
    assert.equal(module.default, module.Democracy);
  });

  it("has the entry for Kubernetes, which the main one does not load", async () => {
    const { kubernetes, kubernetesPeers, dnsPeers } = await import("@polis/democracy/kubernetes");
    for (const each of [kubernetes, kubernetesPeers, dnsPeers]) assert.equal(typeof each, "function");
    assert.throws(() => kubernetes({ environment: {} }), /POD_NAME/);
  });

  it("loads no more than it needs with the main entry", async () => {
    const loaded = new Set();
    const seen = new Set();
    const walk = async (url) => {
      if (seen.has(url)) return;
      seen.add(url);
      const text = (await readFile(fileURLToPath(url), "utf8")).replaceAll(/\/\*\*[^]*?\*\//g, "");
      for (const [, specifier] of text.matchAll(/\bfrom\s*"([^"]+)"/g)) {
        if (specifier.startsWith(".")) await walk(new URL(specifier, url).href);
        else if (!specifier.startsWith("node:")) loaded.add(specifier);
      }
    };
    await walk(import.meta.resolve("@polis/democracy"));
    assert.deepEqual([...loaded].sort(), ["@logtape/logtape", "devalue"]);
  });

  const can = process.features.require_module === true;
  for (const entry of Object.keys(manifest.exports)) {
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
    assert.equal(manifest.engines.node, ">=20");
    const library = ["@logtape/logtape", "devalue"];
    const programs = ["@bomb.sh/tab", "@hono/node-server", "@opentelemetry/api", "commander", "hono", "yaml"];
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), [...library, ...programs].sort());
    assert.deepEqual(Object.keys(manifest.peerDependencies), ["kubernetes-models"]);
    assert.deepEqual(manifest.peerDependenciesMeta, { "kubernetes-models": { optional: true } });
    assert.equal(manifest.license, "MIT");
    assert.equal(manifest.type ?? (entry.includes(`${join("democracy", "esm")}`) ? "module" : undefined), "module");
  });

  it("brings the worker beside its host", async () => {
    const names = (await scripts()).map((name) => name.replaceAll("\\", "/"));
    const workers = names.filter((name) => name.endsWith("src/worker/main.js"));
    assert.equal(workers.length, 1, names.join(" "));
  });

  it("imports no TypeScript and nothing from JSR", async () => {
    for (const name of await scripts()) {
      // An example in a doc comment may import what it likes.
      const text = (await readFile(join(root, name), "utf8")).replaceAll(/\/\*\*[^]*?\*\//g, "");
      const specifiers = [...text.matchAll(/\b(?:from|import\()\s*"([^"]+)"/g)].map(([, specifier]) => specifier);
      const wrong = specifiers.filter((each) => /^(jsr|npm|https?):|\.ts$|^@(jsr|std)\//.test(each));
      assert.deepEqual(wrong, [], name);
    }
  });
});
