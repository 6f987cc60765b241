import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { DataPointType, MeterProvider, type MetricData, MetricReader } from "@opentelemetry/sdk-metrics";
import { DURATIONS, NUMBERS } from "../../src/metrics/catalogue.ts";
import { instrument } from "../../src/metrics/instrument.ts";
import { until } from "../../scripts/harness/waiting.ts";
import { withLoner } from "./loner.ts";

/** Collects when it is told to. */
class Collector extends MetricReader {
  async read(): Promise<Map<string, MetricData>> {
    const { resourceMetrics, errors } = await this.collect();
    assertEquals(errors, []);
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
  }

  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("OpenTelemetry's SDK collects every metric, histograms with exact counts and sums", async () => {
  await withLoner(async (member) => {
    const reader = new Collector();
    const provider = new MeterProvider({ readers: [reader] });
    // The loop ticks while it is read: what is counted began between these two.
    const first = member.stats().workerLateness;
    const stop = instrument(member, { meterProvider: provider, attributes: { "democracy.cluster": "jobs" } });
    const last = member.stats().workerLateness;
    const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
    await until("it leads and ticks", () => {
      return member.isLeader() && total(member.stats().workerLateness.counts) > total(last.counts) + 5;
    });
    const before = member.stats().workerLateness;
    const metrics = await reader.read();
    const after = member.stats().workerLateness;
    for (const { name, unit } of NUMBERS) assertEquals(metrics.get(name)?.descriptor.unit, unit, name);
    const leading = metrics.get("democracy.leading");
    assertEquals(leading?.dataPoints.map(({ value, attributes }) => [value, attributes]), [
      [1, { "democracy.cluster": "jobs" }],
    ]);
    const lateness = metrics.get("democracy.tick.lateness");
    assert(lateness?.dataPointType === DataPointType.HISTOGRAM);
    const point = lateness.dataPoints.find(({ attributes }) => attributes["democracy.thread"] === "worker");
    assert(point !== undefined);
    const { count, sum = 0, buckets } = point.value;
    assertEquals(buckets.boundaries, before.upTo.map((ms) => ms / 1000));
    // The loop ticked on while it was read.
    assertGreater(count + 1, total(before.counts) - total(last.counts));
    assertLess(count - 1, total(after.counts) - total(first.counts));
    assertGreater(sum * 1000 + 0.001, total(before.sums) - total(last.sums));
    assertLess(sum * 1000 - 0.001, total(after.sums) - total(first.sums));
    assertEquals(DURATIONS.filter(({ name }) => !metrics.has(name)).map(({ name }) => name), [
      // Alone, a member has no heartbeats to be answered.
      "democracy.heartbeat.round_trip",
    ]);
    stop();
    await provider.shutdown();
  });
});

Deno.test("without an SDK it does nothing, and can be stopped", async () => {
  await withLoner((member) => {
    const stop = instrument(member);
    stop();
    return Promise.resolve();
  });
});
