/**
 * What happened, the newest first.
 *
 * @module
 */

import { byId, html, setText } from "./dom.ts";
import type { Note } from "./trace.ts";
import { type Clock, formatTime } from "./words.ts";

/** Lines on the page. */
const SHOWN = 60;

/** The list. */
export class Log {
  readonly #list = byId("log");
  #first: Note | undefined;
  #count = -1;

  /** Shows the notes up to a time; they are in the order of time. */
  show(notes: readonly Note[], at: number, clock: Clock): void {
    let end = notes.length;
    while (end > 0 && (notes[end - 1]?.at ?? 0) > at) end--;
    const lines = notes.slice(Math.max(0, end - SHOWN), end).reverse();
    if (lines[0] === this.#first && lines.length === this.#count) return;
    this.#first = lines[0];
    this.#count = lines.length;
    setText(byId("log-empty"), lines.length === 0 ? "Nothing yet." : "");
    this.#list.replaceChildren(...lines.map(({ at, id, text, tone }) =>
      html(
        "li",
        { "data-tone": tone },
        html("time", {}, formatTime(at, clock)),
        html("span", { class: "who" }, id === "" ? "cluster" : id),
        html("span", { class: "what" }, text),
      )
    ));
  }
}
