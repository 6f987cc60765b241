/**
 * The members as a list, in the demo with buttons for what can be done to each.
 *
 * @module
 */

import { byId, type Element, html, setAttribute, setText } from "./dom.ts";
import { formatWeight } from "./layout.ts";
import type { Scene, SceneMember } from "./trace.ts";
import { badgeOf } from "./words.ts";

/** What can be done to a member of the demo. */
export type Deed = "crash" | "start" | "block" | "hang" | "pause" | "resume" | "part" | "rejoin" | "resign";

/** Called when a button is pressed. */
export type Act = (id: string, deed: Deed) => void;

interface Control {
  readonly hint: string;
  /** The deed at the moment, its label, and whether it can be done. */
  now(member: SceneMember): { readonly deed: Deed; readonly label: string; readonly possible: boolean };
}

const CONTROLS: readonly Control[] = [
  {
    hint: "Kills the process, or starts it again",
    now: ({ phase }) =>
      phase === "down"
        ? { deed: "start", label: "Start", possible: true }
        : { deed: "crash", label: "Crash", possible: phase !== "starting" },
  },
  {
    hint: "Blocks the main thread for 1.5 s: longer than the lease, and nobody is replaced",
    now: ({ phase }) => ({ deed: "block", label: "Block", possible: phase === "up" }),
  },
  {
    hint: "Blocks the main thread for 5 s: longer than stallTimeout, and the lead is given away",
    now: ({ phase }) => ({ deed: "hang", label: "Hang", possible: phase === "up" }),
  },
  {
    hint: "Stops the whole process, or lets it go on",
    now: ({ phase }) =>
      phase === "paused"
        ? { deed: "resume", label: "Resume", possible: true }
        : { deed: "pause", label: "Pause", possible: phase === "up" || phase === "blocked" },
  },
  {
    hint: "Parts it from all that are not cut off, or lets it reach them again",
    now: ({ track }) =>
      track.apart
        ? { deed: "rejoin", label: "Rejoin", possible: true }
        : { deed: "part", label: "Cut off", possible: true },
  },
  {
    hint: "Asks the leader to hand the lead over",
    now: ({ phase, belief }) => ({
      deed: "resign",
      label: "Resign",
      possible: phase === "up" && belief !== undefined,
    }),
  },
];

interface Card {
  readonly item: Element;
  readonly badge: Element;
  readonly facts: Element;
  readonly buttons: readonly Element[];
}

/** The list. */
export class Roster {
  readonly #list = byId("roster");
  readonly #act: Act | undefined;
  readonly #cards = new Map<string, Card>();
  #order = "";

  /** With `act` there are buttons. */
  constructor(act?: Act) {
    this.#act = act;
  }

  /** Shows a scene; `observer` is the member that says so, if it is one. */
  show(scene: Scene, observer: string | null): void {
    const order = JSON.stringify(scene.members.map(({ track }) => track.id));
    if (order !== this.#order) this.#arrange(scene.members, order);
    for (const member of scene.members) this.#dress(member, observer);
  }

  /** Cards that stay keep their element: a button that has the focus keeps it. */
  #arrange(members: readonly SceneMember[], order: string): void {
    this.#order = order;
    const here = new Set(members.map(({ track }) => track.id));
    for (const [id, { item }] of this.#cards) {
      if (here.has(id)) continue;
      item.remove();
      this.#cards.delete(id);
    }
    for (const { track } of members) {
      const card = this.#cards.get(track.id) ?? this.#makeCard(track.id);
      this.#cards.set(track.id, card);
      this.#list.append(card.item);
    }
  }

  #makeCard(id: string): Card {
    const badge = html("p", { class: "badge" });
    const facts = html("p", { class: "facts" });
    const buttons = this.#act === undefined
      ? []
      : CONTROLS.map(({ hint }) => html("button", { type: "button", title: hint }));
    const item = html("li", { class: "card" }, html("h3", {}, id), badge, facts);
    if (buttons.length > 0) {
      item.append(html("div", { class: "controls", role: "group", "aria-label": id }, ...buttons));
    }
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const { deed } = button.dataset;
        // A disabled button would lose the focus; this one only does nothing.
        if (deed !== undefined && button.getAttribute("aria-disabled") !== "true") this.#act?.(id, deed as Deed);
      });
    }
    return { item, badge, facts, buttons };
  }

  #dress(member: SceneMember, observer: string | null): void {
    const { track } = member;
    const card = this.#cards.get(track.id);
    if (card === undefined) return;
    const { text, tone } = badgeOf(member);
    setText(card.badge, text);
    setAttribute(card.item, "data-tone", tone);
    const facts = [`weight ${formatWeight(track.weight)}`];
    if (track.source !== "") facts.push(track.source);
    if (!track.eligible) facts.push("never leads");
    if (observer === track.id) facts.push("this member");
    if (track.apart) facts.push("cut off");
    setText(card.facts, facts.join(" · "));
    for (const [index, { now }] of CONTROLS.entries()) {
      const button = card.buttons[index];
      if (button === undefined) continue;
      const { deed, label, possible } = now(member);
      setText(button, label);
      setAttribute(button, "aria-label", `${label} ${track.id}`);
      setAttribute(button, "data-deed", deed);
      setAttribute(button, "aria-disabled", possible ? undefined : "true");
    }
  }
}
