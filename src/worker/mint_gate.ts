/**
 * Holds a leadership back until its token was minted outside the cluster.
 *
 * @module
 */

import type { Effect } from "../core/effect.ts";

type View = Extract<Effect, { kind: "view" }>;

/** Stands between the core and those who are told what it does. */
export class MintGate {
  readonly #id: string;
  readonly #ask: (term: number | null) => void;
  /** The leadership as the core has it. */
  #view: View | undefined;
  #asked = 0;
  #minted = 0;
  /** What is told once the token is there. */
  #held: Effect[] = [];

  /** `id` is this member's. `ask` wants a token for a term, or with `null` none any more. */
  constructor(id: string, ask: (term: number | null) => void) {
    this.#id = id;
    this.#ask = ask;
  }

  /** The effects to carry out now in place of this one. */
  pass(effect: Effect): Effect[] {
    switch (effect.kind) {
      case "view":
        return [this.#look(effect)];
      case "elected":
        return this.#hold(effect, effect.token);
      case "leader": {
        if (effect.leader?.id === this.#id) return this.#hold(effect, effect.leader.token);
        const untold = this.#held.some(({ kind }) => kind === "leader");
        this.#held = this.#held.filter(({ kind }) => kind !== "leader");
        return untold && effect.leader === undefined ? [] : [effect];
      }
      case "resigned": {
        const untold = this.#held.some(({ kind }) => kind === "elected");
        this.#held = this.#held.filter(({ kind }) => kind !== "elected");
        return untold ? [] : [effect];
      }
      default:
        return [effect];
    }
  }

  /** The effects to carry out now that the token of `term` was minted. */
  minted(term: number): Effect[] {
    if (this.#view?.term !== term) return [];
    this.#minted = term;
    const told = [this.#view, ...this.#held];
    this.#held = [];
    return told;
  }

  #look(view: View): View {
    this.#view = view.leading ? view : undefined;
    const { term } = view;
    if (view.leading && term === this.#minted) return view;
    if (view.leading && term !== this.#asked) this.#ask(this.#asked = term);
    if (!view.leading && this.#asked === term && this.#minted !== term) this.#ask(null);
    return { ...view, leading: false };
  }

  #hold(effect: Effect, term: number): Effect[] {
    if (term === this.#minted) return [effect];
    this.#held.push(effect);
    return [];
  }
}
