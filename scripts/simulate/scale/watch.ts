/**
 * Who sees whom, and who follows whom, in a simulated cluster: by what members tell their applications.
 *
 * @module
 */

import type { Effect } from "../../../src/core/effect.ts";
import type { Cookie, Message } from "../../../src/core/message/message.ts";
import type { Spectator, Watched } from "../spectator.ts";

/** Somebody was removed, by the places of the two. */
export interface Removal {
  readonly observer: number;
  readonly subject: number;
  readonly time: number;
  /** Whether the process that was removed was running. */
  readonly alive: boolean;
}

/** Listens to all members. */
export class Watch implements Spectator {
  onRemoved: (removal: Removal) => void = () => {};
  onElected: (machine: Watched, time: number) => void = () => {};
  onSent: ((machine: Watched, cookie: Cookie, message: Message) => void) | undefined;
  /** When a running process was last added anywhere. */
  lastAdded = 0;
  /** How often a process was added that ran no more. */
  ghosts = 0;
  #machines: readonly Watched[] = [];
  readonly #size: number;
  /** Whether the observer (row) sees the present or last process of the subject (column). */
  readonly #sees: Uint8Array;
  readonly #places = new Map<string, number>();
  /** What each member knows of the leader, and since when. */
  readonly #leaders: string[];
  readonly #leadersSince: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#sees = new Uint8Array(size * size);
    this.#leaders = new Array<string>(size).fill("");
    this.#leadersSince = new Float64Array(size);
  }

  /** Says whom to watch. */
  attach(machines: readonly Watched[]): void {
    this.#machines = machines;
    for (const { plan, index } of machines) this.#places.set(plan.address, index);
  }

  /** A new process starts at a place: nobody sees it, and it sees nobody. */
  renew(place: number): void {
    this.#sees.fill(0, place * this.#size, (place + 1) * this.#size);
    for (let observer = 0; observer < this.#size; observer++) this.#sees[observer * this.#size + place] = 0;
    this.#leaders[place] = "";
  }

  sees(observer: number, subject: number): boolean {
    return this.#sees[observer * this.#size + subject] === 1;
  }

  /** Whether all who run see all who run. */
  isComplete(): boolean {
    return this.#machines.every(({ alive, index }) => !alive || this.#seesAll(index));
  }

  /** Since when all who run follow `leader` in `term`; undefined when one of them does not. */
  followedSince(leader: Watched): number | undefined {
    const wanted = leaderKey(leader.plan.name, leader.view.term);
    let since = 0;
    for (const { alive, index } of this.#machines) {
      if (!alive) continue;
      if (this.#leaders[index] !== wanted) return undefined;
      since = Math.max(since, this.#leadersSince[index]!);
    }
    return since;
  }

  told(machine: Watched, effect: Effect, time: number): void {
    switch (effect.kind) {
      case "send":
        return this.onSent?.(machine, effect.cookie, effect.message);
      case "added":
        return this.#added(machine.index, effect.member, time);
      case "removed":
        return this.#removed(machine.index, effect.member, time);
      case "leader": {
        const { leader } = effect;
        this.#leaders[machine.index] = leader === undefined ? "" : leaderKey(leader.id, leader.token);
        this.#leadersSince[machine.index] = time;
        return;
      }
      case "elected":
        return this.onElected(machine, time);
    }
  }

  #added(observer: number, { source, boot }: { source: string; boot: string }, time: number): void {
    const subject = this.#places.get(source);
    if (subject === undefined) return;
    if (!this.#runs(subject, boot)) {
      this.ghosts++;
      return;
    }
    this.#sees[observer * this.#size + subject] = 1;
    this.lastAdded = time;
  }

  #removed(observer: number, { source, boot }: { source: string; boot: string }, time: number): void {
    const subject = this.#places.get(source);
    if (subject === undefined || this.#machines[subject]!.boot !== boot) return;
    // The removal of a ghost tells nothing.
    if (!this.sees(observer, subject)) return;
    this.#sees[observer * this.#size + subject] = 0;
    this.onRemoved({ observer, subject, time, alive: this.#runs(subject, boot) });
  }

  #runs(place: number, boot: string): boolean {
    const machine = this.#machines[place]!;
    return machine.alive && machine.boot === boot;
  }

  #seesAll(observer: number): boolean {
    const row = observer * this.#size;
    for (const { alive, index } of this.#machines) {
      if (alive && index !== observer && this.#sees[row + index] === 0) return false;
    }
    return true;
  }
}

function leaderKey(name: string, term: number): string {
  return `${name} ${term}`;
}
