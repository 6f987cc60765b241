/**
 * A way through the time of a recorded trace: a slider, steps from change to change, and playing at a speed.
 *
 * @module
 */

import { byId, setAttribute, setText } from "./dom.ts";
import { formatSimulated, type Span } from "./layout.ts";

/** The earliest time of interest after `at`, or the latest before it; undefined when there is none. */
export function stopFrom(stops: readonly number[], at: number, forward: boolean): number | undefined {
  // A stop that is as good as here would never be left.
  const near = 0.5;
  return forward ? stops.find((stop) => stop > at + near) : stops.findLast((stop) => stop < at - near);
}

/** The time after a while of playing. */
export function advance(at: number, elapsed: number, speed: number, end: number): number {
  return Math.min(end, at + elapsed * speed);
}

/** The controls. */
export class Player {
  /** The time shown. */
  at: number;
  readonly #span: Span;
  readonly #stops: readonly number[];
  readonly #slider = byId("slider");
  readonly #play = byId("play");
  #playing = false;
  #frame = 0;

  /** `stops` are the times that the buttons lead to, in their order. */
  constructor(span: Span, stops: readonly number[], onMove: () => void) {
    this.#span = span;
    this.#stops = stops;
    this.at = span.from;
    setAttribute(this.#slider, "min", String(Math.floor(span.from)));
    setAttribute(this.#slider, "max", String(Math.ceil(span.to)));
    this.#slider.addEventListener("input", () => this.#move(Number(this.#slider.value), onMove));
    this.#play.addEventListener("click", () => this.#toggle(onMove));
    byId("back").addEventListener("click", () => this.#jump(false, onMove));
    byId("forth").addEventListener("click", () => this.#jump(true, onMove));
  }

  /** Goes to a time. */
  seek(at: number): void {
    this.at = Math.min(this.#span.to, Math.max(this.#span.from, at));
    this.#slider.value = String(Math.round(this.at));
  }

  /** Says what is seen there, for those who do not see the picture. */
  tell(text: string): void {
    setText(byId("position"), formatSimulated(this.at));
    // While it plays, a new value many times a second would drown everything else.
    if (!this.#playing) setAttribute(this.#slider, "aria-valuetext", `${formatSimulated(this.at, 2)}: ${text}`);
  }

  #move(at: number, onMove: () => void): void {
    this.seek(at);
    onMove();
  }

  #jump(forward: boolean, onMove: () => void): void {
    const stop = stopFrom(this.#stops, this.at, forward);
    this.#move(stop ?? (forward ? this.#span.to : this.#span.from), onMove);
  }

  #toggle(onMove: () => void): void {
    this.#playing = !this.#playing;
    if (this.#playing && this.at >= this.#span.to) this.seek(this.#span.from);
    setText(this.#play, this.#playing ? "Stop" : "Play");
    this.#frame = performance.now();
    if (this.#playing) this.#next(onMove);
  }

  #next(onMove: () => void): void {
    const request: (run: (time: number) => void) => void = Reflect.get(globalThis, "requestAnimationFrame");
    request((time) => {
      if (!this.#playing) return;
      const speed = Number(byId("speed").value);
      this.seek(advance(this.at, Math.max(0, time - this.#frame), speed, this.#span.to));
      this.#frame = time;
      if (this.at >= this.#span.to) this.#toggle(onMove);
      onMove();
      this.#next(onMove);
    });
  }
}
