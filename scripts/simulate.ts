/**
 * Runs clusters in virtual time, with faults by seed, and checks every promise at every instant.
 *
 *     deno task simulate --seeds 1000 [--from 0] [--workers 2]
 *     deno task simulate --seed 42 [--verbose]
 *     deno task simulate --seed 42 --ui [--port 4041]
 *     deno task simulate --explore --seeds 10000 [--from 0]
 *     deno task simulate --explore --seed 42 [--verbose]
 *     deno task simulate --scale [--help]
 *
 * @module
 */

import * as core from "../src/core/citizen.ts";
import { carryOf } from "./simulate/carry.ts";
import { runWalk } from "./simulate/explore/run_walk.ts";
import { walkPlanOf } from "./simulate/explore/walk_plan.ts";
import { runSeed } from "./simulate/run_seed.ts";
import { simulateScale } from "./simulate/scale.ts";
import { planOf } from "./simulate/seed_plan.ts";
import { include, noTotals, replayCommand, seedsFrom, type Totals } from "./simulate/sweep.ts";
import { recordSeed, serveStory } from "./simulate/ui.ts";
import { runWithWorkers } from "./simulate/workers.ts";
import type { WorldPlan } from "./simulate/world_plan.ts";
import { DEFAULT_PORT } from "./harness/serve_page.ts";

const USAGE =
  "Usage: deno task simulate [--explore] --seeds N [--from S] [--workers W] | [--explore] --seed S [--verbose] | --seed S --ui [--port P] | --scale [--help] | --help";

interface Options {
  seeds: number;
  from: number;
  seed: number | undefined;
  workers: number;
  verbose: boolean;
  ui: boolean;
  /** Whether seeds are those of walks. */
  explore: boolean;
  port: number;
}

function parse(args: readonly string[]): Options {
  const options: Options = {
    seeds: 500,
    from: 0,
    seed: undefined,
    workers: 1,
    verbose: false,
    ui: false,
    explore: false,
    port: DEFAULT_PORT,
  };
  for (let index = 0; index < args.length; index++) {
    const name = args[index];
    if (isFlag(name)) {
      options[FLAGS[name]] = true;
      continue;
    }
    if (!isNumeric(name)) {
      throw new RangeError(`Cannot simulate: unknown argument "${name}"\n${USAGE}`);
    }
    const value = Number(args[++index] ?? NaN);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(
        `Cannot simulate: "${name}" must be a whole number, got ${args[index] ?? "nothing"}\n${USAGE}`,
      );
    }
    options[NUMERIC[name]] = value;
  }
  if (options.ui && options.seed === undefined) {
    throw new RangeError(`Cannot simulate: "--ui" shows one seed, and needs "--seed"\n${USAGE}`);
  }
  if (options.ui && options.explore) {
    throw new RangeError(`Cannot simulate: "--ui" shows a seed of the sweep, and no walk\n${USAGE}`);
  }
  return options;
}

const FLAGS = { "--verbose": "verbose", "--ui": "ui", "--explore": "explore" } as const;

function isFlag(name: string | undefined): name is keyof typeof FLAGS {
  return name !== undefined && Object.hasOwn(FLAGS, name);
}

const NUMERIC = {
  "--seeds": "seeds",
  "--from": "from",
  "--seed": "seed",
  "--workers": "workers",
  "--port": "port",
} as const;

function isNumeric(name: string | undefined): name is keyof typeof NUMERIC {
  return name !== undefined && Object.hasOwn(NUMERIC, name);
}

