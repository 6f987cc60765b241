/**
 * The types of the npm package, and the packages that it imports, found out by dnt where JSR answers and by `deno pack` where it does
 * not. dnt also checks the sources against the types of Node.
 *
 * @module
 */

import { dirname, posix } from "node:path";
import { capture, mustRun, ROOT } from "../harness/process.ts";
import { type Config, manifestOf, type Packages, TYPES } from "./manifest.ts";

/** What dnt is asked to build; named so because `@deno/dnt` cannot be resolved everywhere. */
export interface DntOptions {
  readonly entryPoints: { name: string; path: string }[];
  readonly outDir: string;
  readonly shims: Record<string, boolean>;
  readonly polyfills: false;
  readonly importMap: string;
  readonly scriptModule: false;
  readonly test: false;
  readonly skipSourceOutput: true;
  readonly declaration: "inline";
  readonly declarationMap: false;
  readonly typeCheck: "single";
  readonly compilerOptions: { target: "ES2022"; lib: string[]; noUncheckedIndexedAccess: boolean };
  readonly package: Omit<ReturnType<typeof manifestOf>, "exports" | "main" | "types" | "type" | "files" | "bin">;
}

interface Dnt {
  emptyDir(path: string): Promise<void>;
  build(options: DntOptions): Promise<void>;
}

/** What a builder has made. */
export interface Built {
  /** Where the declarations are, laid out like the sources. */
  readonly folder: string;
  readonly imported: Packages;
}

/** How dnt builds the package. Node has all that the sources use, and a polyfill would come before the `#!` of the program. */
export function dntOptions(config: Config, repository: string | undefined, outDir: string): DntOptions {
  // dnt has a layout of its own, of which the declarations are taken.
  const { exports: _exports, main: _main, types: _types, type: _type, files: _files, bin: _bin, ...described } =
    manifestOf(config, repository);
  return {
    entryPoints: Object.entries(config.exports).map(([name, path]) => ({ name, path: posix.join(ROOT, path) })),
    outDir,
    shims: {},
    polyfills: false,
    importMap: `${ROOT}/deno.json`,
    scriptModule: false,
    test: false,
    skipSourceOutput: true,
    declaration: "inline",
    declarationMap: false,
    typeCheck: "single",
    compilerOptions: { target: "ES2022", lib: ["ESNext", "DOM", "DOM.Iterable"], noUncheckedIndexedAccess: true },
    package: described,
  };
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

async function importedBy(folder: string): Promise<Packages> {
  return JSON.parse(await Deno.readTextFile(`${folder}/package.json`)).dependencies;
}

async function buildWithDnt(config: Config, repository: string | undefined, folder: string): Promise<Built> {
  const specifier = "@deno/dnt";
  const dnt: Dnt = await import(specifier);
  await dnt.emptyDir(folder);
  await dnt.build(dntOptions(config, repository, folder));
  return { folder: `${folder}/esm`, imported: await importedBy(folder) };
}

async function buildWithDenoPack(folder: string): Promise<Built> {
  await Deno.mkdir(folder, { recursive: true });
  const packed = `${folder}/packed.tgz`;
  await mustRun(Deno.execPath(), ["pack", "--allow-dirty", "--no-source-maps", "--output", packed]);
  await mustRun("tar", ["-xzf", packed, "-C", folder]);
  return { folder: `${folder}/package`, imported: await importedBy(`${folder}/package`) };
}

/** Has a builder make what it can in a folder below the root; says which. */
export async function buildDeclarations(
  config: Config,
  repository: string | undefined,
  folder: string,
): Promise<Built> {
  if (await canHaveDnt()) {
    console.log("build:npm: JSR answers, types by dnt");
    return await buildWithDnt(config, repository, folder);
  }
  console.log("build:npm: JSR does not answer, types by deno pack");
  return await buildWithDenoPack(folder);
}

/** Copies the declarations of these entries, and all that they import, into the package. */
export async function copyDeclarations(from: string, { exports }: Config, to: string): Promise<void> {
  const seen = new Set<string>();
  const copy = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = await Deno.readTextFile(`${from}/${path}`);
    const target = `${to}/${TYPES}/${path}`;
    await Deno.mkdir(dirname(target), { recursive: true });
    // A thread exports nothing, and is a module all the same.
    await Deno.writeTextFile(target, text === "" ? "export {};\n" : text);
    for (const [, specifier = ""] of text.matchAll(/\bfrom\s*"(\.{1,2}\/[^"]+)\.js"/g)) {
      await copy(posix.join(posix.dirname(path), `${specifier}.d.ts`));
    }
  };
  for (const source of Object.values(exports)) await copy(source.replace("./", "").replace(/\.ts$/, ".d.ts"));
}
