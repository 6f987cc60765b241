/**
 * `deno task release`: checks what is to be released, and builds the npm package in `./npm/package`, from where the workflow publishes
 * it. With `--dry-run` it checks all that needs no network, and builds nothing. `--tag v1.2.3` is the tag that asks for the release.
 *
 * @module
 */

import { VERSION } from "../src/cli/version.ts";
import { buildNpm } from "./build_npm.ts";
import { capture, ROOT } from "./harness/process.ts";
import { findRepository, readConfig } from "./npm/manifest.ts";
import { type Candidate, obstaclesOf } from "./release/checks.ts";
import { readWanted } from "./wanted.ts";

const USAGE = "Usage: deno task release [--dry-run] [--tag v1.2.3]";

interface Wanted {
  readonly help: boolean;
  readonly dryRun: boolean;
  readonly tag: string | undefined;
}

function parse(args: readonly string[]): Wanted {
  let [help, dryRun, tag]: [boolean, boolean, string | undefined] = [false, false, undefined];
  for (let place = 0; place < args.length; place++) {
    const arg = args[place];
    if (arg === "--help") help = true;
    else if (arg === "--dry-run") dryRun = true;
    else if (arg === "--tag" && args[place + 1] !== undefined) tag = args[++place];
    else throw new Error(`Unknown argument: ${arg}`);
  }
  return { help, dryRun, tag };
}

async function candidate(tag: string | undefined): Promise<Candidate> {
  const { version } = await readConfig();
  const { stdout } = await capture("git", ["status", "--porcelain"]);
  return {
    version,
    programVersion: VERSION,
    changelog: await Deno.readTextFile(`${ROOT}/CHANGELOG.md`),
    tag,
    repository: await findRepository(),
    changes: stdout.split("\n").filter((line) => line !== "").map((line) => line.slice(3)),
  };
}

async function release({ dryRun, tag }: Wanted): Promise<number> {
  const wanted = await candidate(tag);
  const obstacles = [...obstaclesOf(wanted)];
  const published = await capture(Deno.execPath(), ["publish", "--dry-run", "--allow-dirty"]);
  if (!published.ok) obstacles.push(`"deno publish --dry-run" failed:\n${published.stderr}`);
  for (const obstacle of obstacles) console.error(`release: ${obstacle}`);
  if (obstacles.length > 0) {
    console.error(`release: cannot release ${wanted.version}: ${obstacles.length} to mend`);
    return 1;
  }
  console.log(`release: ${wanted.version} from ${wanted.repository} is ready`);
  if (!dryRun) await buildNpm();
  return 0;
}

if (import.meta.main) {
  const wanted = readWanted(parse, Deno.args, USAGE);
  Deno.exit(typeof wanted === "number" ? wanted : await release(wanted));
}
