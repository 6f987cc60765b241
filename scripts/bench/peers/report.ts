/**
 * What was measured, as a table and as a picture.
 *
 * @module
 */

import { greatest, median } from "../../harness/statistics.ts";
import { table } from "../../harness/table.ts";
import type { Contender } from "./contender.ts";
import type { Outcome } from "./scenes.ts";

/** A contender and what came of it. */
export interface Row {
  readonly contender: Contender;
  /** All runs of it together. */
  readonly outcome: Outcome;
}

/** As measured by the project on 2026-11-25, which is not repeated here: client-go needs an API server, and leases of whole seconds. */
const QUOTED = [[
  "client-go 15/10/2 s (2026-11-25)",
  "15000/10000",
  "",
  "17745",
  "15881",
  "6 of 6",
  "0.6",
  "28",
  "0.8",
]];

const HEAD = [
  ...["system", "interval/timeout", "cold start", "crash", "stop", "wrong after SIGSTOP", "CPU ms/s", "MiB"],
  "packets/s",
];

function middle(values: readonly number[], places = 0): string {
  return values.length === 0 ? "-" : median(values).toFixed(places);
}

function spread(values: readonly number[]): string {
  return values.length === 0 ? "-" : `${middle(values)} (max ${greatest(values).toFixed(0)})`;
}

function wrong(values: readonly number[]): string {
  const times = values.filter((value) => value > 0);
  const most = times.length === 0 ? "" : `, up to ${greatest(times).toFixed(0)} ms`;
  if (values.some(Number.isNaN)) return "never replaced";
  return values.length === 0 ? "-" : `${times.length} of ${values.length}${most}`;
}

/** The table, line by line. Medians; times in ms; CPU, memory and packets of one member that does not lead. */
export function tableOf(rows: readonly Row[]): string[] {
  const cells = rows.map(({ contender: { name, interval, timeout }, outcome }) => [
    ...[name, `${interval}/${timeout}`, middle(outcome.coldStart), spread(outcome.crash), spread(outcome.stop)],
    ...[wrong(outcome.wrong), middle(outcome.cpu, 1), middle(outcome.memory), middle(outcome.packets, 1)],
  ]);
  return table(HEAD, [...cells, ...QUOTED]);
}

const CHART = { width: 760, label: 240, bar: 18, gap: 8, top: 34 };
const PANELS = [
  { title: "crash to another leader, ms", read: ({ crash }: Outcome) => median(crash), color: "#c2410c" },
  { title: "stop in good order to another leader, ms", read: ({ stop }: Outcome) => median(stop), color: "#0369a1" },
  { title: "CPU of a member at rest, ms/s", read: ({ cpu }: Outcome) => median(cpu), color: "#4d7c0f" },
] as const;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function panel(rows: readonly Row[], { title, read, color }: (typeof PANELS)[number], top: number): string {
  const values = rows.map(({ outcome }) => read(outcome));
  const most = Math.max(1, ...values.filter(Number.isFinite));
  const { width, label, bar, gap } = CHART;
  const bars = rows.map(({ contender: { name, interval, timeout } }, index) => {
    const value = values[index] ?? NaN;
    const y = top + CHART.top + index * (bar + gap);
    const length = Number.isFinite(value) ? value / most * (width - label - 80) : 0;
    const told = Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : "-";
    return `<text x="${label - 8}" y="${y + 14}" text-anchor="end">${escaped(name)} ${interval}/${timeout}</text>` +
      `<rect x="${label}" y="${y}" width="${length.toFixed(1)}" height="${bar}" fill="${color}"/>` +
      `<text x="${(label + length + 6).toFixed(1)}" y="${y + 14}">${told}</text>`;
  });
  return `<text x="${label}" y="${top + 22}" font-weight="bold">${title}</text>${bars.join("")}`;
}

/** The picture: bars for a crash, a stop and the cost. */
export function chartOf(rows: readonly Row[]): string {
  const height = CHART.top + rows.length * (CHART.bar + CHART.gap) + 16;
  const panels = PANELS.map((each, index) => panel(rows, each, index * height));
  const [width, all] = [CHART.width, height * PANELS.length];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${all}" font-family="sans-serif" font-size="12">` +
    `<rect width="${width}" height="${all}" fill="white"/>${panels.join("")}</svg>`;
}
