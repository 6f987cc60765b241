/**
 * `deno task test:npm`: packs the npm package, installs it as a stranger would, and runs the Node suite on it in the
 * Node at hand, in others that npm's `node` package brings, and in Bun. Some of these may follow: `deno task test:npm 22 bun`, or `here`.
 *
 * @module
 */

import { buildNpm, OUTPUT } from "./build_npm.ts";
import { capture, print, ROOT, show } from "./harness/process.ts";
import { INLINED } from "./npm/bundle.ts";
import { lintPackage } from "./npm/lint.ts";
import { INSTALL, NPM, type Runtime, runtimes, type WantedRuntimes } from "./npm/runtimes.ts";
import { closingLine, sum, type Tally, tallyOfJUnit, tallyOfTap, withExit } from "./tally.ts";
import { LiveReport } from "./test/live_report.ts";
import { brokenRun, placeIn, type TestRun, watch } from "./test/watched.ts";

/** Runtimes beside the Node at hand, by the versions that npm knows: `latest` is whatever it says. */
export const OTHERS: readonly string[] = ["22", "24", "latest", "bun"];

const SUITE = ["package.mjs", "election.mjs", "lifecycle.mjs", "cli.mjs", "manifests.mjs", "readme.mjs", "endings.mjs"];

/** The types are the same in every runtime, the image has one, and both are slow: once is enough. */
const ONCE = ["types.mjs", "image.mjs"];

/** What bundlers make of the package; minutes, so not for every change. */
const LONG = ["bundlers.mjs"];
const BUNDLERS = ["esbuild@^0.28", "rollup@^4", "@rollup/plugin-node-resolve@^16", "vite@^7", "webpack@^5", "bun@1"];

/** ms that a test may take, or a file, which is one to Node, and a suite in a runtime that does not say which test it is at. */
const TEST_LIMIT = 240_000;
const SUITE_LIMIT = 900_000;

/** Has npm install bundlers, and what the sources need where they are bundled; one that cannot be installed fails its tests. */
async function installBundlers(tarball: string, folder: string): Promise<void> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const inlined = INLINED.map((name) => String(imports[name]).replace("npm:", ""));
  await Deno.mkdir(folder);
  await installInto(folder, [tarball, ...BUNDLERS, ...inlined]);
  // npm may refuse to run the script that brings the executable.
  await capture("node", ["install.js"], { cwd: `${folder}/node_modules/bun` });
}

async function installInto(folder: string, packages: readonly string[]): Promise<void> {
  const text = JSON.stringify({ name: "consumer", private: true, type: "module" });
  await Deno.writeTextFile(`${folder}/package.json`, text);
  if (!await show(NPM, [...INSTALL, ...packages], { cwd: folder })) {
    throw new Error(`Cannot test the npm package: npm could not install ${packages.join(", ")}`);
  }
}

/** A folder in which the tarball is installed beside a copy of the suite, and in it some with the optional peers, too. */
async function consumer(tarball: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_npm_" });
  const suite = `${ROOT}/tests/npm/suite`;
  for await (const { name } of Deno.readDir(suite)) await Deno.copyFile(`${suite}/${name}`, `${folder}/${name}`);
  await Deno.copyFile(`${ROOT}/scripts/image/Dockerfile`, `${folder}/Dockerfile`);
  await Deno.copyFile(tarball, `${folder}/democracy.tgz`);
  await installInto(folder, [tarball, "typescript@^5", "@types/node@^20"]);
  for (const major of [4, 5]) {
    await Deno.mkdir(`${folder}/operator${major}`);
    await installInto(`${folder}/operator${major}`, [tarball, `kubernetes-models@${major}`]);
  }
  return folder;
}

/** What the suite needs to know of the sources, with which some tests mix the package. */
const ENVIRONMENT = {
  POLIS_DENO: Deno.execPath(),
  POLIS_CONFIG: `${ROOT}/deno.json`,
  POLIS_SOURCE: new URL("../mod.ts", import.meta.url).href,
};

/** Node that crashed has left a report without an end, or none. */
async function readReport(path: string, live: LiveReport, { success, code }: Deno.CommandStatus): Promise<TestRun> {
  const report = await Deno.readTextFile(path).catch(() => "");
  if (!/^# pass \d+$/m.test(report)) {
    return brokenRun(live, `${placeIn(live)}: Node ended with ${code}, without a report`);
  }
  return { tally: withExit(tallyOfTap(report), success), failures: live.failures };
}

/** Runs the suite in Node, whose report is read as it comes. */
async function runInNode(node: Runtime, folder: string, files: readonly string[]): Promise<TestRun> {
  const report = `${folder}/report-${node.version}.tap`;
  const reporters = ["./reporter.mjs", "stdout", "tap", report].map((value, index) =>
    `--test-reporter${index % 2 === 0 ? "" : "-destination"}=${value}`
  );
  const flags = ["--test", "--test-concurrency=1", `--test-timeout=${TEST_LIMIT}`, ...reporters];
  const live = new LiveReport();
  const options = { cwd: folder, env: ENVIRONMENT };
  const { status, hung } = await watch([node.program, [...flags, ...files], options], live, { write: print });
  return hung === undefined ? await readReport(report, live, status) : brokenRun(live, hung);
}

/** Bun knows the tests of Node by its own runner. */
async function runInBun(bun: Runtime, folder: string, files: readonly string[]): Promise<TestRun> {
  const report = `${folder}/report-bun.xml`;
  const reporters = ["--reporter=junit", `--reporter-outfile=${report}`];
  const args = ["test", "--timeout", String(TEST_LIMIT), ...reporters, ...files.map((file) => `./${file}`)];
  const ok = await show(bun.program, args, { cwd: folder, env: ENVIRONMENT, timeout: SUITE_LIMIT });
  return { tally: withExit(tallyOfJUnit(await Deno.readTextFile(report).catch(() => "")), ok), failures: [] };
}

async function runSuite(runtime: Runtime, folder: string, files: readonly string[]): Promise<Tally> {
  const title = `${runtime.name} ${runtime.version}`;
  console.log(`test:npm: ${title}`);
  const run = runtime.name === "Bun" ? runInBun : runInNode;
  const { tally, failures } = await run(runtime, folder, files);
  for (const failure of failures) console.log(`test:npm: ${title}: FAILED: ${failure}`);
  console.log(`test:npm: ${title}: ${closingLine(tally)}`);
  return tally;
}

/** Packs, installs and tests; everything is shown. */
export async function testNpm(wanted: WantedRuntimes): Promise<Tally> {
  const tarball = await buildNpm();
  const folder = await consumer(tarball);
  try {
    const tallies: Tally[] = wanted.here ? [await lintPackage(tarball)] : [];
    const long = wanted.others.length > 0 ? LONG : [];
    if (long.length > 0) await installBundlers(tarball, `${folder}/bundlers`);
    let files = wanted.here ? [...SUITE, ...ONCE, ...long] : [...SUITE, ...long];
    const before = tallies.length;
    for await (const runtime of runtimes(wanted, OUTPUT)) {
      tallies.push(await runSuite(runtime, folder, files));
      files = SUITE;
    }
    return tallies.length === before ? { passed: 0, failed: 1 } : sum(tallies);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const tally = await testNpm({
    here: true,
    others: Deno.args.length === 0 ? OTHERS : Deno.args.filter((each) => each !== "here"),
  });
  console.log(closingLine(tally));
  Deno.exit(tally.failed === 0 ? 0 : 1);
}
