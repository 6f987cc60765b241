/**
 * Holds a leadership back until its token was minted outside the cluster, and tells it with that token.
 *
 * @module
 */

import type { Effect, LeaderInfo } from "../core/effect.ts";

/** What says whether this member leads: in the default election, or in a named one. */
type View = Extract<Effect, { kind: "view" | "lead" }>;

/** Stands between the core and those who are told what it does. */
export class MintGate {
  readonly #id: string;
  readonly #ask: (term: number | null) => void;
  /** The leadership as the core has it. */
  #view: View | undefined;
  #asked = 0;
  /** The term whose token was minted last, and that token: the term itself, unless that would be far ahead of the clocks. */
  #minted = 0;
  #token = 0;
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
      case "lead":
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
        return untold ? [] : [this.#withToken(effect)];
      }
      default:
        return [effect];
    }
  }

  /** The effects to carry out now that the `token` of `term` was minted. */
  minted(term: number, token: number): Effect[] {
    if (this.#view?.term !== term) return [];
    this.#minted = term;
    this.#token = token;
    const told = [this.#view, ...this.#held].map((effect) => this.#withToken(effect));
    this.#held = [];
    return told;
  }

  /** Who leads, with the token that others are told. */
  named(leader: LeaderInfo): LeaderInfo {
    return leader.id === this.#id && leader.token === this.#minted ? { ...leader, token: this.#token } : leader;
  }

  #look(view: View): View {
    this.#view = view.leading ? view : undefined;
    const { term } = view;
    if (view.leading && term === this.#minted) return { ...view, term: this.#token };
    if (view.leading && term !== this.#asked) this.#ask(this.#asked = term);
    if (!view.leading && this.#asked === term && this.#minted !== term) this.#ask(null);
    return { ...view, leading: false };
  }

  #hold(effect: Effect, term: number): Effect[] {
    if (term === this.#minted) return [this.#withToken(effect)];
    this.#held.push(effect);
    return [];
  }

  /** What is told of this member's leadership names the token that was minted for it. */
  #withToken(effect: Effect): Effect {
    const [term, token] = [this.#minted, this.#token];
    switch (effect.kind) {
      case "view":
      case "lead":
        return effect.term === term ? { ...effect, term: token } : effect;
      case "elected":
      case "resigned":
        return effect.token === term ? { ...effect, token } : effect;
      case "leader":
        return { ...effect, leader: effect.leader && this.named(effect.leader) };
      default:
        return effect;
    }
  }
}
