/**
 * The timeline: a lane for each member, with a bar for each time that it believed that it led.
 *
 * @module
 */

import { byId, type Element, html, setAttribute, setText, svg } from "./dom.ts";
import {
  barsPath,
  beliefSpans,
  formatAge,
  formatDuration,
  formatSimulated,
  type Overlap,
  overlapsOf,
  placeOf,
  shorten,
  type Span,
  spansWhere,
  ticksOf,
} from "./layout.ts";
import type { Phase } from "./change.ts";
import type { Trace, Track } from "./trace.ts";
import type { Clock } from "./words.ts";

/** The units of a lane's picture; the browser stretches it to the room there is. */
const WIDTH = 1000;
const HEIGHT = 28;
const LEAST = 1.5;
/** Pixels that the label of a mark needs. */
const LABEL_WIDTH = 88;

/** Layers from back to front: what they show, and where in the lane. */
const LAYERS = [
  { name: "away", top: 0, height: HEIGHT },
  { name: "follows", top: 21, height: 3 },
  { name: "leads", top: 5, height: 13 },
  { name: "overlap", top: 2, height: 24 },
] as const;

type Layers = Readonly<Record<typeof LAYERS[number]["name"], Element>>;

/** What part of a trace is shown. */
export interface Shown {
  readonly span: Span;
  /** Up to when it is known. */
  readonly now: number;
  readonly clock: Clock;
  /** Whether it still grows: members may be told of out of order for a moment. */
  readonly live: boolean;
  /** Where the line of the present stands; undefined without one. */
  readonly cursor: number | undefined;
  /** Whether two leaders at a time are a broken promise. */
  readonly exclusive: boolean;
}

/** ms within which live reports of two members may be out of order. */
const SETTLING = 1000;

/** The picture. */
export class Lanes {
  readonly #root = byId("lanes");
  readonly #axis = byId("axis");
  readonly #cursor = byId("cursor");
  readonly #lanes = new Map<string, Layers>();
  #order = "";
  #drawn = "";

  /** Called with a time when somebody points at it. */
  set onSeek(seek: (share: number) => void) {
    const at = (event: Event): void => {
      const { left, width } = this.#axis.getBoundingClientRect();
      seek(Math.min(1, Math.max(0, (Number(Reflect.get(event, "clientX")) - left) / width)));
    };
    let held = false;
    this.#root.addEventListener("pointerdown", (event) => {
      held = true;
      at(event);
    });
    this.#root.addEventListener("pointermove", (event) => held && at(event));
    globalThis.addEventListener("pointerup", () => held = false);
  }

  /** Shows a part of a trace. */
  show(trace: Trace, shown: Shown): void {
    const tracks = trace.members(shown.now);
    this.#arrange(tracks);
    this.#point(shown);
    const drawn = JSON.stringify([shown.span, shown.now, this.#axis.clientWidth]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const settled = shown.live ? shown.now - SETTLING : shown.now;
    const overlaps = overlapsOf(tracks, settled);
    for (const track of tracks) this.#draw(track, shown, overlaps);
    this.#mark(shown);
    this.#tell(tracks, overlaps, shown);
  }

  #arrange(tracks: readonly Track[]): void {
    const order = JSON.stringify(tracks.map(({ id }) => id));
    if (order === this.#order) return;
    this.#order = order;
    this.#lanes.clear();
    const rows = tracks.map(({ id }) => {
      const paths = LAYERS.map(({ name }) => svg("path", { class: `lane-${name}` }));
      const picture = svg(
        "svg",
        { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        ...paths,
      );
      const [away, follows, leads, overlap] = paths;
      if (away && follows && leads && overlap) this.#lanes.set(id, { away, follows, leads, overlap });
      return html("div", { class: "lane" }, html("span", { class: "lane-name", title: id }, shorten(id, 10)), picture);
    });
    this.#root.replaceChildren(...rows);
  }

  #draw(track: Track, { span, now }: Shown, overlaps: readonly Overlap[]): void {
    const layers = this.#lanes.get(track.id);
    if (layers === undefined) return;
    const here = (phase: Phase): boolean => phase === "up";
    const spans: Record<keyof Layers, readonly Span[]> = {
      away: spansWhere(track.phases, (phase) => !here(phase), now),
      follows: spansWhere(track.follows, (leader) => leader !== null && leader !== track.id, now),
      leads: beliefSpans(track, now),
      overlap: overlaps.filter(({ members }) => members.includes(track.id)),
    };
    for (const { name, top, height } of LAYERS) {
      const path = barsPath(spans[name], span, { width: WIDTH, top, height, least: name === "leads" ? LEAST : 0.5 });
      setAttribute(layers[name], "d", path === "" ? "M0 0" : path);
    }
  }

  #mark({ span, clock, now }: Shown): void {
    const most = Math.max(2, Math.floor(this.#axis.clientWidth / LABEL_WIDTH));
    // Marks of the present stay where they are while time passes.
    const zero = clock === "simulated" ? 0 : now;
    const ticks = ticksOf({ from: span.from - zero, to: span.to - zero }, most);
    const labels = ticks.filter((tick) => zero === 0 || tick < 0).map((tick) => {
      const text = clock === "simulated" ? tickOfSimulation(tick, span) : `−${formatAge(-tick)}`;
      const label = html("span", { class: "tick" }, text);
      label.style.setProperty("left", `${placeOf(tick + zero, span, 100)}%`);
      return label;
    });
    const text = labels.map(({ textContent }) => textContent).join();
    if (zero === 0 || text !== this.#axis.dataset.marks) this.#axis.replaceChildren(...labels);
    this.#axis.dataset.marks = text;
  }

  #point({ cursor, span }: Shown): void {
    this.#cursor.hidden = cursor === undefined;
    if (cursor !== undefined) this.#cursor.style.setProperty("--at", String(placeOf(cursor, span, 1000) / 1000));
  }

  #tell(tracks: readonly Track[], overlaps: readonly Overlap[], { now, exclusive }: Shown): void {
    const reigns = tracks.reduce((sum, { beliefs }) => sum + beliefs.filter(({ from }) => from <= now).length, 0);
    const times = `${reigns} ${reigns === 1 ? "time" : "times"} in office`;
    const total = overlaps.reduce((sum, { from, to }) => sum + to - from, 0);
    const doubled = overlaps.length === 0
      ? "never two leaders at once"
      : `two leaders at once for ${formatDuration(total)}${exclusive ? "" : ", as quorum “none” allows"}`;
    const element = byId("overlaps");
    setText(element, `${times}, ${doubled}`);
    setAttribute(element, "data-bad", String(overlaps.length > 0 && exclusive));
  }
}

function tickOfSimulation(tick: number, { from, to }: Span): string {
  const length = to - from;
  return formatSimulated(tick, length > 10_000 ? 0 : length > 1000 ? 1 : 2);
}
