/**
 * `deno task simulate --scale`: large clusters in virtual time, and what they cost.
 *
 * @module
 */

import { parseScale, type ScaleArguments, USAGE } from "./scale/arguments.ts";
import type { Outcome } from "./scale/experiment.ts";
import { EXPERIMENTS } from "./scale/experiments.ts";
import { runAll } from "./scale/pool.ts";
import { targetsOf, tell, tellSpeed, tellTarget, toJson } from "./scale/report.ts";
import { readWanted } from "../wanted.ts";

/** Runs what the arguments ask for; resolves to the exit code. */
export async function simulateScale(args: readonly string[]): Promise<number> {
  const wanted = readWanted(parseScale, args, USAGE);
  if (typeof wanted === "number") return wanted;
  return await measure(wanted) ? 0 : 1;
}

async function measure({ only, workers, json, extent }: ScaleArguments): Promise<boolean> {
  const experiments = EXPERIMENTS.filter(({ name }) => only.length === 0 || only.includes(name));
  const settings = experiments.flatMap((experiment) => experiment.settings(extent));
  const begun = performance.now();
  let done = 0;
  const outcomes = await runAll(settings, workers, (outcome) => {
    done++;
    Deno.stderr.writeSync(new TextEncoder().encode(`${progress(outcome)}, ${done} of ${settings.length}\n`));
  });
  for (const line of tell(experiments, outcomes)) console.log(line);
  const targets = targetsOf(experiments, outcomes);
  console.log(`\n${tellSpeed(outcomes)}, ${((performance.now() - begun) / 1000).toFixed(0)} s in all`);
  for (const target of targets) console.log(tellTarget(target));
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  console.log(failed === 0 ? "all promises held" : `${failed} settings FAILED`);
  if (json !== undefined) await Deno.writeTextFile(json, toJson(outcomes, targets));
  return failed === 0 && targets.every(({ met }) => met);
}

function progress({ setting, seconds, failure }: Outcome): string {
  const { experiment, members, loss, lifeguard } = setting;
  const detector = lifeguard ? "" : ", plain SWIM";
  const verdict = failure === undefined ? `${seconds.toFixed(1)} s` : "FAILED";
  return `${experiment}, ${members} members, ${Number((loss * 100).toFixed(1))} % loss${detector}: ${verdict}`;
}
