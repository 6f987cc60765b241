/**
 * The runtimes that the npm package is tried in: the Node at hand, and those that npm brings.
 *
 * @module
 */

import { capture } from "../harness/process.ts";

/** Windows has npm as a script. */
export const NPM: string = Deno.build.os === "windows" ? "npm.cmd" : "npm";

/** How npm installs what a test needs, and no more. */
export const INSTALL: readonly string[] = [
  ...["install", "--no-fund", "--no-audit", "--no-package-lock", "--loglevel=error"],
];

/** A program that runs JavaScript. */
export interface Runtime {
  readonly name: "Node" | "Bun";
  readonly program: string;
  readonly version: string;
}

/** Which runtimes are wanted. */
export interface WantedRuntimes {
  /** Whether the Node at hand is. */
  readonly here: boolean;
  /** Versions of others, as npm knows them: `22`, `latest`, `bun`; one of the major of the Node at hand is left out. */
  readonly others: readonly string[];
}

async function runtimeAt(name: Runtime["name"], program: string): Promise<Runtime | undefined> {
  const answer = await capture(program, ["--version"]);
  return answer.ok ? { name, program, version: answer.stdout.trim() } : undefined;
}

/** What npm calls these programs, and the install script that each gets its executable by, which npm may refuse to run. */
const PACKAGES = {
  Node: { name: "node", program: "bin/node", script: ["installArchSpecificPackage"] },
  Bun: { name: "bun", program: "bin/bun.exe", script: ["install.js"] },
} as const;

async function fetchRuntime(name: Runtime["name"], version: string, output: string): Promise<Runtime | undefined> {
  const { name: wanted, program, script } = PACKAGES[name];
  const folder = `${output}/${wanted}-${version}`;
  const cwd = `${folder}/node_modules/${wanted}`;
  await Deno.mkdir(folder, { recursive: true });
  const args = [...INSTALL, "--ignore-scripts", "--prefix", folder, `${wanted}@${version}`];
  const fetched = await capture(NPM, args);
  if (!fetched.ok) {
    console.log(`test:npm: skipped ${name} ${version}: npm could not install it: ${fetched.stderr.trim()}`);
    return undefined;
  }
  const present = await runtimeAt(name, `${cwd}/${program}`);
  if (present !== undefined) return present;
  const unpacked = await capture("node", [...script], { cwd, timeout: 180_000 });
  const runtime = await runtimeAt(name, `${cwd}/${program}`);
  if (runtime === undefined) {
    console.log(`test:npm: skipped ${name} ${version}: its executable did not arrive: ${unpacked.stderr.trim()}`);
  }
  return runtime;
}

function majorOf({ version }: Runtime): string {
  return version.replace(/^v/, "").split(".", 1).join();
}

/** These runtimes, each major of Node once: the one at hand, where it is wanted, and others that are fetched into a folder. */
export async function* runtimes(
  { here: hereToo, others }: WantedRuntimes,
  output: string,
): AsyncGenerator<Runtime> {
  const seen = new Set<string>();
  const here = await runtimeAt("Node", "node");
  if (here === undefined) console.log("test:npm: there is no Node on PATH, only fetched ones run");
  else {
    seen.add(majorOf(here));
    if (hereToo) yield here;
  }
  for (const version of others) {
    if (seen.has(version)) continue;
    const runtime = version === "bun"
      ? await fetchRuntime("Bun", "1", output)
      : await fetchRuntime("Node", version, output);
    if (runtime === undefined) continue;
    if (runtime.name === "Node") {
      if (seen.has(majorOf(runtime))) continue;
      seen.add(majorOf(runtime));
    }
    yield runtime;
  }
}
