/**
 * Why the lead changed, as one member saw it.
 *
 * @module
 */

import type { Democracy } from "../democracy.ts";
import type { LifecycleEvents } from "../leadership/events.ts";

/** Counts the changes of leader that a member sees, until it is stopped. */
export class LeaderChanges {
  /**
   * How often, by reason: `elected` (this member leads), the reason of a `resigned` event (this member led), `followed`
   * (another leads) and `lost` (another led, and nobody is known to have followed it).
   */
  readonly counts: Map<string, number> = new Map([["elected", 0], ["followed", 0], ["lost", 0]]);
  readonly #democracy: Democracy;
  #leader: string | undefined;

  /** Counts from now on. */
  constructor(democracy: Democracy) {
    this.#democracy = democracy;
    this.#leader = democracy.leader()?.id;
    democracy.on("elected", this.#elected).on("resigned", this.#resigned).on("leader", this.#changed);
  }

  /** Counts no more. */
  stop(): void {
    this.#democracy.off("elected", this.#elected).off("resigned", this.#resigned).off("leader", this.#changed);
  }

  readonly #elected = (): void => this.#add("elected");

  readonly #resigned = ({ reason }: LifecycleEvents["resigned"]): void => this.#add(reason);

  readonly #changed = (leader: LifecycleEvents["leader"]): void => {
    const before = this.#leader;
    this.#leader = leader?.id;
    const own = this.#democracy.id;
    if (leader !== null && leader.id !== own) this.#add("followed");
    if (leader === null && before !== undefined && before !== own) this.#add("lost");
  };

  #add(reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }
}
