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
  const described = JSON.parse(await Deno.readTextFile(`${PACKAGE}/package.json`));
  const manifest = { ...described, ...DESCRIPTION, bin: { democracy: "./src/cli/mod.js" } };
  await Deno.writeTextFile(`${PACKAGE}/package.json`, JSON.stringify(manifest, null, 2) + "\n");
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
  await mustRun("npm", ["pack", "--pack-destination", OUTPUT], PACKAGE);
  const tarball = `${OUTPUT}/${described.name.slice(1).replace("/", "-")}-${described.version}.tgz`;
  const { size } = await Deno.stat(tarball);
  console.log(`build:npm: ${tarball} (${(size / 1024).toFixed(1)} KiB)`);
  return tarball;
}

if (import.meta.main) await buildNpm();
