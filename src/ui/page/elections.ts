/**
 * The named elections as a table: who leads how many, and which moved when. A thousand must stay readable: a filter finds one.
 *
 * @module
 */

import { byId, html, setText } from "./dom.ts";
import type { NamedLead } from "./trace.ts";
import { type Clock, formatTime } from "./words.ts";

/** Rows on the page. */
const ROWS_SHOWN = 100;

/** What is shown of them. */
export interface ElectionsShown {
  readonly rows: readonly NamedLead[];
  /** How many elections each leads, the most first; the empty id stands for nobody. */
  readonly shares: readonly (readonly [id: string, count: number])[];
  /** How many fit the filter. */
  readonly found: number;
}

/** The elections whose name, or whose leader's id, has that text in it. `latest`: those that moved last come first. */
export function choose(elections: Iterable<NamedLead>, filter: string, latest: boolean): ElectionsShown {
  const all = [...elections];
  const wanted = filter.trim().toLowerCase();
  const found = all.filter(({ name, leader }) =>
    name.toLowerCase().includes(wanted) || (leader ?? "").toLowerCase().includes(wanted)
  );
  found.sort((one, other) =>
    (latest ? other.at - one.at : 0) || one.name.localeCompare(other.name, "en", { numeric: true })
  );
  const counts = new Map<string, number>();
  for (const { leader } of all) counts.set(leader ?? "", (counts.get(leader ?? "") ?? 0) + 1);
  const shares = [...counts].sort(([one, many], [other, more]) => more - many || one.localeCompare(other, "en"));
  return { rows: found.slice(0, ROWS_SHOWN), shares, found: found.length };
}

/** The table. */
export class Elections {
  readonly #section = byId("elections");
  readonly #rows = byId("elections-rows");
  readonly #filter = byId("elections-filter");
  readonly #order = byId("elections-order");
  #drawn = "";

  /** Shows the elections, if there are any and something about them is new. */
  show(elections: ReadonlyMap<string, NamedLead>, changes: number, clock: Clock): void {
    this.#section.hidden = elections.size === 0;
    const wanted = JSON.stringify([changes, this.#filter.value, this.#order.value]);
    if (elections.size === 0 || wanted === this.#drawn) return;
    this.#drawn = wanted;
    const { rows, shares, found } = choose(elections.values(), this.#filter.value, this.#order.value === "latest");
    const led = shares.map(([id, count]) => `${id === "" ? "nobody" : id} ${count}`).join(" · ");
    setText(byId("elections-shares"), `${elections.size}: ${led}`);
    setText(byId("elections-found"), found > rows.length ? `${rows.length} of ${found} are shown.` : "");
    this.#rows.replaceChildren(...rows.map(({ name, leader, token, at }) =>
      html(
        "tr",
        { "data-tone": leader === null ? "bad" : "plain" },
        html("th", { scope: "row" }, name),
        html("td", {}, leader ?? "nobody"),
        html("td", { class: "numbers" }, token === null ? "" : String(token)),
        html("td", { class: "numbers" }, html("time", {}, formatTime(at, clock))),
      )
    ));
  }
}
