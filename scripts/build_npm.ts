/**
 * `deno task build:npm`: packs the npm package into `./npm`, with dnt where JSR answers and with `deno pack` where it
 * does not, and says which. Both give one ES module package with types and the worker beside its host.
 *
 * @module
 */

import { answers, chooseImports } from "./imports.ts";
import { capture, ROOT } from "./process.ts";

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

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** The part of dnt that is used here; named so because `@deno/dnt` cannot be resolved everywhere. */
interface Dnt {
  emptyDir(path: string): Promise<void>;
  build(options: {
    entryPoints: { name: string; path: string }[];
    outDir: string;
    shims: Record<string, boolean>;
    importMap: string;
    scriptModule: false;
    test: false;
    declaration: "inline";
    declarationMap: false;
    typeCheck: "single";
    compilerOptions: { target: "ES2022"; lib: string[]; noUncheckedIndexedAccess: boolean };
    package: Record<string, unknown>;
  }): Promise<void>;
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

async function buildWithDnt({ name, version, license, exports }: Manifest): Promise<void> {
  const specifier = "@deno/dnt";
  const dnt: Dnt = await import(specifier);
  await dnt.emptyDir(PACKAGE);
  await dnt.build({
    entryPoints: Object.entries(exports).map(([entry, path]) => ({ name: entry, path: `${ROOT}/${path}` })),
    outDir: PACKAGE,
    shims: {},
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
  });
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

interface Dependencies {
  readonly dependencies: Readonly<Record<string, string>>;
}

async function amendManifest<Amended extends object>(amend: (described: Dependencies) => Amended): Promise<void> {
  const path = `${PACKAGE}/package.json`;
  const amended = amend(JSON.parse(await Deno.readTextFile(path)));
  await Deno.writeTextFile(path, JSON.stringify(amended, null, 2) + "\n");
}

/** Both builders make a dependency of whatever is imported. */
function withOptionalPeers<Described extends Dependencies>({ dependencies, ...described }: Described): object {
  const isOptional = ([name]: [string, string]): boolean => OPTIONAL_PEERS.includes(name);
  const all = Object.entries(dependencies);
  return {
    ...described,
    dependencies: Object.fromEntries(all.filter((each) => !isOptional(each))),
    peerDependencies: Object.fromEntries(all.filter(isOptional)),
    peerDependenciesMeta: Object.fromEntries(OPTIONAL_PEERS.map((name) => [name, { optional: true }])),
  };
}

/** Builds the package; resolves to the path of its tarball. */
export async function buildNpm(): Promise<string> {
  const described = await manifest();
  await Deno.mkdir(OUTPUT, { recursive: true });
  if (await chooseImports() === "jsr" && await answers("@deno/dnt")) {
    console.log("build:npm: JSR answers, building with dnt");
    await buildWithDnt(described);
  } else {
    console.log("build:npm: JSR does not answer, building with deno pack");
    await buildWithDenoPack();
  }
  await amendManifest(withOptionalPeers);
  await mustRun("npm", ["pack", "--pack-destination", OUTPUT], PACKAGE);
  const tarball = `${OUTPUT}/${described.name.slice(1).replace("/", "-")}-${described.version}.tgz`;
  const { size } = await Deno.stat(tarball);
  console.log(`build:npm: ${tarball} (${(size / 1024).toFixed(1)} KiB)`);
  return tarball;
}

if (import.meta.main) await buildNpm();
