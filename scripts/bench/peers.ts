/**
 * `deno task bench --peers`: this library beside what people use instead, in turns on the same scenes.
 *
 * @module
 */

import { ROOT } from "../harness/process.ts";
import { readWanted } from "../wanted.ts";
import { type Contender, UnavailableContenderError } from "./peers/contender.ts";
import { CONTENDERS } from "./peers/contenders.ts";
import { chartOf, type Row, tableOf } from "./peers/report.ts";
import { type Effort, type Outcome, play } from "./peers/scenes.ts";

const OUT = `${ROOT}/tmp/bench_peers`;
/** Each contender plays so many times, in turns with the others: a machine is not equally busy all the time. */
const ROUNDS = 2;

const FULL: Effort = { starts: 3, crashes: 6, stops: 5, pauses: 3, warmUp: 10_000, steady: 15_000 };
const BRIEF: Effort = { starts: 1, crashes: 2, stops: 2, pauses: 1, warmUp: 2_000, steady: 3_000 };

/** The words that explain it. */
export const PEERS_USAGE = `Usage: deno task bench --peers [--quick] [--only TEXT]...

Three members of each system, in processes of their own, are started, crashed, stopped in good order, paused and left alone. Takes
about half an hour; with --quick, about six minutes. Systems whose program is not here are skipped: redis-server, etcd, initdb
(Postgres) and go are looked for, npm brings the rest. As root on Linux each system has a network namespace of its own, and its
packets are counted. The picture is tmp/bench_peers/peers.svg.

  --quick      fewer samples
  --only TEXT  only those whose name contains this; may be given again`;

interface PeersArguments {
  readonly help: boolean;
  readonly quick: boolean;
  readonly only: readonly string[];
}

/** Reads the arguments. Throws a RangeError that says what is wrong. */
export function parsePeersArguments(args: readonly string[]): PeersArguments {
  const only: string[] = [];
  let [help, quick] = [false, false];
  for (let index = 0; index < args.length; index++) {
    const [name = "", joined] = (args[index] ?? "").split(/=(.*)/s);
    if (name === "--help" || name === "-h") help = true;
    else if (name === "--quick") quick = true;
    else if (name === "--only") {
      const text = joined ?? args[++index];
      if (!CONTENDERS.some((contender) => text !== undefined && contender.name.includes(text))) {
        const names = CONTENDERS.map((contender) => contender.name).join(", ");
        throw new RangeError(`Cannot compare: "--only" must be a part of one of ${names}, got "${text ?? ""}"`);
      }
      only.push(text ?? "");
    } else {
      throw new RangeError(`Cannot compare: unknown argument "${args[index]}"`);
    }
  }
  return { help, quick, only };
}

function together(one: Outcome, other: Outcome): Outcome {
  const names = Object.keys(one) as (keyof Outcome)[];
  return Object.fromEntries(names.map((name) => [name, [...one[name], ...other[name]]])) as unknown as Outcome;
}

async function playAll(contenders: readonly Contender[], { quick }: PeersArguments): Promise<Row[]> {
  const rows = new Map<Contender, Row>();
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    for (const contender of contenders) {
      const name = `${contender.name} ${contender.interval}/${contender.timeout}`;
      try {
        const outcome = await play(contender, quick ? BRIEF : FULL);
        const before = rows.get(contender)?.outcome;
        rows.set(contender, { contender, outcome: before === undefined ? outcome : together(before, outcome) });
        console.log(`${name}: played`);
      } catch (error) {
        const what = error instanceof UnavailableContenderError ? "skipped" : "FAILED";
        console.log(`${name}: ${what}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return contenders.flatMap((contender) => rows.get(contender) ?? []);
}

/** Compares what the arguments ask for; resolves to the exit code. */
export async function benchPeers(args: readonly string[]): Promise<number> {
  const wanted = readWanted(parsePeersArguments, args, PEERS_USAGE);
  if (typeof wanted === "number") return wanted;
  const contenders = CONTENDERS.filter(({ name }) =>
    wanted.only.length === 0 || wanted.only.some((text) => name.includes(text))
  );
  const rows = await playAll(contenders, wanted);
  if (rows.length === 0) return 1;
  await Deno.mkdir(OUT, { recursive: true });
  await Deno.writeTextFile(`${OUT}/peers.svg`, `${chartOf(rows)}\n`);
  await Deno.writeTextFile(`${OUT}/peers.json`, `${JSON.stringify(rows, undefined, 2)}\n`);
  console.log(`\n${tableOf(rows).join("\n")}\n`);
  for (const { contender: { name, remark } } of rows) if (remark !== undefined) console.log(`${name}: ${remark}`);
  console.log(`${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}; ${OUT}/peers.svg`);
  return 0;
}
