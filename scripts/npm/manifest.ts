/**
 * `package.json` of the npm package, of what `deno.json` says.
 *
 * @module
 */

import { capture, ROOT } from "../harness/process.ts";

/** What of `deno.json` the package is made of. */
export interface Config {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** Packages by name, with the versions that will do. */
export type Packages = Readonly<Record<string, string>>;

/** Folders of the package: one module for each thread and companion, and the types of the entries. */
export const CODE = "dist";
export const TYPES = "types";

/** What stands beside `package.json`. */
export const DOCUMENTS: readonly string[] = ["README.md", "LICENSE", "CHANGELOG.md"];

/** The licenses of the packages that became a part of the code. */
export const LICENSES = "THIRD_PARTY_LICENSES";

/** What only some need, and get by naming it themselves, with the versions that were tried: src/manifests/mod.ts says why. */
const OPTIONAL_PEERS: Packages = { "kubernetes-models": "^4.5 || ^5" };

/** The environment variable that says where the sources are, for whoever builds from a tree without a remote. */
export const REPOSITORY_VARIABLE = "DEMOCRACY_REPOSITORY";

/** Reads what of `deno.json` the package is made of. */
export async function readConfig(): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
}

/** The page of a repository, of how git names it: undefined where that is no place on the web. */
export function repositoryPage(remote: string): string | undefined {
  const found =
    /^(?:https?:\/\/|git\+https:\/\/|ssh:\/\/|git:\/\/)?(?:[^@/]+@)?([^/:@]+\.[^/:@]+)(?::\d+)?[/:]([^:]+?)(?:\.git)?\/?$/
      .exec(remote.trim());
  return found === null || remote.startsWith(".") ? undefined : `https://${found[1]}/${found[2]}`;
}

/** Where the sources are: what the variable says, or git's remote `origin`. */
export async function findRepository(): Promise<string | undefined> {
  const said = Deno.env.get(REPOSITORY_VARIABLE);
  if (said !== undefined && said !== "") return repositoryPage(said);
  const { ok, stdout } = await capture("git", ["remote", "get-url", "origin"]);
  return ok ? repositoryPage(stdout) : undefined;
}

/** The file in {@linkcode CODE} of an entry: `.` is the library, `./worker` the thread that elects, in a form that any bundler may copy. */
export function fileOf(entry: string): string {
  if (entry === ".") return "mod.js";
  return entry === "./worker" ? "worker.mjs" : `${entry.slice(2)}.js`;
}

function targetOf([entry, source]: [string, string]) {
  const types = `./${TYPES}/${source.replace("./", "").replace(/\.ts$/, ".d.ts")}`;
  const file = `./${CODE}/${fileOf(entry)}`;
  // Without `default`, which comes last, `require` finds nothing, though Node from 20.19 on can require ES modules.
  return [entry, {
    types,
    import: file,
    default: file,
  }];
}

/** What is published, but for the packages that the code imports. */
export function manifestOf({ name, version, license, exports }: Config, repository: string | undefined) {
  const place = repository === undefined ? {} : {
    homepage: `${repository}#readme`,
    repository: { type: "git", url: `git+${repository}.git` },
    bugs: { url: `${repository}/issues` },
  };
  return {
    name,
    version,
    description: "Leader election among processes over UDP, with leases and fencing tokens, without a lock server",
    keywords: ["leader", "election", "lease", "fencing", "cluster", "udp", "distributed"],
    license,
    ...place,
    type: "module",
    // The programs and threads do what they do when they are loaded; the rest may be left out where nobody uses it.
    sideEffects: ["./dist/cli.js", "./dist/worker.mjs", "./dist/guard.mjs"],
    main: `./${CODE}/mod.js`,
    types: `./${TYPES}/mod.d.ts`,
    exports: { ...Object.fromEntries(Object.entries(exports).map(targetOf)), "./package.json": "./package.json" },
    bin: { democracy: `./${CODE}/cli.js` },
    files: [CODE, TYPES, "CHANGELOG.md", LICENSES],
    engines: { node: ">=20.19.0" },
    publishConfig: { access: "public", provenance: true },
    devDependencies: { "@types/node": "^20.19.0" },
  };
}

/** The packages that the code imports, as npm is told of them; what a builder has found. */
export function dependenciesOf(imported: Packages, inlined: readonly string[]) {
  const names = Object.keys(OPTIONAL_PEERS);
  const others = [...names, ...inlined];
  return {
    dependencies: Object.fromEntries(Object.entries(imported).filter(([name]) => !others.includes(name))),
    peerDependencies: OPTIONAL_PEERS,
    peerDependenciesMeta: Object.fromEntries(names.map((name) => [name, { optional: true }])),
  };
}
