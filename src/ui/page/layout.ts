/**
 * Where things stand on the page: places on the ring, marks on a line of time.
 *
 * @module
 */

import { endOf, type Step, type Track } from "./trace.ts";

/** A place in the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A part of time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A time during which more than one member believed that it led. */
export interface Overlap extends Span {
  readonly members: readonly string[];
}

/** Two decimals are less than a pixel, and a picture that does not change is the same text. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Places on a circle, the first at the top, clockwise. One alone stands in the middle. */
export function ringPoints(count: number, center: Point, radius: number): Point[] {
  if (count === 1) return [center];
  return Array.from({ length: count }, (_, index) => {
    const angle = 2 * Math.PI * index / count - Math.PI / 2;
    return { x: round(center.x + radius * Math.cos(angle)), y: round(center.y + radius * Math.sin(angle)) };
  });
}

/** How big members are drawn: the heaviest the biggest, by rank, since weights may be of any size. */
export function sizesByWeight(weights: readonly number[], least: number, most: number): number[] {
  const ranks = [...new Set(weights)].sort((one, other) => one - other);
  const highest = ranks.length - 1;
  return weights.map((weight) =>
    highest === 0 ? (least + most) / 2 : round(least + (most - least) * ranks.indexOf(weight) / highest)
  );
}

/** Where a time stands on a line of `width`; outside of it, where it would stand. */
export function placeOf(time: number, { from, to }: Span, width: number): number {
  return to === from ? 0 : round(width * (time - from) / (to - from));
}

/** The line of time as a path: a bar for each span that can be seen, at least `least` wide. */
export function barsPath(
  spans: readonly Span[],
  shown: Span,
  { width, top, height, least }: {
    readonly width: number;
    readonly top: number;
    readonly height: number;
    readonly least: number;
  },
): string {
  let path = "";
  for (const { from, to } of spans) {
    if (to < shown.from || from > shown.to) continue;
    const left = Math.max(0, placeOf(from, shown, width));
    const right = Math.min(width, placeOf(to, shown, width));
    const length = round(Math.min(Math.max(right - left, least), width - left));
    if (length > 0) path += `M${left} ${top}h${length}v${height}h${-length}z`;
  }
  return path;
}

/** The times at which a value held. */
export function spansWhere<Value>(
  steps: readonly Step<Value>[],
  holds: (value: Value) => boolean,
  now: number,
): Span[] {
  const spans: Span[] = [];
  for (const [index, { at, value }] of steps.entries()) {
    if (holds(value) && at <= now) spans.push({ from: at, to: Math.min(steps[index + 1]?.at ?? now, now) });
  }
  return spans;
}

/** When a member believed that it led. */
export function beliefSpans({ beliefs }: Pick<Track, "beliefs">, now: number): Span[] {
  return beliefs.filter(({ from }) => from <= now).map((belief) => ({ from: belief.from, to: endOf(belief, now) }));
}

/** Numbers that differ by less are the same instant. */
const ROUNDING = 1e-3;

/** When two members or more believed that they led. */
export function overlapsOf(tracks: readonly Pick<Track, "id" | "beliefs">[], now: number): Overlap[] {
  const all = tracks.flatMap((track) => beliefSpans(track, now).map((span) => ({ ...span, id: track.id })));
  all.sort((one, other) => one.from - other.from);
  const overlaps: Overlap[] = [];
  let open: typeof all = [];
  for (const span of all) {
    open = open.filter(({ to }) => to - span.from > ROUNDING);
    for (const other of open) {
      const to = Math.min(span.to, other.to);
      if (other.id !== span.id && to - span.from > ROUNDING) {
        overlaps.push({ from: span.from, to, members: [other.id, span.id] });
      }
    }
    open.push(span);
  }
  return overlaps;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const HOUR = 3_600_000;

/** Times for the marks of a line: round ones, `most` of them at most. */
export function ticksOf({ from, to }: Span, most: number): number[] {
  const wanted = (to - from) / most;
  const step = STEPS.find((each) => each >= wanted) ?? Math.max(600_000, Math.ceil(wanted / HOUR) * HOUR);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to && ticks.length < most; tick += step) ticks.push(tick);
  return ticks;
}

/** A length of time for people. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A round length of time, as marks have it: no zeros that say nothing. */
export function formatAge(ms: number): string {
  return ms < 60_000 ? `${Number((ms / 1000).toFixed(1))} s` : formatDuration(ms).replace(/ 0 (s|min|h)$/, "");
}

/** A time of a simulation. */
export function formatSimulated(ms: number, digits = 3): string {
  return `${(ms / 1000).toFixed(digits)} s`;
}

/** A weight, with as many digits as matter. */
export function formatWeight(weight: number, digits = 3): string {
  if (Number.isInteger(weight) && Math.abs(weight) < 1e6) return String(weight);
  return String(Number(weight.toPrecision(digits)));
}

/** A name in little room: names made by machines differ at their ends. */
export function shorten(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const head = Math.floor((most - 1) / 3);
  return `${letters.slice(0, head).join("")}…${letters.slice(head + 1 - most).join("")}`;
}
