/**
 * Charts of lines as SVG, readable on light and dark ground, as files of their own and inside a page.
 *
 * @module
 */

import { type Axis, type Span, spanOf, tickText } from "./axis.ts";

/** One line. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Not measured: drawn with dashes and without marks. */
  readonly formula?: boolean;
}

/** A chart. */
export interface Chart {
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 420;
const AREA = { left: 76, right: 20, top: 82, bottom: 58 };
const INNER = { width: WIDTH - AREA.left - AREA.right, height: HEIGHT - AREA.top - AREA.bottom };
/** About the width of a letter of the legend. */
const LETTER = 7.8;
const LEGEND = { y: 58, swatch: 26, gap: 22 };
const MARKS = 4;

const STYLE = `
  .chart { color-scheme: light dark; --ground: #ffffff; --ink: #1c2330; --faint: #5b6472; --grid: #dfe3ea;
    --s0: #1d5fd1; --s1: #b4470b; --s2: #0a7a52; --s3: #8a3ab9; font: 13px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) {
    .chart { --ground: #12161d; --ink: #e9edf4; --faint: #a2acbb; --grid: #2b3341;
      --s0: #7fb0ff; --s1: #ffa566; --s2: #5fd6a4; --s3: #d49bff; }
  }
  .ground { fill: var(--ground); } text { fill: var(--ink); } .faint { fill: var(--faint); }
  .title { font-size: 16px; font-weight: 600; } .grid { stroke: var(--grid); } .axis { stroke: var(--faint); }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .formula { stroke-dasharray: 7 5; }
  ${
  [0, 1, 2, 3].map((index) => `.c${index} { stroke: var(--s${index}); } .m${index} { fill: var(--s${index}); }`).join(
    " ",
  )
}
`;

/** Draws a chart. The ids of its texts begin with `name`, so that a page may hold several. */
export function drawChart(name: string, { title, description, x, y, series }: Chart): string {
  const points = series.flatMap((each) => each.points);
  const [across, up] = [spanOf(x, points.map(([value]) => value)), spanOf(y, points.map(([, value]) => value))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" class="chart" role="img" ` +
    `aria-labelledby="${name}-title ${name}-text">`,
    `<title id="${name}-title">${escapeText(title)}</title>`,
    `<desc id="${name}-text">${escapeText(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${AREA.left}" y="28">${escapeText(title)}</text>`,
    ...legend(series),
    ...grid(across, up),
    `<text class="faint" x="${AREA.left + INNER.width / 2}" y="${HEIGHT - 14}" text-anchor="middle">` +
    `${escapeText(x.label)}</text>`,
    `<text class="faint" transform="translate(20 ${AREA.top + INNER.height / 2}) rotate(-90)" text-anchor="middle">` +
    `${escapeText(y.label)}</text>`,
    ...series.flatMap((each, index) => draw(each, index % MARKS, across, up)),
    "</svg>",
  ].join("\n");
}

function grid(across: Span, up: Span): string[] {
  const bottom = AREA.top + INNER.height;
  const right = AREA.left + INNER.width;
  return [
    ...up.ticks.map((tick) => {
      const at = fixed(yOf(up, tick));
      return `<path class="grid" d="M${AREA.left} ${at}H${right}"/>` +
        `<text class="faint" x="${AREA.left - 10}" y="${at}" dy="0.35em" text-anchor="end">${tickText(tick)}</text>`;
    }),
    ...across.ticks.map((tick) => {
      const at = fixed(xOf(across, tick));
      return `<path class="axis" d="M${at} ${bottom}v6"/>` +
        `<text class="faint" x="${at}" y="${bottom + 22}" text-anchor="middle">${tickText(tick)}</text>`;
    }),
    `<path class="axis" fill="none" d="M${AREA.left} ${AREA.top}V${bottom}H${right}"/>`,
  ];
}

function legend(series: readonly Series[]): string[] {
  let left = AREA.left;
  return series.map(({ name, formula }, index) => {
    const from = left;
    left += LEGEND.swatch + 8 + name.length * LETTER + LEGEND.gap;
    const place = index % MARKS;
    const end = from + LEGEND.swatch;
    return `<path class="line c${place}${formula ? " formula" : ""}" d="M${fixed(from)} ${LEGEND.y - 5}H${
      fixed(end)
    }"/>` +
      `${formula ? "" : mark(place, from + LEGEND.swatch / 2, LEGEND.y - 5)}` +
      `<text x="${fixed(end + 8)}" y="${LEGEND.y}">${escapeText(name)}</text>`;
  });
}

function draw({ name, points, formula }: Series, place: number, across: Span, up: Span): string[] {
  const placed = points.filter(([, value]) => Number.isFinite(value)).map(([x, y]) => ({
    ...{ x: xOf(across, x), y: yOf(up, y) },
    text: `${name}, ${tickText(x)}: ${tickText(y)}`,
  }));
  const path = placed.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${fixed(x)} ${fixed(y)}`).join("");
  const line = `<path class="line c${place}${formula ? " formula" : ""}" d="${path}"/>`;
  if (formula) return [line];
  return [line, ...placed.map(({ x, y, text }) => `<g><title>${escapeText(text)}</title>${mark(place, x, y)}</g>`)];
}

/** Series differ by the shape of their marks, too. */
function mark(place: number, x: number, y: number): string {
  const [left, top] = [fixed(x), fixed(y)];
  switch (place) {
    case 0:
      return `<circle class="m0" cx="${left}" cy="${top}" r="4"/>`;
    case 1:
      return `<rect class="m1" x="${fixed(x - 3.8)}" y="${fixed(y - 3.8)}" width="7.6" height="7.6"/>`;
    case 2:
      return `<path class="m2" d="M${left} ${fixed(y - 5)}l4.8 8.6h-9.6z"/>`;
    default:
      return `<path class="m3" d="M${left} ${fixed(y - 5.2)}l5.2 5.2l-5.2 5.2l-5.2 -5.2z"/>`;
  }
}

function xOf(span: Span, value: number): number {
  return AREA.left + span.place(value) * INNER.width;
}

function yOf(span: Span, value: number): number {
  return AREA.top + (1 - span.place(value)) * INNER.height;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Text that means nothing to a parser of HTML or XML. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
