// Where JSR cannot be reached the package is built by `deno pack`: what dnt would be asked, and what it cannot stand, is held here.
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Described, dntOptions, type Manifest, publishedManifest } from "../../scripts/build_npm.ts";
import { ROOT } from "../../scripts/harness/process.ts";

const CONFIG: Manifest & {
  readonly imports: Record<string, string>;
  readonly publish: { readonly include: string[] };
} = JSON
  .parse(await Deno.readTextFile(`${ROOT}/deno.json`));

async function* published(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* published(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

Deno.test("build:npm: dnt of a version that can be told to leave polyfills out is told so", () => {
  assertEquals(CONFIG.imports["@deno/dnt"], "jsr:@deno/dnt@^0.43");
  const options = dntOptions(CONFIG);
  assertEquals(options.polyfills, false);
  assertEquals(options.shims, {});
  assertEquals(options.scriptModule, false);
  assertEquals(options.importMap, `${ROOT}/deno.json`);
});

Deno.test("build:npm: dnt is given every entry that is published, and the program among them", async () => {
  const { entryPoints, package: described } = dntOptions(CONFIG);
  assertEquals(entryPoints.map(({ name }) => name), Object.keys(CONFIG.exports));
  for (const { path } of entryPoints) assert((await Deno.stat(path)).isFile, path);
  const program = CONFIG.exports["./cli"] ?? "";
  assertEquals(described.bin, { democracy: program.replace("./", "./esm/").replace(/\.ts$/, ".js") });
  assertMatch(await Deno.readTextFile(`${ROOT}/${program}`), /^#!\/usr\/bin\/env node\n/);
  assertEquals([described.name, described.version, described.license], [CONFIG.name, CONFIG.version, CONFIG.license]);
});

Deno.test("build:npm: no published source asks for import.meta.main, which dnt does not type-check", async () => {
  const files = [`${ROOT}/mod.ts`, ...await Array.fromAsync(published(`${ROOT}/src`))];
  assert(files.length > 50, `${files.length} files`);
  const wrong: string[] = [];
  for (const file of files) {
    const text = (await Deno.readTextFile(file)).replaceAll(/\/\*\*[^]*?\*\//g, "");
    if (/import\s*\.\s*meta\s*(?:\.\s*main\b|\[)|\bmain\b[^\n]*=\s*import\s*\.\s*meta\b(?!\.)/.test(text)) {
      wrong.push(file);
    }
  }
  assertEquals(wrong, []);
});

/** What the two builders write of an entry. */
const BUILT: Record<string, Described["exports"]> = {
  dnt: { ".": { import: "./esm/mod.js" }, "./cli": { import: { types: "./esm/cli.d.ts", default: "./esm/cli.js" } } },
  "deno pack": {
    ".": { types: "./mod.d.ts", import: "./mod.js" },
    "./cli": { types: "./cli.d.ts", import: "./cli.js" },
  },
};

for (const [builder, exports] of Object.entries(BUILT)) {
  Deno.test(`build:npm: what ${builder} exports can be required, too: each entry ends with a default`, () => {
    const before = structuredClone(exports);
    const amended = publishedManifest({ dependencies: {}, exports }).exports;
    assertEquals(Object.keys(amended), [".", "./cli"]);
    for (const [entry, target] of Object.entries(amended)) {
      assert(typeof target === "object" && target !== null, entry);
      const { default: last, ...others } = target;
      assertEquals<unknown>(others, before[entry], `the conditions of ${entry} stay`);
      assertEquals(Object.keys(target).at(-1), "default", `${entry}: what comes after default is never looked at`);
      assertMatch(String(last), /\.js$/, `${entry}: a file, not a condition`);
    }
  });
}

Deno.test("build:npm: an entry with a default stays as it is, and one that cannot be imported is refused", () => {
  const exports = { ".": "./mod.js", "./a": { types: "./a.d.ts", import: "./a.js", default: "./b.js" } };
  assertEquals(publishedManifest({ dependencies: {}, exports }).exports, exports);
  const nothing = { ".": { types: "./mod.d.ts" } };
  assertThrows(() => publishedManifest({ dependencies: {}, exports: nothing }), Error, "nothing to import");
});

Deno.test("build:npm: what only some need is an optional peer, and all else of the manifest stays", () => {
  const described = { name: "a", dependencies: { hono: "^4", "kubernetes-models": "^4.5" }, exports: {} };
  assertEquals<object>(publishedManifest(described), {
    name: "a",
    exports: {},
    dependencies: { hono: "^4" },
    peerDependencies: { "kubernetes-models": "^4.5" },
    peerDependenciesMeta: { "kubernetes-models": { optional: true } },
  });
});
