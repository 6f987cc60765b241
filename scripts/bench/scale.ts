/**
 * `deno task bench --scale`: what a member costs against the size of its cluster, with real sockets.
 *
 * @module
 */

import { table } from "../harness/table.ts";
import { DEFAULT_TIMING } from "../harness/stand.ts";
import { parseScaleBench, SCALE_USAGE, type ScaleBenchArguments } from "./scale/arguments.ts";
import { garbageOf, tellGarbage } from "./scale/garbage.ts";
import { measure, type Measurement } from "./scale/measure.ts";
import { readProfiles, shares } from "./scale/profile.ts";
import {
  cellsOf,
  chartsOf,
  COLUMNS,
  isCarried,
  memoryShares,
  pageOf,
  tellCarried,
  tellMemory,
} from "./scale/report.ts";
import { readWanted } from "../wanted.ts";

/** ms that it may take until all see all, and for each member of the cluster. */
const GATHERING_TIME = { base: 30_000, each: 100 };
/** The functions that a profile names. */
const NAMED = 20;

/** Measures what the arguments ask for; resolves to the exit code. */
export async function benchScale(args: readonly string[]): Promise<number> {
  const wanted = readWanted(parseScaleBench, args, SCALE_USAGE);
  if (typeof wanted === "number") return wanted;
  await Deno.mkdir(wanted.out, { recursive: true });
  if (wanted.profile !== undefined) return await profile(wanted, wanted.profile);
  const measured = await measureSizes(wanted);
  await report(wanted, measured);
  return measured.some(isCarried) ? 0 : 1;
}

async function measureOne(
  { processes, warmUp, window }: ScaleBenchArguments,
  members: number,
  profile?: string,
): Promise<Measurement> {
  const patience = GATHERING_TIME.base + members * GATHERING_TIME.each;
  return await measure({ members, processes, ...DEFAULT_TIMING, warmUp, window, patience, profile });
}

async function measureSizes(wanted: ScaleBenchArguments): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const members of wanted.members) {
    let measurement: Measurement;
    try {
      measurement = await measureOne(wanted, members);
    } catch (error) {
      console.error(`${members} members: ${error instanceof Error ? error.message : error}`);
      break;
    }
    measured.push(measurement);
    const cells = cellsOf(measurement, DEFAULT_TIMING.interval);
    console.error(COLUMNS.map((name, index) => `${name} ${cells[index]}`).join(", "));
    // One removal may be another program's fault: the next size may still be carried.
    const failures = measured.slice(-2).filter((each) => !isCarried(each)).length;
    if (measurement.formation === undefined || failures === 2) break;
  }
  return measured;
}

async function report({ out }: ScaleBenchArguments, measured: readonly Measurement[]): Promise<void> {
  const { interval } = DEFAULT_TIMING;
  const cores = navigator.hardwareConcurrency;
  const machine = `Deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}, ${cores} cores`;
  // What was not carried is in the table, but its figures are not those of a steady state.
  const carried = measured.filter(isCarried);
  const charts = chartsOf(carried, interval);
  const told = { machine, ...DEFAULT_TIMING, at: new Date().toISOString() };
  for (const [name, svg] of charts) await Deno.writeTextFile(`${out}/${name}.svg`, `${svg}\n`);
  await Deno.writeTextFile(`${out}/report.html`, pageOf(measured, charts, told, cores));
  const figures = { ...told, memory: memoryShares(measured) ?? null, measured };
  await Deno.writeTextFile(`${out}/figures.json`, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(`\n${table(COLUMNS, measured.map((each) => cellsOf(each, interval))).join("\n")}\n`);
  console.log(`${tellCarried(measured, cores)}\n${tellMemory(measured)}\n${out}/report.html`);
}

async function profile(wanted: ScaleBenchArguments, members: number): Promise<number> {
  const folder = await Deno.makeTempDir({ dir: wanted.out, prefix: "profile_" });
  const measurement = await measureOne(wanted, members, folder);
  const { areas, functions } = await readProfiles(folder, measurement.windows);
  console.log(`${members} members in ${measurement.processes} processes, in steady state: where their time goes\n`);
  console.log(table(["%", "area"], shares(areas, areas.size)).join("\n"));
  console.log(`\n${table(["%", "function"], shares(functions, NAMED)).join("\n")}`);
  console.log(`\n${measurement.cpu.toFixed(2)} ms of a core for each member and second, profiler included`);
  console.log(tellGarbage(await garbageOf(members)));
  console.log(`${folder}: profiles for the developer tools of Chrome`);
  return isCarried(measurement) ? 0 : 1;
}
