/**
 * Somebody leads: the other half of what an election promises. As soon as an eligible voter exchanges datagrams with so many voters
 * that are out of quarantine that they make a quorum, any lease granted before is over, and that stays so, somebody leads within
 * five timeouts, whatever the other links do, and whoever is heavier.
 *
 * @module
 */

import { DEFAULT_ELECTION, type ElectionName } from "../../src/core/message/message.ts";
import { Failure } from "./failure.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** Timeouts. */
const BOUND = 5;
/** Timeouts until any lease granted before is over, by a clock that may be slow. */
const LEASE = 1.02;
/** Of an interval: what a datagram may take on a link that is as it should be. */
const PROMPT = 0.25;

/** Looks every interval whether somebody leads who should. */
export class Liveness<MemberState> {
  /** The longest time without a leader that somebody could have ended, in timeouts: of the default election, and of any named one. */
  worst = 0;
  worstNamed = 0;
  /** When each election was last led. */
  readonly #ledAt = new Map<ElectionName, number>();

  constructor(readonly world: World<MemberState>) {}

  /** Looks on until then. */
  watch(end: number): void {
    const { world } = this;
    if (world.plan.quorum === "none") return;
    const look = (): void => {
      this.#look();
      if (world.now + world.plan.interval <= end) world.timeline.after(world.plan.interval, look);
    };
    world.timeline.after(world.plan.interval, look);
  }

  #look(): void {
    const { world: { now, judge, machines, plan: { elections = [] } } } = this;
    const vacancy = this.#vacancyOf(DEFAULT_ELECTION, judge.believers(now).length > 0, () => true);
    this.worst = Math.max(this.worst, vacancy);
    for (const election of elections) {
      const isLed = machines.some((machine) => machine.termIn(election, now) !== undefined);
      const named = this.#vacancyOf(election, isLed, (machine) => machine.standsIn(election));
      this.worstNamed = Math.max(this.worstNamed, named);
    }
  }

  /** For how many timeouts an election has had no leader though one that `stands` there could have been elected; too many are a failure. */
  #vacancyOf(election: ElectionName, isLed: boolean, stands: (machine: Machine<MemberState>) => boolean): number {
    const { world: { now, voters, plan: { timeout } } } = this;
    if (isLed) this.#ledAt.set(election, now);
    const ledAt = this.#ledAt.get(election) ?? 0;
    if (now - ledAt <= LEASE * timeout) return 0;
    let longest = 0;
    for (const machine of voters) {
      if (!stands(machine)) continue;
      const since = Math.max(ledAt, this.#ableSince(machine)) + LEASE * timeout;
      const vacancy = (now - since) / timeout;
      longest = Math.max(longest, vacancy);
      if (vacancy <= BOUND) continue;
      const which = election === DEFAULT_ELECTION ? "" : ` "${election}"`;
      const text = `nobody has led${which} for ${
        vacancy.toFixed(2)
      } timeouts, though ${machine.plan.name} reaches a quorum`;
      throw new Failure(now, "liveness", text);
    }
    return longest;
  }

  /** Since when a voter could have been elected; Infinity when it could not. */
  #ableSince(machine: Machine<MemberState>): number {
    const { world: { voters, quorum, network, enrolment, plan: { interval } } } = this;
    if (!machine.plan.eligible || machine.settledSince === Infinity) return Infinity;
    const most = PROMPT * interval;
    const reached = voters.flatMap((other) => {
      if (other === machine || other.settledSince === Infinity) return [];
      const forth = network.cleanSince(machine.index, other.index, most);
      const back = network.cleanSince(other.index, machine.index, most);
      return Math.max(other.settledSince, forth, back);
    }).sort((a, b) => a - b);
    // Its own vote is one of them.
    const last = quorum === 1 ? 0 : reached[quorum - 2] ?? Infinity;
    return Math.max(machine.settledSince, last, enrolment.settlesAt);
  }
}
