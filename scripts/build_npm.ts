/**
 * `deno task build:npm`: packs the npm package into `./npm`: one ES module for each thread, types, and a manifest.
 *
 * @module
 */

import { mustRun, ROOT } from "./harness/process.ts";
import { NPM } from "./npm/runtimes.ts";
import { bundle, INLINED } from "./npm/bundle.ts";
import { buildDeclarations, copyDeclarations } from "./npm/declarations.ts";
import {
  CODE,
  dependenciesOf,
  DOCUMENTS,
  findRepository,
  LICENSES,
  manifestOf,
  type Packages,
  readConfig,
} from "./npm/manifest.ts";

/** Where packages are built; not in version control. */
export const OUTPUT: string = `${ROOT}/npm`;

const PACKAGE = `${OUTPUT}/package`;
const BUILDER = `${OUTPUT}/builder`;

async function emptied(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(path, { recursive: true });
}

/** Has npm bring what becomes a part of the code; resolves to where it is. */
async function fetchInlined(imported: Packages): Promise<string> {
  const packages = INLINED.map((name) => `${name}@${imported[name]}`);
  const flags = ["--prefix", BUILDER, "--no-save", "--no-fund", "--no-audit", "--no-package-lock", "--ignore-scripts"];
  await mustRun(NPM, ["install", ...flags, ...packages]);
  return `${BUILDER}/node_modules`;
}

/** What has become a part of the code has to be named, and its license given. */
async function licensesIn(folder: string): Promise<string> {
  const texts = await Promise.all(INLINED.map(async (name) => {
    const { version, license } = JSON.parse(await Deno.readTextFile(`${folder}/${name}/package.json`));
    return `${name} ${version} (${license})\n\n${await Deno.readTextFile(`${folder}/${name}/LICENSE`)}`;
  }));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** Builds the package; resolves to the path of its tarball. */
export async function buildNpm(): Promise<string> {
  const [config, repository] = await Promise.all([readConfig(), findRepository()]);
  await Promise.all([PACKAGE, BUILDER].map(emptied));
  const { folder, imported } = await buildDeclarations(config, repository, BUILDER);
  await copyDeclarations(folder, config, PACKAGE);
  const packages = await fetchInlined(imported);
  await bundle(config.exports, packages, `${PACKAGE}/${CODE}`);
  await Deno.writeTextFile(`${PACKAGE}/${LICENSES}`, await licensesIn(packages));
  const manifest = { ...manifestOf(config, repository), ...dependenciesOf(imported, INLINED) };
  await Deno.writeTextFile(`${PACKAGE}/package.json`, JSON.stringify(manifest, null, 2) + "\n");
  await Promise.all(DOCUMENTS.map((each) => Deno.copyFile(`${ROOT}/${each}`, `${PACKAGE}/${each}`)));
  await mustRun(NPM, ["pack", "--pack-destination", OUTPUT], { cwd: PACKAGE });
  const tarball = `${OUTPUT}/${config.name.slice(1).replace("/", "-")}-${config.version}.tgz`;
  const { size } = await Deno.stat(tarball);
  console.log(`build:npm: ${tarball} (${(size / 1024).toFixed(1)} KiB)`);
  return tarball;
}

if (import.meta.main) await buildNpm();
