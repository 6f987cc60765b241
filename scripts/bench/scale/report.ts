/**
 * What was measured, as charts, a page and lines of a table.
 *
 * @module
 */

import { digits } from "../figure.ts";
import { greatest, median } from "../../harness/statistics.ts";
import { type Chart, drawChart, escapeText } from "./chart.ts";
import { factorsOf } from "./fit.ts";
import type { Measurement } from "./measure.ts";

const KIBIBYTE = 1024;

/** Heartbeats a second of a full mesh: a ping to each peer in each interval, and an ack for each. */
export function fullMesh(members: number, interval: number): number {
  return 2 * (members - 1) / (interval / 1000);
}

/** Whether all saw all in time, and nobody was removed. */
export function isCarried({ formation, removals }: Measurement): boolean {
  return formation !== undefined && removals === 0;
}

/** The names of the columns of {@linkcode cellsOf}. */
export const COLUMNS = [
  ...[
    "members",
    "processes",
    "all agreed after, s",
    "packets/s, median",
    "max",
    "of the leader",
    "full mesh",
    "bytes/s, median",
    "of the leader",
  ],
  ...["CPU, ms/s", "cores busy", "state, KiB", "heap, KiB", "RSS, KiB", "removals", "lost, %", "load before"],
];

/** One size as a row. */
export function cellsOf(measurement: Measurement, interval: number): string[] {
  const { members, processes, formation, packets, bytes, leaderPackets, leaderBytes } = measurement;
  const { cpu, cores, state, heap, rss, removals, lost, load } = measurement;
  return [
    ...[String(members), String(processes), formation === undefined ? "never" : digits(formation / 1000)],
    ...[median(packets), greatest(packets), leaderPackets, fullMesh(members, interval), median(bytes), leaderBytes]
      .map(digits),
    ...[cpu, cores, state / KIBIBYTE, heap / KIBIBYTE, rss / KIBIBYTE].map(digits),
    ...[String(removals), digits(lost * 100), digits(load)],
  ];
}

function xAxis(measured: readonly Measurement[]): Chart["x"] {
  return { label: "members", scale: "log", ticks: measured.map(({ members }) => members) };
}

/** The charts, by the names of their files. */
export function chartsOf(measured: readonly Measurement[], interval: number): Map<string, string> {
  const x = xAxis(measured);
  const points = (read: (measurement: Measurement) => number) =>
    measured.map((each) => [each.members, read(each)] as const);
  const log = (label: string): Chart["y"] => ({ label, scale: "log" });
  const linear = (label: string): Chart["y"] => ({ label, scale: "linear" });
  const seen = measured.map(({ members }) => members).join(", ");
  const charts: [string, Chart][] = [
    ["packets", {
      ...{ title: "Packets that a member sends", x, y: log("packets a second") },
      description: `Packets a second against members (${seen}), beside the formula of a full mesh`,
      series: [
        { name: "median member", points: points(({ packets }) => median(packets)) },
        { name: "leader", points: points(({ leaderPackets }) => leaderPackets) },
        { name: "full mesh: 2(N-1)/T", points: points(({ members }) => fullMesh(members, interval)), formula: true },
      ],
    }],
    ["bytes", {
      ...{ title: "Bytes that a member sends", x, y: log("bytes a second") },
      description: `UDP payload a second against members (${seen})`,
      series: [
        { name: "median member", points: points(({ bytes }) => median(bytes)) },
        { name: "leader", points: points(({ leaderBytes }) => leaderBytes) },
      ],
    }],
    ["cpu", {
      ...{ title: "CPU of a member", x, y: linear("ms of a core, a second") },
      description: `CPU time for each member against members (${seen})`,
      series: [{ name: "mean member", points: points(({ cpu }) => cpu) }],
    }],
    ["memory", {
      ...{ title: "Memory of a member", x, y: log("KiB") },
      description: `What a member remembers, and adds to its process, against members (${seen})`,
      series: [
        { name: "its state", points: points(({ state }) => state / KIBIBYTE) },
        { name: "objects in use", points: points(({ heap }) => heap / KIBIBYTE) },
        { name: "RSS", points: points(({ rss }) => rss / KIBIBYTE) },
      ],
    }],
  ];
  return new Map(charts.map(([name, chart]) => [name, drawChart(name, chart)]));
}

/** What a member remembers, in bytes: in any cluster, and for each member that it knows. */
export interface MemoryShares {
  readonly base: number;
  readonly known: number;
}

/** The shares that explain what was measured; undefined where too few sizes were. */
export function memoryShares(measured: readonly Measurement[]): MemoryShares | undefined {
  // Of as many sizes as shares, any noise would be explained.
  if (measured.length < 3) return undefined;
  const [base, known] = factorsOf(measured.map(({ members }) => [1, members]), measured.map(({ state }) => state)) ??
    [];
  return base === undefined || known === undefined ? undefined : { base, known };
}

/** The constants that are stated for memory. */
export function tellMemory(measured: readonly Measurement[]): string {
  const shares = memoryShares(measured);
  if (shares === undefined) return "What a member remembers: too few sizes to tell";
  const { base, known } = shares;
  return `What a member remembers, by least squares: ${digits(base / KIBIBYTE)} KiB, and ${
    known.toFixed(0)
  } bytes for each ` +
    "member of its cluster";
}

/** How much this machine carries. */
export function tellCarried(measured: readonly Measurement[], cores: number): string {
  const largest = measured.filter(isCarried).at(-1);
  if (largest === undefined) return `Not even ${measured[0]?.members ?? 0} members were carried`;
  const { members, processes, cores: busy } = largest;
  return `Carried: ${members} members in ${processes} processes, which kept ${digits(busy)} of ${cores} cores busy`;
}

const PAGE_STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: light-dark(#fff, #12161d);
    color: light-dark(#1c2330, #e9edf4); }
  figure { margin: 1.5rem 0; } svg { width: 100%; height: auto; display: block; }
  .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.85rem; }
  th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid light-dark(#dfe3ea, #2b3341); }
`;

/** The page: what was done, the charts, and all figures. */
export function pageOf(
  measured: readonly Measurement[],
  charts: ReadonlyMap<string, string>,
  { interval, timeout, machine }: { interval: number; timeout: number; machine: string },
  cores: number,
): string {
  const cell = (name: "th" | "td") => (text: string): string => `<${name}>${escapeText(text)}</${name}>`;
  const rows = measured.map((each) => `<tr>${cellsOf(each, interval).map(cell("td")).join("")}</tr>`);
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Democracy at scale</title>
<style>${PAGE_STYLE}</style>
<h1>What a member costs, against the size of its cluster</h1>
<p>${
    escapeText(machine)
  }. Real UDP sockets on 127.0.0.1, one for each member; interval ${interval} ms, timeout ${timeout} ms;
several members share the main thread of each process. Steady state: nothing happens, and nobody is removed.
${escapeText(tellCarried(measured, cores))}. ${escapeText(tellMemory(measured))}.</p>
${[...charts.values()].map((chart) => `<figure>${chart}</figure>`).join("\n")}
<div class="wide"><table>
<thead><tr>${COLUMNS.map(cell("th")).join("")}</tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table></div>
<p>Packets, bytes and CPU are per member and second. State is what a member remembers, by a simulation of as many members.
Heap is objects in use after a garbage collection, RSS the memory of the process: what the members added, divided by their
number, in which code and buffers of few members in several processes weigh most. The load is that of the machine before
each size: a machine with other work carries less.</p>
</html>
`;
}
