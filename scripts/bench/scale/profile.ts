/**
 * Where the time of the processes went, by the profiles that V8 writes.
 *
 * @module
 */

/** The parts of a `.cpuprofile` that matter here. Times are microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Where time went, in ms; what was waited is not in it. */
export interface TimeSpent {
  readonly areas: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
}

const IDLE = "(idle)";

/** The first that fits names the area. */
const AREAS: readonly (readonly [part: string, area: string])[] = [
  ["/src/core/", "core"],
  ["/src/wire/", "wire format"],
  ["/src/transport/", "transport"],
  ["/src/", "loop, view and events"],
  ["/scripts/", "the bench itself"],
  ["deno_node/", "runtime: node:dgram, timers"],
  ["node:", "runtime: node:dgram, timers"],
  ["deno_net", "runtime: sockets"],
  ["ext:", "runtime: other"],
];

function areaOf(functionName: string, url: string): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)") return "native: system calls and the event loop";
  if (url === "") return "UDP calls and other built-in functions";
  return AREAS.find(([part]) => url.includes(part))?.[1] ?? "other";
}

/** Adds up one profile, within a window in ms since its start. */
export function spend(spent: TimeSpent, profile: CpuProfile, window: { from: number; to: number }): TimeSpent {
  const areas = new Map(spent.areas);
  const functions = new Map(spent.functions);
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  let time = 0;
  for (const [index, id] of profile.samples.entries()) {
    // A delta is the time since the sample before, which is where that one's function was.
    time += (profile.timeDeltas[index] ?? 0) / 1000;
    const took = (profile.timeDeltas[index + 1] ?? 0) / 1000;
    const frame = frames.get(id);
    if (frame === undefined || time < window.from || time >= window.to || frame.functionName === IDLE) continue;
    const area = areaOf(frame.functionName, frame.url);
    areas.set(area, (areas.get(area) ?? 0) + took);
    const place = frame.url === "" ? "" : ` ${frame.url.split("/").slice(-2).join("/")}:${frame.lineNumber + 1}`;
    const name = `${frame.functionName || "(anonymous)"}${place}`;
    functions.set(name, (functions.get(name) ?? 0) + took);
  }
  return { areas, functions };
}

/** The profiles in a folder, each with the window of one process: which is whose does not matter, they are alike. */
export async function readProfiles(
  folder: string,
  windows: readonly { readonly from: number; readonly to: number }[],
): Promise<TimeSpent> {
  let spent: TimeSpent = { areas: new Map(), functions: new Map() };
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).filter((name) =>
    name.endsWith(".cpuprofile")
  );
  for (const [index, name] of names.entries()) {
    const profile: CpuProfile = JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
    spent = spend(spent, profile, windows[index] ?? { from: 0, to: Infinity });
  }
  return spent;
}

/** The rows of a table: shares of the time that was not idle. */
export function shares(times: ReadonlyMap<string, number>, most: number): string[][] {
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].sort(([, one], [, other]) => other - one).slice(0, most)
    .map(([name, time]) => [`${(time / total * 100).toFixed(1)}`, name]);
}
