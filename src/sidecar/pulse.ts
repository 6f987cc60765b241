/**
 * Whether the loop of the election is alive.
 *
 * @module
 */

import { clearInterval, setInterval } from "node:timers";
import type { Democracy } from "../democracy.ts";

/** Looks in vain this often before it says that the loop is dead. */
const LOOKS_IN_VAIN = 3;
/** The shortest time between two looks, in ms. */
const SHORTEST = 1000;

/**
 * Watches the ticks of a member's loop, of which there is at least one each `timeout`. Looks are counted, not time: after
 * a pause of the whole process nothing is known yet, and nobody shall be killed for it.
 */
export class Pulse {
  readonly #democracy: Democracy;
  readonly #timer: ReturnType<typeof setInterval>;
  #ticks = -1;
  #inVain = 0;
  #failed = false;

  /** Watches from now on; `timeout` is the member's own. */
  constructor(democracy: Democracy, timeout: number) {
    this.#democracy = democracy;
    this.#timer = setInterval(() => this.#look(), Math.max(SHORTEST, timeout));
    this.#timer.unref();
    democracy.on("error", this.#fail);
  }

  /** Whether the loop has moved lately, and has not failed. */
  alive(): boolean {
    if (this.#inVain > 0 && this.#count() !== this.#ticks) this.#inVain = 0;
    return !this.#failed && this.#inVain < LOOKS_IN_VAIN;
  }

  /** Watches no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#democracy.off("error", this.#fail);
  }

  readonly #fail = (): void => {
    this.#failed = true;
  };

  #look(): void {
    const ticks = this.#count();
    this.#inVain = ticks === this.#ticks ? this.#inVain + 1 : 0;
    this.#ticks = ticks;
  }

  #count(): number {
    return this.#democracy.stats().workerLateness.counts.reduce((sum, count) => sum + count, 0);
  }
}
