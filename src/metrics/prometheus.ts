/**
 * The library's metrics as Prometheus reads them.
 *
 * Written by hand, in a few lines, because everything is counted already: OpenTelemetry's SDK with its Prometheus
 * exporter is 20 MB and wants a newer Node than this library does, and prom-client would keep a copy of each number.
 * Names are translated as OpenTelemetry's specification of Prometheus compatibility says, so that dashboards fit both.
 *
 * @module
 */

import type { Democracy } from "../democracy.ts";
import {
  type Attributes,
  DURATIONS,
  type DurationsMetric,
  type DurationsPoint,
  type NumberMetric,
  NUMBERS,
  type Source,
} from "./catalogue.ts";
import { LeaderChanges } from "./leader_changes.ts";

/** The content type of {@linkcode PrometheusText.render}. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const UNIT_SUFFIXES: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

/** The metrics of one member as text for Prometheus. */
export class PrometheusText {
  readonly #source: Source;
  readonly #changes: LeaderChanges;
  readonly #common: Attributes;

  /** Counts changes of leader from now on; every line has the attributes `common` as labels. */
  constructor(democracy: Democracy, common: Attributes = {}) {
    this.#changes = new LeaderChanges(democracy);
    this.#source = { democracy, changes: this.#changes.counts };
    this.#common = common;
  }

  /** All metrics as they are now, in the text format 0.0.4. */
  render(): string {
    const parts = [
      ...NUMBERS.map((metric) => numbers(metric, this.#source, this.#common)),
      ...DURATIONS.map((metric) => durations(metric, this.#source, this.#common)),
    ];
    return parts.join("");
  }

  /** Counts no more. */
  stop(): void {
    this.#changes.stop();
  }
}

/** The name that Prometheus knows a metric by. */
export function prometheusName({ name, unit, kind }: NumberMetric | DurationsMetric): string {
  return `${underscored(name)}${UNIT_SUFFIXES[unit] ?? ""}${kind === "counter" ? "_total" : ""}`;
}

function numbers(metric: NumberMetric, source: Source, common: Attributes): string {
  const name = prometheusName(metric);
  const lines = metric.read(source).map(({ attributes, value }) =>
    `${name}${labels({ ...common, ...attributes })} ${value}\n`
  );
  return lines.length === 0 ? "" : header(metric, name) + lines.join("");
}

function durations(metric: DurationsMetric, source: Source, common: Attributes): string {
  const name = prometheusName(metric);
  return header(metric, name) + metric.read(source).map((point) => buckets(name, point, common)).join("");
}

function buckets(name: string, { attributes, durations }: DurationsPoint, common: Attributes): string {
  const all = { ...common, ...attributes };
  let count = 0;
  let sum = 0;
  const lines = durations.counts.map((times, place) => {
    count += times;
    sum += durations.sums[place] ?? 0;
    const most = durations.upTo[place];
    return `${name}_bucket${labels({ ...all, le: most === undefined ? "+Inf" : String(most / 1000) })} ${count}\n`;
  });
  return `${lines.join("")}${name}_sum${labels(all)} ${sum / 1000}\n${name}_count${labels(all)} ${count}\n`;
}

function header({ description, kind }: NumberMetric | DurationsMetric, name: string): string {
  return `# HELP ${name} ${description}\n# TYPE ${name} ${kind === "sum" ? "gauge" : kind}\n`;
}

function labels(attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(([name, value]) => `${underscored(name)}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function underscored(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/gu, "_");
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
