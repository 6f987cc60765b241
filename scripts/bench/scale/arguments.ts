/**
 * What `deno task bench --scale` is asked for.
 *
 * @module
 */

/** What to measure, and how. */
export interface ScaleBenchArguments {
  readonly help: boolean;
  /** Sizes, from small to large. */
  readonly members: readonly number[];
  readonly processes: number;
  /** ms. */
  readonly warmUp: number;
  readonly window: number;
  readonly out: string;
  readonly profile: number | undefined;
}

const SIZES = [5, 10, 20, 50, 100, 200, 400];

/** The help text. */
export const SCALE_USAGE =
  `Usage: deno task bench --scale [--quick] [--members N,N] [--processes P] [--seconds S] [--warm-up S]
                                  [--out FOLDER] [--profile N]

Measures what a member costs against the size of its cluster: real UDP on 127.0.0.1, several members in each of a few
processes, on their main threads. Sizes are tried from small to large until the machine carries no more: not all see all in
time, or somebody healthy is removed, twice. Writes report.html, charts as SVG, and figures.json. Ends with 1 when not even
the smallest is carried.

  --members N,N    sizes (${SIZES})
  --processes P    processes (4)
  --seconds S      measured for each size (10)
  --warm-up S      waited before, once all follow one leader (10)
  --quick          5, 10 and 20 members, 2 s each
  --out FOLDER     where the report goes (tmp/bench_scale)
  --profile N      only N members, and where the time goes in their processes, by V8's profiler
  --help           this text`;

const DEFAULTS: ScaleBenchArguments = {
  ...{ help: false, members: SIZES, processes: 4, warmUp: 10_000, window: 10_000 },
  ...{ out: "tmp/bench_scale", profile: undefined },
};

const QUICK: ScaleBenchArguments = { ...DEFAULTS, members: [5, 10, 20], warmUp: 1000, window: 2000 };

/** Reads the arguments. Throws a RangeError that says what is wrong. */
export function parseScaleBench(args: readonly string[]): ScaleBenchArguments {
  const given = new Map<string, string>();
  const flags = new Set<string>();
  for (let index = 0; index < args.length; index++) {
    const [name = "", joined] = (args[index] ?? "").split(/=(.*)/s);
    if (["--scale", "--quick", "--help"].includes(name)) {
      flags.add(name);
      continue;
    }
    if (!["--members", "--processes", "--seconds", "--warm-up", "--out", "--profile"].includes(name)) {
      throw new RangeError(`Cannot measure: unknown argument "${args[index]}"`);
    }
    const value = joined ?? args[++index];
    if (value === undefined || value === "") throw new RangeError(`Cannot measure: "${name}" needs a value`);
    given.set(name, value);
  }
  const base = flags.has("--quick") ? QUICK : DEFAULTS;
  const number = (name: string, otherwise: number, least: number, most: number): number => {
    const text = given.get(name);
    return text === undefined ? otherwise : readNumber(name, text, least, most);
  };
  const sizes = given.get("--members")?.split(",").map((text) => readWhole("--members", text, 2, 1000));
  const profile = given.get("--profile");
  return {
    help: flags.has("--help"),
    members: [...sizes ?? base.members].sort((one, other) => one - other),
    processes: given.has("--processes") ? readWhole("--processes", given.get("--processes")!, 1, 64) : base.processes,
    warmUp: number("--warm-up", base.warmUp / 1000, 0, 3600) * 1000,
    window: number("--seconds", base.window / 1000, 0.5, 3600) * 1000,
    out: given.get("--out") ?? base.out,
    profile: profile === undefined ? undefined : readWhole("--profile", profile, 2, 1000),
  };
}

function readWhole(name: string, text: string, least: number, most: number): number {
  const value = readNumber(name, text, least, most);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`Cannot measure: "${name}" must be a whole number, got "${text}"`);
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text.trim() === "" ? NaN : text);
  if (value >= least && value <= most) return value;
  throw new RangeError(`Cannot measure: "${name}" must be a number from ${least} to ${most}, got "${text}"`);
}
