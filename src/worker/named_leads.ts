/**
 * The named elections in which a member stands, at the loop's end: what tells the application whether it leads, and what holds a lead
 * back until its token was minted.
 *
 * @module
 */

import type { Effect } from "../core/effect.ts";
import type { InputEvent } from "../core/input.ts";
import { NamedView, SharedLeases } from "../leadership/named_view.ts";
import type { MintGate } from "./mint_gate.ts";
import type { LoopCommand } from "./protocol.ts";

type Lead = Extract<Effect, { kind: "lead" }>;
type Lease = Extract<Effect, { kind: "lease" }>;

type Enter = Extract<LoopCommand, { type: "enter" }>;

interface Entry {
  readonly view: NamedView;
  readonly gate: MintGate | undefined;
}

/** All of them. */
export class NamedLeads {
  readonly #leases: SharedLeases;
  readonly #entries = new Map<string, Entry>();
  readonly #makeGate: ((election: string) => MintGate) | undefined;

  readonly #run: (event: InputEvent) => void;
  /** What came before the core knew its peers, which it wants to know before anything else. */
  #early: Enter[] | undefined = [];

  /** `run` tells the core; `makeGate` is undefined where tokens are not minted outside. */
  constructor(
    leases: SharedArrayBuffer,
    run: (event: InputEvent) => void,
    makeGate: ((election: string) => MintGate) | undefined,
  ) {
    this.#leases = new SharedLeases(leases);
    this.#run = run;
    this.#makeGate = makeGate;
  }

  /** The core knows its peers. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const command of early) this.enter(command);
  }

  /** The member stands there from now on. */
  enter(command: Enter): void {
    if (this.#early !== undefined) return void this.#early.push(command);
    const { election, view, byWeight, rebalances } = command;
    this.#entries.set(election, { view: new NamedView(this.#leases, view), gate: this.#makeGate?.(election) });
    this.#run({ kind: "enter", election, byWeight, rebalances });
  }

  /** The member stands there no longer. */
  withdraw(election: string): void {
    if (this.#early === undefined) this.#run({ kind: "withdraw", election });
    else this.#early = this.#early.filter((command) => command.election !== election);
    this.#entries.delete(election);
  }

  /** What holds the leads of an election back, if anything does. */
  gateOf(election: string): MintGate | undefined {
    return this.#entries.get(election)?.gate;
  }

  /** Shows whether it leads. */
  show({ election, leading, term, slot, generation }: Lead): void {
    this.#entries.get(election)?.view.publish({ leading, term, slot, generation });
  }

  /** Shows until when a lease holds; `deadline` is of the application's thread. */
  prolong({ slot, generation, wallDeadline }: Lease, deadline: number): void {
    this.#leases.publish({ slot, generation, deadline, wallDeadline });
  }

  /** The loop ends: nothing is led any more. */
  clear(): void {
    for (const { view } of this.#entries.values()) view.publish({ leading: false, term: 0, slot: 0, generation: 0 });
    this.#entries.clear();
  }
}
