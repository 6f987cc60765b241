/**
 * What a member measures, for OpenTelemetry and for Prometheus. It does not load with the library itself.
 *
 * @example
 * ```ts
 * import { Democracy } from "@polis/democracy";
 * import { PROMETHEUS_CONTENT_TYPE, PrometheusText } from "@polis/democracy/metrics";
 *
 * await using democracy = new Democracy({ source: "127.0.0.1:0", peers: [] });
 * const metrics = new PrometheusText(democracy, { "democracy.cluster": "jobs" });
 * const response = new Response(metrics.render(), { headers: { "content-type": PROMETHEUS_CONTENT_TYPE } });
 * console.log(response.status);
 * metrics.stop();
 * ```
 *
 * @module
 */

export type { Attributes } from "./catalogue.ts";
export { instrument, type InstrumentOptions } from "./instrument.ts";
export { PROMETHEUS_CONTENT_TYPE, PrometheusText } from "./prometheus.ts";
