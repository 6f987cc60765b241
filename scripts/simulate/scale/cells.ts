/**
 * Findings as cells of a table.
 *
 * @module
 */

import { percentile } from "../../harness/statistics.ts";
import { TIMEOUT } from "./cluster_plan.ts";
import type { Setting } from "./experiment.ts";

/** The names of the columns that {@linkcode spread} fills. */
export function spreadColumns(what: string): string[] {
  return [what, "p90", "p99", "max"];
}

/** Median, p90, p99 and greatest of some ms, in multiples of the timeout. */
export function spread(values: readonly number[]): string[] {
  return [0.5, 0.9, 0.99, 1].map((share) => inTimeouts(percentile(values, share)));
}

/** ms as a multiple of the timeout; what did not come while it was waited for has not come yet. */
export function inTimeouts(ms: number): string {
  if (Number.isNaN(ms)) return "-";
  return ms === Infinity ? "not yet" : (ms / TIMEOUT).toFixed(2);
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** The cells that say which setting a row is about. */
export function settingCells({ members, loss, lifeguard }: Setting): string[] {
  return [String(members), percent(loss), lifeguard ? "lifeguard" : "plain SWIM"];
}

/** Their columns. */
export const SETTING_COLUMNS = ["members", "loss", "detector"];

/** A rate that may be as small as it likes. */
export function rate(value: number): string {
  return value === 0 ? "0" : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
