/**
 * `deno task bench`: speed and cost on loopback, with what is to be reached. Members are processes of their own.
 *
 * @module
 */

import { LOSS, PARTITION } from "./bench/bad_network.ts";
import { CALL, START } from "./bench/calls.ts";
import { STEADY } from "./bench/cost.ts";
import { ELECTIONS } from "./bench/elections.ts";
import { COLD_START, CRASH, HAND_OVER } from "./bench/failover.ts";
import { cells, COLUMNS, type Figure, type Section } from "./bench/figure.ts";
import { median, percentile } from "./harness/statistics.ts";
import { BLOCK, STOP } from "./bench/pauses.ts";
import { benchPeers } from "./bench/peers.ts";
import { benchScale } from "./bench/scale.ts";
import { table } from "./harness/table.ts";
import { readWanted } from "./wanted.ts";

const SECTIONS: readonly Section[] = [
  ...[CALL, START, COLD_START, HAND_OVER, CRASH, BLOCK, STOP, PARTITION, LOSS, STEADY, ELECTIONS],
];

const NAMES = SECTIONS.map(({ name }) => name);

const USAGE = `Usage: deno task bench [--quick] [--only NAME]... [--json FILE]
       deno task bench --scale [--help]
       deno task bench --peers [--help]
       deno task bench --elections [--quick]

Measures everything on 127.0.0.1 with processes of their own, in about fifteen minutes. Ends with 0 if all that is to be reached
was reached, with 1 if not.

  --quick       fewer samples and shorter times, about five minutes
  --only NAME   only this: ${NAMES.join(", ")}; may be given again
  --json FILE   writes the raw values there
  --help        this text`;

/** What to run. */
export interface BenchArguments {
  readonly help: boolean;
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly json: string | undefined;
}

/** Reads the arguments. Throws a RangeError that says what is wrong. */
export function parseArguments(args: readonly string[]): BenchArguments {
  const only: string[] = [];
  let help = false;
  let quick = false;
  let json: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const [name = "", joined] = (args[index] ?? "").split(/=(.*)/s);
    if (name === "--help" || name === "-h") {
      help = true;
    } else if (name === "--quick") {
      quick = true;
    } else if (name === "--only" || name === "--json") {
      const value = joined ?? args[++index];
      if (value === undefined || value === "") throw new RangeError(`Cannot measure: "${name}" needs a value`);
      if (name === "--json") json = value;
      else if (NAMES.includes(value)) only.push(value);
      else throw new RangeError(`Cannot measure: "--only" must be one of ${NAMES.join(", ")}, got "${value}"`);
    } else {
      throw new RangeError(`Cannot measure: unknown argument "${args[index]}"`);
    }
  }
  return { help, quick, only, json };
}

/** The figures as JSON, with all their values. */
export function toJson(figures: readonly Figure[]): string {
  const told = figures.map((figure) => ({
    ...figure,
    what: figure.what.trim(),
    met: figure.met ?? null,
    median: median(figure.values),
    p99: percentile(figure.values, 0.99),
  }));
  const { os, arch } = Deno.build;
  const machine = { os, arch, cores: navigator.hardwareConcurrency, deno: Deno.version.deno };
  return `${JSON.stringify({ machine, at: new Date().toISOString(), figures: told }, undefined, 2)}\n`;
}

async function measure({ quick, only, json }: BenchArguments): Promise<boolean> {
  const figures: Figure[] = [];
  const broken: string[] = [];
  console.log(`Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, loopback${quick ? ", quick" : ""}`);
  for (const { name, about, run } of SECTIONS) {
    if (only.length > 0 && !only.includes(name)) continue;
    const begun = performance.now();
    console.log(`\n${name}: ${about}`);
    try {
      for await (const figure of run(quick)) {
        figures.push(figure);
        console.log(
          `  ${cells(figure).filter((cell) => cell !== "").join(" | ")}${figure.note ? `  (${figure.note})` : ""}`,
        );
      }
    } catch (error) {
      broken.push(name);
      console.log(`  FAILED: ${error instanceof Error ? error.stack : error}`);
    }
    console.log(`  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
  console.log(`\n${table(COLUMNS, figures.map(cells)).join("\n")}\n`);
  console.log("p99 is by nearest rank: of less than 100 values it is the greatest.");
  if (json !== undefined) await Deno.writeTextFile(json, toJson(figures));
  const missed = figures.filter(({ met }) => met === false);
  const reached = figures.filter(({ met }) => met === true).length;
  console.log(`${reached} of ${reached + missed.length} targets met`);
  for (const { what, target } of missed) console.log(`missed: ${what.trim()} (${target})`);
  for (const name of broken) console.log(`failed: ${name}`);
  return missed.length === 0 && broken.length === 0;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--scale")) return await benchScale(args);
  if (args.includes("--peers")) return await benchPeers(args.filter((each) => each !== "--peers"));
  const given = args.map((argument) => argument === "--elections" ? `--only=${ELECTIONS.name}` : argument);
  const wanted = readWanted(parseArguments, given, USAGE);
  if (typeof wanted === "number") return wanted;
  return await measure(wanted) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
