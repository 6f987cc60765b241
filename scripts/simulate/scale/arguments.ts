/**
 * What `deno task simulate --scale` is asked for.
 *
 * @module
 */

import type { Extent } from "./experiment.ts";
import { EXPERIMENTS } from "./experiments.ts";

/** What to run, and how. */
export interface ScaleArguments {
  readonly help: boolean;
  readonly only: readonly string[];
  readonly workers: number;
  readonly json: string | undefined;
  readonly extent: Extent;
}

const FULL: Extent = {
  members: [10, 100, 1000],
  sizes: [10, 20, 50, 100, 200, 500, 1000],
  losses: [0, 0.05, 0.2, 0.3],
  seed: 1,
  crashes: 20,
  disasters: 10,
  memberHours: 20,
  hours: 1,
};

const QUICK: Extent = {
  members: [10, 100],
  sizes: [10, 20, 50, 100],
  losses: [0, 0.2],
  seed: 1,
  crashes: 5,
  disasters: 2,
  memberHours: 2,
  hours: 0.02,
};

/** The help text. */
export const USAGE =
  `Usage: deno task simulate --scale [--quick] [--only NAME]... [--members N,N] [--loss P,P] [--seed S]
                                     [--crashes K] [--disasters K] [--member-hours H] [--hours H]
                                     [--workers W] [--json FILE]

Simulates large clusters with the default interval and timeout (200 and 1000 ms), and measures them; the checkers of every
simulation watch all the time. With and without Lifeguard in one run; what plain SWIM does again and again is watched for
less time. Ends with 0 if all targets were met, with 1 if not.

  --only NAME        only this experiment; may be given again:
${EXPERIMENTS.map(({ name, about }) => `                     ${name.padEnd(12)}${firstClause(about)}`).join("\n")}
  --members N,N      sizes of the clusters (${FULL.members}; traffic: ${FULL.sizes})
  --loss P,P         per cent of the datagrams that are lost (${
    FULL.losses.map((loss) => loss * 100)
  }), where that varies
  --seed S           everything follows from it (${FULL.seed})
  --crashes K        crashes in each setting of "crash" and "leader" (${FULL.crashes})
  --disasters K      disasters in each setting of "correlated" and "partition" (${FULL.disasters})
  --member-hours H   how long each setting of "healthy" and "slow" is watched (${FULL.memberHours})
  --hours H          how long "hour" is (${FULL.hours})
  --quick            small clusters and few repetitions, unless told otherwise
  --workers W        settings that run at the same time (cores of this machine, at most 4)
  --json FILE        writes all samples there
  --help             this text`;

function firstClause(about: string): string {
  return about.split(/[;:]/)[0] ?? about;
}

/** Reads the arguments. Throws a RangeError that says what is wrong. */
export function parseScale(args: readonly string[]): ScaleArguments {
  const only: string[] = [];
  const given = new Map<string, string>();
  const flags = new Set<string>();
  for (let index = 0; index < args.length; index++) {
    const [name = "", joined] = (args[index] ?? "").split(/=(.*)/s);
    if (name === "--scale" || name === "--quick" || name === "--help") {
      flags.add(name);
      continue;
    }
    if (name !== "--only" && !VALUED.includes(name)) {
      throw new RangeError(`Cannot simulate: unknown argument "${args[index]}"`);
    }
    const value = joined ?? args[++index];
    if (value === undefined || value === "") throw new RangeError(`Cannot simulate: "${name}" needs a value`);
    if (name === "--only") only.push(experimentNamed(value));
    else given.set(name, value);
  }
  const base = flags.has("--quick") ? QUICK : FULL;
  return {
    help: flags.has("--help"),
    only,
    workers: numberOf(given, "--workers", Math.min(4, navigator.hardwareConcurrency), WHOLE),
    json: given.get("--json"),
    extent: extentOf(given, base),
  };
}

const VALUED = [
  ...["--members", "--loss", "--seed", "--crashes", "--disasters", "--member-hours", "--hours", "--workers", "--json"],
];

function extentOf(given: ReadonlyMap<string, string>, base: Extent): Extent {
  const members = listOf(given, "--members", base.members, SIZE);
  const losses = listOf(given, "--loss", base.losses.map((loss) => loss * 100), PER_CENT);
  return {
    members,
    sizes: given.has("--members") ? members : base.sizes,
    losses: losses.map((loss) => loss / 100),
    seed: numberOf(given, "--seed", base.seed, { least: 0, most: 2 ** 32 - 1, whole: true }),
    crashes: numberOf(given, "--crashes", base.crashes, WHOLE),
    disasters: numberOf(given, "--disasters", base.disasters, WHOLE),
    memberHours: numberOf(given, "--member-hours", base.memberHours, HOURS),
    hours: numberOf(given, "--hours", base.hours, HOURS),
  };
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const WHOLE: Range = { least: 1, most: 10_000, whole: true };
const SIZE: Range = { least: 2, most: 2000, whole: true };
const PER_CENT: Range = { least: 0, most: 90, whole: false };
const HOURS: Range = { least: 0.001, most: 100_000, whole: false };

function numberOf(given: ReadonlyMap<string, string>, name: string, otherwise: number, range: Range): number {
  const text = given.get(name);
  return text === undefined ? otherwise : readNumber(name, text, range);
}

function listOf(
  given: ReadonlyMap<string, string>,
  name: string,
  otherwise: readonly number[],
  range: Range,
): readonly number[] {
  const text = given.get(name);
  return text === undefined ? otherwise : text.split(",").map((part) => readNumber(name, part, range));
}

function readNumber(name: string, text: string, { least, most, whole }: Range): number {
  const value = Number(text.trim() === "" ? NaN : text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw new RangeError(`Cannot simulate: "${name}" must be ${kind} from ${least} to ${most}, got "${text}"`);
}

function experimentNamed(name: string): string {
  const names = EXPERIMENTS.map((experiment) => experiment.name);
  if (names.includes(name)) return name;
  throw new RangeError(`Cannot simulate: "--only" must be one of ${names.join(", ")}, got "${name}"`);
}
