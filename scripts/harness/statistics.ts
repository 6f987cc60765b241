/**
 * Values that stand for many.
 *
 * @module
 */

/** The value that a share of all does not exceed, by nearest rank: of 30 values, p99 is the greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Half of the values are no greater. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The greatest value. */
export function greatest(values: readonly number[]): number {
  return percentile(values, 1);
}