/** Serves one seed on a page until somebody ends it. */
async function show(seed: number, port: number): Promise<boolean> {
  const { outcome, story } = recordSeed(seed);
  const server = serveStory(story, port);
  console.log(`seed ${seed}, ${(outcome.simulated / 1000).toFixed(1)} s: ${server.url}\nCtrl-C ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  });
  await server.close();
  return outcome.failure === undefined;
}

/** Replays one seed with a readable trace. */
function replay(seed: number, explore: boolean, verbose: boolean): boolean {
  const plan: WorldPlan = explore ? walkPlanOf(seed) : planOf(seed);
  const { machines, interval, timeout, quorum, preemptAfter, quarantine = timeout } = plan;
  console.log(
    `${explore ? "walk" : "seed"} ${seed}: interval ${interval}, timeout ${timeout}, quorum ${quorum}, ` +
      `preempt ${preemptAfter !== undefined}, quarantine ${quarantine}`,
  );
  for (const { name, weight, eligible, voter, configured, rate, skew } of machines) {
    const place = configured ? voter ? "" : ", does not vote" : ", not in the others' configuration";
    const role = `${eligible ? "" : ", observer"}${place}`;
    console.log(`  ${name}: weight ${weight.toFixed(3)}, clock rate ${rate}, wall skew ${skew.toFixed(0)} ms${role}`);
  }
  const line = (time: number, member: string, text: string): void => {
    console.log(`${(time / 1000).toFixed(6).padStart(11)}  ${member.padEnd(8)}${text}`);
  };
  const { failure, simulated } = (explore ? runWalk : runSeed)(core, seed, carryOf(seed), { line, verbose });
  console.log(failure === undefined ? `ok: ${(simulated / 1000).toFixed(1)} s` : `FAILED: ${failure.text}`);
  return failure === undefined;
}

async function sweepAll({ seeds, from, workers, explore }: Options): Promise<boolean> {
  const totals = noTotals();
  const began = performance.now();
  let shown = began;
  const progress = (): void => {
    const terminal = Deno.stderr.isTerminal();
    if (performance.now() - shown < (terminal ? 500 : 10_000)) return;
    shown = performance.now();
    const hours = (totals.simulated / 3_600_000).toFixed(1);
    const text = `${totals.seeds}/${seeds} seeds, ${hours} simulated hours, ${totals.failures.length} failed`;
    const line = terminal ? `\r${text} ` : `${text}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  };
  const done = (outcome: Parameters<typeof include>[1]): void => {
    include(totals, outcome);
    if (outcome.failure !== undefined) {
      console.log(`\nseed ${outcome.seed} FAILED: ${outcome.failure.text}\n  ${replayCommand(outcome.seed, explore)}`);
    }
    progress();
  };
  if (workers > 1) await runWithWorkers(workers, { from, count: seeds, explore }, done);
  else for (const seed of seedsFrom(from, seeds)) done((explore ? runWalk : runSeed)(core, seed, carryOf(seed)));
  print(totals, (performance.now() - began) / 1000, explore);
  return totals.failures.length === 0;
}

function print(totals: Totals, seconds: number, explore: boolean): void {
  const hours = totals.simulated / 3_600_000;
  const speed = totals.simulated / 1000 / seconds;
  console.log(
    `\n${totals.seeds} ${explore ? "walks" : "seeds"}, ${hours.toFixed(2)} simulated hours in ${seconds.toFixed(1)} s`,
  );
  console.log(`${speed.toFixed(0)} simulated seconds a second, ${(totals.steps / seconds).toFixed(0)} steps a second`);
  console.log(`${totals.elections} elections, ${totals.handovers} of them by hand-over`);
  console.log(`${totals.forgotten} tokens that did not grow because nobody could remember (the documented limit)`);
  console.log(`${totals.worst.toFixed(2)} timeouts without a leader at most while somebody could be elected`);
  const faults = Object.entries(totals.faults).sort(([a], [b]) => a < b ? -1 : 1);
  for (const [kind, count] of faults) console.log(`  ${kind.padEnd(18)}${count}`);
  console.log(totals.failures.length === 0 ? "all promises held" : `${totals.failures.length} seeds FAILED:`);
  for (const { seed, text } of totals.failures.slice(0, 20)) {
    console.log(`  ${replayCommand(seed, explore)}    ${text}`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--scale")) return await simulateScale(args);
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const { seed, verbose, ui, explore, port } = options;
  if (seed === undefined) return await sweepAll(options) ? 0 : 1;
  try {
    return (ui ? await show(seed, port) : replay(seed, explore, verbose)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
