/**
 * `deno task test:npm`: packs the npm package, installs it as a stranger would, and runs the Node suite on it in the
 * Node at hand and in others that npm's `node` package brings. Versions may follow: `deno task test:npm 22`.
 *
 * @module
 */

import { buildNpm, OUTPUT } from "./build_npm.ts";
import { capture, print, ROOT, show } from "./harness/process.ts";
import { closingLine, sum, type Tally, tallyOfTap, withExit } from "./tally.ts";
import { LiveReport } from "./test/live_report.ts";
import { brokenRun, placeIn, type TestRun, watch } from "./test/watched.ts";

/** Majors beside the Node at hand; `latest` is whatever npm says. */
export const OTHERS: readonly string[] = ["22", "24", "latest"];

/** Which Nodes the suite runs in. */
export interface Wanted {
  /** Whether it runs in the Node at hand. */
  readonly here: boolean;
  /** Versions that npm's `node` package brings; one of the major of the Node at hand is left out. */
  readonly others: readonly string[];
}

const SUITE = ["package.mjs", "election.mjs", "lifecycle.mjs", "cli.mjs", "manifests.mjs", "readme.mjs", "endings.mjs"];

/** The types are the same in every Node, and slow to check: once is enough. */
const ONCE = ["types.mjs"];

const INSTALL = ["install", "--no-fund", "--no-audit", "--no-package-lock", "--loglevel=error"];

interface Node {
  readonly program: string;
  readonly version: string;
}

async function nodeAt(program: string): Promise<Node | undefined> {
  const answer = await capture(program, ["--version"]);
  return answer.ok ? { program, version: answer.stdout.trim() } : undefined;
}

/** npm's `node` package fetches its executable in an install script, which npm may refuse to run: so it is run here. */
async function fetchNode(version: string): Promise<Node | undefined> {
  const folder = `${OUTPUT}/node-${version}`;
  const program = `${folder}/node_modules/node/bin/node`;
  await Deno.mkdir(folder, { recursive: true });
  const fetched = await capture("npm", [...INSTALL, "--ignore-scripts", "--prefix", folder, `node@${version}`]);
  if (!fetched.ok) {
    console.log(`test:npm: skipped Node ${version}: npm could not install it: ${fetched.stderr.trim()}`);
    return undefined;
  }
  const present = await nodeAt(program);
  if (present !== undefined) return present;
  const cwd = `${folder}/node_modules/node`;
  const unpacked = await capture("node", ["installArchSpecificPackage"], { cwd, timeout: 180_000 });
  const node = await nodeAt(program);
  if (node === undefined) {
    console.log(`test:npm: skipped Node ${version}: its executable did not arrive: ${unpacked.stderr.trim()}`);
  }
  return node;
}

/** Bun, as npm brings it; undefined where it does not. */
async function fetchBun(): Promise<string | undefined> {
  const folder = `${OUTPUT}/bun`;
  const program = `${folder}/node_modules/bun/bin/bun.exe`;
  await Deno.mkdir(folder, { recursive: true });
  if (await nodeAt(program) !== undefined) return program;
  const fetched = await capture("npm", [...INSTALL, "--prefix", folder, "bun@^1"], { timeout: 180_000 });
  if (await nodeAt(program) !== undefined) return program;
  console.log(`test:npm: without Bun: npm could not install it: ${fetched.stderr.trim()}`);
  return undefined;
}

/** The Nodes of these versions, each major once: the one at hand, where it is wanted, and others that are fetched. */
async function* nodes({ here: hereToo, others }: Wanted): AsyncGenerator<Node> {
  const seen = new Set<string>();
  const here = await nodeAt("node");
  if (here === undefined) console.log("test:npm: there is no Node on PATH, only fetched ones run");
  else {
    seen.add(here.version.split(".", 1).join());
    if (hereToo) yield here;
  }
  for (const version of others) {
    if (seen.has(`v${version}`)) continue;
    const node = await fetchNode(version);
    if (node === undefined) continue;
    if (seen.has(node.version.split(".", 1).join())) continue;
    seen.add(node.version.split(".", 1).join());
    yield node;
  }
}

async function installInto(folder: string, packages: readonly string[]): Promise<void> {
  const text = JSON.stringify({ name: "consumer", private: true, type: "module" });
  await Deno.writeTextFile(`${folder}/package.json`, text);
  if (!await show("npm", [...INSTALL, ...packages], { cwd: folder })) {
    throw new Error(`Cannot test the npm package: npm could not install ${packages.join(", ")}`);
  }
}

/** A folder in which the tarball is installed beside a copy of the suite, and in it one with the optional peers, too. */
async function consumer(tarball: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_npm_" });
  const suite = `${ROOT}/tests/npm/suite`;
  for await (const { name } of Deno.readDir(suite)) await Deno.copyFile(`${suite}/${name}`, `${folder}/${name}`);
  await installInto(folder, [tarball, "typescript@^5", "@types/node@^20"]);
  await Deno.mkdir(`${folder}/operator`);
  await installInto(`${folder}/operator`, [tarball, "kubernetes-models@^4.5"]);
  return folder;
}

/** Node that crashed has left a report without an end, or none. */
async function readReport(path: string, live: LiveReport, { success, code }: Deno.CommandStatus): Promise<TestRun> {
  const report = await Deno.readTextFile(path).catch(() => "");
  if (!/^# pass \d+$/m.test(report)) {
    return brokenRun(live, `${placeIn(live)}: Node ended with ${code}, without a report`);
  }
  return { tally: withExit(tallyOfTap(report), success), failures: live.failures };
}

async function runSuite(
  node: Node,
  folder: string,
  files: readonly string[],
  bun: string | undefined,
): Promise<Tally> {
  console.log(`test:npm: Node ${node.version}`);
  const report = `${folder}/report-${node.version}.tap`;
  const reporters = ["./reporter.mjs", "stdout", "tap", report].map((value, index) =>
    `--test-reporter${index % 2 === 0 ? "" : "-destination"}=${value}`
  );
  const flags = ["--test", "--test-concurrency=1", "--test-timeout=120000", ...reporters];
  const env = {
    POLIS_DENO: Deno.execPath(),
    POLIS_CONFIG: `${ROOT}/deno.json`,
    POLIS_SOURCE: new URL("../mod.ts", import.meta.url).href,
    ...(bun === undefined ? {} : { POLIS_BUN: bun }),
  };
  const live = new LiveReport();
  const { status, hung } = await watch([node.program, [...flags, ...files], { cwd: folder, env }], live, {
    write: print,
  });
  const { tally, failures } = hung === undefined ? await readReport(report, live, status) : brokenRun(live, hung);
  for (const failure of failures) console.log(`test:npm: Node ${node.version}: FAILED: ${failure}`);
  console.log(`test:npm: Node ${node.version}: ${closingLine(tally)}`);
  return tally;
}

/** Packs, installs and tests; everything is shown. */
export async function testNpm(wanted: Wanted): Promise<Tally> {
  const folder = await consumer(await buildNpm());
  try {
    const tallies: Tally[] = [];
    const bun = await fetchBun();
    for await (const node of nodes(wanted)) {
      const files = wanted.here && tallies.length === 0 ? [...SUITE, ...ONCE] : SUITE;
      tallies.push(await runSuite(node, folder, files, bun));
    }
    return tallies.length === 0 ? { passed: 0, failed: 1 } : sum(tallies);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const tally = await testNpm({ here: true, others: Deno.args.length === 0 ? OTHERS : Deno.args });
  console.log(closingLine(tally));
  Deno.exit(tally.failed === 0 ? 0 : 1);
}
