/**
 * The library's metrics as instruments of OpenTelemetry. Only its API is needed, which does nothing, and costs nothing,
 * until the application sets up an SDK.
 *
 * @module
 */

import { type Meter, type MeterProvider, metrics, type Observable, type ObservableCallback } from "@opentelemetry/api";
import type { Democracy } from "../democracy.ts";
import {
  type Attributes,
  DURATIONS,
  type DurationsMetric,
  type NumberMetric,
  NUMBERS,
  type Source,
} from "./catalogue.ts";
import { LeaderChanges } from "./leader_changes.ts";

/** How a member is measured. */
export interface InstrumentOptions {
  /** Whose meters to use; default: the global provider, which must have been set before. */
  readonly meterProvider?: MeterProvider;
  /** What every point says beside its own attributes, for instance `{ "democracy.cluster": "jobs" }`. */
  readonly attributes?: Attributes;
}

/**
 * Measures a member with OpenTelemetry: leader changes by reason, whether it leads, token, lease, members, round trips
 * of heartbeats, lateness of timers, and datagrams. To be called after the SDK was set up. Returns what ends it.
 *
 * @example
 * ```ts
 * import { Democracy } from "@polis/democracy";
 * import { instrument } from "@polis/democracy/metrics";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * const stop = instrument(democracy, { attributes: { "democracy.cluster": "jobs" } });
 * await democracy.ready;
 * stop();
 * ```
 */
export function instrument(democracy: Democracy, options: InstrumentOptions = {}): () => void {
  const { meterProvider = metrics.getMeterProvider(), attributes = {} } = options;
  const meter = meterProvider.getMeter("@polis/democracy");
  const changes = new LeaderChanges(democracy);
  const source: Source = { democracy, changes: changes.counts };
  const observables = NUMBERS.map((metric) => {
    const observable = createObservable(meter, metric);
    return { observable, observe: observer(metric, source, attributes) };
  });
  const replays = DURATIONS.map((metric) => replayer(meter, metric, source, attributes));
  const [carrier] = observables;
  for (const { observable, observe } of observables) observable.addCallback(observe);
  for (const replay of replays) carrier?.observable.addCallback(replay);
  return (): void => {
    for (const { observable, observe } of observables) observable.removeCallback(observe);
    for (const replay of replays) carrier?.observable.removeCallback(replay);
    changes.stop();
  };
}

function observer(metric: NumberMetric, source: Source, common: Attributes): ObservableCallback {
  return (result): void => {
    for (const { attributes, value } of metric.read(source)) result.observe(value, { ...common, ...attributes });
  };
}

function createObservable(meter: Meter, { name, kind, unit, description }: NumberMetric): Observable {
  switch (kind) {
    case "counter":
      return meter.createObservableCounter(name, { unit, description });
    case "sum":
      return meter.createObservableUpDownCounter(name, { unit, description });
    case "gauge":
      return meter.createObservableGauge(name, { unit, description });
  }
}

/**
 * OpenTelemetry has no histogram that is read when asked. So this is asked at each collection, with the observables and
 * before the histograms, and records what was counted since the last one: as often as it happened, each time with the
 * mean of its class. Classes, counts and sums come out exact.
 */
function replayer(meter: Meter, metric: DurationsMetric, source: Source, common: Attributes): () => void {
  const { name, unit, description } = metric;
  let before = metric.read(source);
  const bounds = (before[0]?.durations.upTo ?? []).map((ms) => ms / 1000);
  const histogram = meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: bounds } });
  return (): void => {
    const now = metric.read(source);
    for (const [index, { attributes, durations }] of now.entries()) {
      const old = before[index]?.durations;
      for (const [place, count] of durations.counts.entries()) {
        const times = count - (old?.counts[place] ?? 0);
        const sum = (durations.sums[place] ?? 0) - (old?.sums[place] ?? 0);
        const mean = Math.min(sum / times / 1000, bounds[place] ?? Number.POSITIVE_INFINITY);
        for (let time = 0; time < times; time++) histogram.record(mean, { ...common, ...attributes });
      }
    }
    before = now;
  };
}
