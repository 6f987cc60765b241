// Where JSR cannot be reached types come from `deno pack`: what dnt would be asked, and what it cannot stand, is held here.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../scripts/harness/process.ts";
import { sharedNames } from "../../scripts/npm/bundle.ts";
import { dntOptions } from "../../scripts/npm/declarations.ts";
import { type Config, dependenciesOf, fileOf, manifestOf, repositoryPage } from "../../scripts/npm/manifest.ts";

const CONFIG: Config & {
  readonly imports: Record<string, string>;
  readonly publish: { readonly include: string[] };
} = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));

const REPOSITORY = "https://forge.example/polis/democracy";

async function* published(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* published(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

Deno.test("build:npm: dnt of a version that can be told to leave polyfills out is told so", () => {
  assertEquals(CONFIG.imports["@deno/dnt"], "jsr:@deno/dnt@^0.43");
  const options = dntOptions(CONFIG, REPOSITORY, "/tmp/out");
  assertEquals(options.polyfills, false);
  assertEquals(options.shims, {});
  assertEquals(options.scriptModule, false);
  assertEquals(options.importMap, `${ROOT}/deno.json`);
});

Deno.test("build:npm: dnt is given every entry that is published, and what the manifest says", async () => {
  const { entryPoints, package: described } = dntOptions(CONFIG, REPOSITORY, "/tmp/out");
  assertEquals(entryPoints.map(({ name }) => name), Object.keys(CONFIG.exports));
  for (const { path } of entryPoints) assert((await Deno.stat(path)).isFile, path);
  assertEquals<object>(described, {
    name: CONFIG.name,
    version: CONFIG.version,
    description: "Leader election among processes over UDP, with leases and fencing tokens, without a lock server",
    keywords: ["leader", "election", "lease", "fencing", "cluster", "udp", "distributed"],
    license: "MIT",
    homepage: `${REPOSITORY}#readme`,
    repository: { type: "git", url: `git+${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    sideEffects: ["./dist/cli.js", "./dist/worker.mjs", "./dist/guard.mjs"],
    engines: { node: ">=20.19.0" },
    publishConfig: { access: "public", provenance: true },
    devDependencies: { "@types/node": "^20.19.0" },
  });
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

Deno.test("build:npm: each entry is a file with types, which can be required, too: it ends with a default", () => {
  const { exports, bin, main, types, files } = manifestOf(CONFIG, undefined);
  assertEquals<object>(exports, {
    ...Object.fromEntries(
      Object.entries(CONFIG.exports).map(([entry, source]) => {
        const file = `./dist/${fileOf(entry)}`;
        return [entry, {
          types: source.replace("./", "./types/").replace(/\.ts$/, ".d.ts"),
          import: file,
          default: file,
        }];
      }),
    ),
    "./package.json": "./package.json",
  });
  assertEquals([fileOf("."), fileOf("./cli"), fileOf("./worker")], ["mod.js", "cli.js", "worker.mjs"]);
  assertEquals([bin.democracy, main, types], ["./dist/cli.js", "./dist/mod.js", "./types/mod.d.ts"]);
  assertEquals(files, ["dist", "types", "CHANGELOG.md", "THIRD_PARTY_LICENSES"]);
});

Deno.test("build:npm: the program of the package begins as one", async () => {
  assertMatch(await Deno.readTextFile(`${ROOT}/${CONFIG.exports["./cli"]}`), /^#!\/usr\/bin\/env node\n/);
});

Deno.test("build:npm: where the sources are is told by git's remote, in all ways in which that is written", () => {
  const remotes = [
    `${REPOSITORY}.git`,
    REPOSITORY,
    `git+${REPOSITORY}.git`,
    "git@forge.example:polis/democracy.git",
    "ssh://git@forge.example:2222/polis/democracy.git",
    "https://user:word@forge.example/polis/democracy\n",
  ];
  for (const remote of remotes) assertEquals(repositoryPage(remote), REPOSITORY, remote);
  for (const remote of ["/srv/git/democracy.git", "../democracy", "file:///srv/democracy", "C:\\democracy", ""]) {
    assertEquals(repositoryPage(remote), undefined, remote);
  }
  const { homepage, repository, bugs } = { homepage: "", repository: {}, bugs: {}, ...manifestOf(CONFIG, undefined) };
  assertEquals<unknown>([homepage, repository, bugs], ["", {}, {}], "nothing is said of a place that nobody knows");
});

Deno.test("build:npm: what only some need is an optional peer, and what became a part of the code is no dependency", () => {
  const imported = { devalue: "^5", hono: "^4", "kubernetes-models": "^4.5" };
  assertEquals<object>(dependenciesOf(imported, ["devalue"]), {
    dependencies: { hono: "^4" },
    peerDependencies: { "kubernetes-models": "^4.5 || ^5" },
    peerDependenciesMeta: { "kubernetes-models": { optional: true } },
  });
});

Deno.test("build:npm: companions share with the library the values that it exports, by where they come from", () => {
  const text = `export { Democracy, Democracy as default } from "./src/democracy.ts";
export type { A } from "./src/a.ts";
export {
  BError,
  type Code,
} from "./src/errors.ts";
`;
  assertEquals([...sharedNames(text)], [
    [`${ROOT}/src/democracy.ts`, ["Democracy"]],
    [`${ROOT}/src/errors.ts`, ["BError"]],
  ]);
});
