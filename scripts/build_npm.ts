/**
 * `deno task build:npm`: packs the npm package into `./npm`, with dnt where JSR answers and with `deno pack` where it
 * does not, and says which. Both give one ES module package with types and the worker beside its host.
 *
 * @module
 */

import { capture, ROOT } from "./harness/process.ts";

/** Where packages are built; not in version control. */
export const OUTPUT: string = `${ROOT}/npm`;

const PACKAGE = `${OUTPUT}/package`;

const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

/** What npm shall know beyond `deno.json`. */
const DESCRIPTION = {
  description: "Leader election among processes over UDP, with leases and fencing tokens, without a lock server",
  keywords: ["leader", "election", "lease", "fencing", "cluster", "udp", "distributed"],
  engines: { node: ">=20" },
};

/** What only some need, and get by naming it themselves: src/manifests/mod.ts says why. */
const OPTIONAL_PEERS = ["kubernetes-models"];

/** What of `deno.json` the package is made of. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** What dnt is asked to build; named so because `@deno/dnt` cannot be resolved everywhere. */
export interface DntOptions {
  readonly entryPoints: { name: string; path: string }[];
  readonly outDir: string;
  readonly shims: Record<string, boolean>;
  readonly polyfills: false;
  readonly importMap: string;
  readonly scriptModule: false;
  readonly test: false;
  readonly declaration: "inline";
  readonly declarationMap: false;
  readonly typeCheck: "single";
  readonly compilerOptions: { target: "ES2022"; lib: string[]; noUncheckedIndexedAccess: boolean };
  readonly package: Record<string, unknown>;
}

interface Dnt {
  emptyDir(path: string): Promise<void>;
  build(options: DntOptions): Promise<void>;
}

async function manifest(): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Runs a program whose output matters only when it fails. */
async function mustRun(program: string, args: readonly string[], cwd: string): Promise<void> {
  const { ok, stdout, stderr } = await capture(program, args, { cwd });
  if (ok) return;
  throw new Error(`Cannot build the npm package: "${[program, ...args].join(" ")}" failed:\n${stdout}${stderr}`);
}

/** How dnt builds the package. Node has all that the sources use, and a polyfill would come before the `#!` of the program. */
export function dntOptions({ name, version, license, exports }: Manifest): DntOptions {
  return {
    entryPoints: Object.entries(exports).map(([entry, path]) => ({ name: entry, path: `${ROOT}/${path}` })),
    outDir: PACKAGE,
    shims: {},
    polyfills: false,
    importMap: `${ROOT}/deno.json`,
    scriptModule: false,
    test: false,
    declaration: "inline",
    declarationMap: false,
    typeCheck: "single",
    compilerOptions: { target: "ES2022", lib: ["ESNext", "DOM", "DOM.Iterable"], noUncheckedIndexedAccess: true },
    package: {
      name,
      version,
      license,
      ...DESCRIPTION,
      bin: { democracy: "./esm/src/cli/mod.js" },
      devDependencies: { "@types/node": "^20.19.0" },
    },
  };
}

async function buildWithDnt(described: Manifest): Promise<void> {
  const specifier = "@deno/dnt";
  const dnt: Dnt = await import(specifier);
  await dnt.emptyDir(PACKAGE);
  await dnt.build(dntOptions(described));
  await Promise.all(DOCUMENTS.map((each) => Deno.copyFile(`${ROOT}/${each}`, `${PACKAGE}/${each}`)));
}

async function buildWithDenoPack(): Promise<void> {
  const packed = `${OUTPUT}/deno_pack.tgz`;
  await removeIfThere(PACKAGE);
  await mustRun(Deno.execPath(), ["pack", "--allow-dirty", "--no-source-maps", "--output", packed], ROOT);
  await mustRun("tar", ["-xzf", packed, "-C", OUTPUT], ROOT);
  await Deno.remove(packed);
  await amendManifest((described) => ({ ...described, ...DESCRIPTION, bin: { democracy: "./src/cli/mod.js" } }));
}

/** What a builder writes into `package.json`, as far as it is amended. */
export interface Described {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Target>>;
}

/** A file, or one for each condition. */
type Target = string | { readonly [condition: string]: Target };

async function amendManifest<Amended extends object>(amend: (described: Described) => Amended): Promise<void> {
  const path = `${PACKAGE}/package.json`;
  const amended = amend(JSON.parse(await Deno.readTextFile(path)));
  await Deno.writeTextFile(path, JSON.stringify(amended, null, 2) + "\n");
}

/** What is published of it; whatever else a builder has written stays. */
export interface Published extends Described {
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: true }>>;
}

/** The manifest that is published, of the one that a builder has written. */
export function publishedManifest({ exports, dependencies, ...described }: Described): Published {
  const isOptional = ([name]: [string, string]): boolean => OPTIONAL_PEERS.includes(name);
  const all = Object.entries(dependencies);
  return {
    ...described,
    exports: Object.fromEntries(Object.entries(exports).map(([entry, target]) => [entry, withDefault(target)])),
    // Both builders make a dependency of whatever is imported.
    dependencies: Object.fromEntries(all.filter((each) => !isOptional(each))),
    peerDependencies: Object.fromEntries(all.filter(isOptional)),
    peerDependenciesMeta: Object.fromEntries(OPTIONAL_PEERS.map((name) => [name, { optional: true }])),
  };
}

/** Without the condition `default`, which comes last, `require` finds nothing, though Node from 20.19 on can require ES modules. */
function withDefault(target: Target): Target {
  if (typeof target === "string" || "default" in target) return target;
  const { import: imported } = target;
  if (imported === undefined) {
    throw new Error(`Cannot build the npm package: nothing to import in ${JSON.stringify(target)}`);
  }
  return { ...target, default: typeof imported === "string" ? imported : imported["default"] ?? imported };
}

/** ms that JSR has to answer. */
const PROBE_TIMEOUT = 15_000;

/** JSR, from which dnt comes, cannot be reached everywhere. */
async function canHaveDnt(): Promise<boolean> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const args = ["info", "--json", imports["@deno/dnt"]];
  const { ok, stdout } = await capture(Deno.execPath(), args, { timeout: PROBE_TIMEOUT });
  return ok && !stdout.includes('"error":');
}

/** Builds the package; resolves to the path of its tarball. */
export async function buildNpm(): Promise<string> {
  const described = await manifest();
  await Deno.mkdir(OUTPUT, { recursive: true });
  if (await canHaveDnt()) {
    console.log("build:npm: JSR answers, building with dnt");
    await buildWithDnt(described);
  } else {
    console.log("build:npm: JSR does not answer, building with deno pack");
    await buildWithDenoPack();
  }
  await amendManifest(publishedManifest);
  await mustRun("npm", ["pack", "--pack-destination", OUTPUT], PACKAGE);
  const tarball = `${OUTPUT}/${described.name.slice(1).replace("/", "-")}-${described.version}.tgz`;
  const { size } = await Deno.stat(tarball);
  console.log(`build:npm: ${tarball} (${(size / 1024).toFixed(1)} KiB)`);
  return tarball;
}

if (import.meta.main) await buildNpm();
