/**
 * What the bench measures, and how it is told.
 *
 * @module
 */

import { greatest, median, percentile } from "../harness/statistics.ts";

/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** What to reach; `report` where nothing is set. */
  readonly target: string;
  readonly unit: string;
  /** The raw values. */
  readonly values: readonly number[];
  /** Undefined where there is nothing to reach. */
  readonly met: boolean | undefined;
  /** Something to know beside the numbers. */
  readonly note?: string;
}

/** What to measure. */
export interface Section {
  readonly name: string;
  /** What is done. */
  readonly about: string;
  /** Measures; gives each figure as soon as it is known. `quick` takes fewer samples and shorter times. */
  run(quick: boolean): AsyncIterable<Figure>;
}

/** A figure whose median, p99 or greatest value may not exceed a bound; each bound is optional. */
export function bounded(
  figure: Pick<Figure, "what" | "unit" | "values" | "note">,
  bounds: { readonly median?: number; readonly p99?: number; readonly most?: number },
): Figure {
  const { values, unit } = figure;
  const checks: [string, number | undefined, number][] = [
    ["median", bounds.median, median(values)],
    ["p99", bounds.p99, percentile(values, 0.99)],
    ["max", bounds.most, greatest(values)],
  ];
  const set = checks.filter(([, bound]) => bound !== undefined);
  const target = set.map(([name, bound]) => `${name} <= ${bound}`).join(", ");
  const measured = values.length > 0 && values.every(Number.isFinite);
  const met = measured && set.every(([, bound, value]) => value <= (bound ?? Infinity));
  return {
    ...figure,
    target: set.length === 0 ? "report" : `${target} ${unit}`,
    met: set.length === 0 ? undefined : met,
  };
}

/** A figure that has to be 0 every time. */
export function zero(what: string, unit: string, values: readonly number[], note?: string): Figure {
  return { what, unit, values, note, target: "0", met: values.length > 0 && values.every((value) => value === 0) };
}

/** A number of so many digits that it can be compared. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  return value.toFixed(size === 0 || size >= 1000 ? 0 : size >= 10 ? 1 : 3);
}

/** The cells of a figure in the table. */
export function cells({ what, target, unit, values, met }: Figure): string[] {
  return [
    what,
    target,
    digits(median(values)),
    digits(percentile(values, 0.99)),
    unit,
    String(values.length),
    met === undefined ? "" : met ? "yes" : "NO",
  ];
}

/** The names of the columns. */
export const COLUMNS = ["figure", "target", "median", "p99", "unit", "n", "met"];
