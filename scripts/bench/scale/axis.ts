/**
 * The axes of a chart: where values stand, and which of them are written there.
 *
 * @module
 */

/** One axis. */
export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
  /** Written there, in place of round numbers. */
  readonly ticks?: readonly number[];
}

/** An axis with its bounds. */
export interface Span {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Where a value stands, from 0 to 1. */
  place(value: number): number;
}

const STEPS = [1, 2, 5, 10];
const WANTED_TICKS = 5;
/** More decades than these are marked by their powers of ten alone. */
const DETAILED_DECADES = 3;

/** The bounds and ticks that some values need. */
export function spanOf({ scale, ticks }: Axis, values: readonly number[]): Span {
  const finite = values.filter((value) => Number.isFinite(value) && (scale === "linear" || value > 0));
  const [least, most] = finite.length === 0 ? [1, 10] : [Math.min(...finite), Math.max(...finite)];
  return scale === "linear" ? linear(most, ticks) : logarithmic(least, most, ticks);
}

function linear(most: number, given: readonly number[] | undefined): Span {
  const step = roundStep(most / WANTED_TICKS);
  const high = most <= 0 ? 1 : Math.ceil(most / step - 1e-9) * step;
  const count = Math.round(high / step);
  const ticks = given ?? Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
  return { low: 0, high, ticks, place: (value) => value / high };
}

function logarithmic(least: number, most: number, given: readonly number[] | undefined): Span {
  const [low, high] = given === undefined ? [roundDown(least), roundUp(most)] : [least, most];
  const width = Math.log(high / low) || 1;
  const place = (value: number): number => Math.log(value / low) / width;
  return { low, high, ticks: given ?? logTicks(low, high), place };
}

function logTicks(low: number, high: number): number[] {
  const marks = Math.log10(high / low) > DETAILED_DECADES ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const mark of marks) {
      const value = Number((mark * 10 ** power).toPrecision(12));
      if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
    }
  }
  return ticks;
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundStep(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value * 0.999) ?? 10);
}

function roundUp(value: number): number {
  return roundStep(value);
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.findLast((step) => step * power <= value * 1.001) ?? 1);
}

/** A number as it is written at an axis. */
export function tickText(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 10_000) return `${Number((value / 1000).toPrecision(3))} k`;
  return String(Number(value.toPrecision(3)));
}
