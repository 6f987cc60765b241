/**
 * Tells the application what has become of the voters, whenever that has changed.
 *
 * @module
 */

import type { Turnout, VoterTurnout } from "../core/citizen.ts";
import type { Tally, VoterInfo } from "../leadership/quorum.ts";
import type { Ignored } from "./ignored.ts";

/** The account of one member. Times are monotonic ms; what is told has ms since 1970. */
export class TallyKeeper {
  readonly #ignored: Ignored;
  readonly #tell: (tally: Tally) => void;
  /** Host names without an address, and since when. */
  readonly #unresolved = new Map<string, number>();
  #told = "";

  /** `tell` is called with each tally that says something new. */
  constructor(ignored: Ignored, tell: (tally: Tally) => void) {
    this.#ignored = ignored;
    this.#tell = tell;
  }

  /** These entries of the list have no address now. */
  noteUnresolved(entries: readonly string[], now: number): void {
    for (const known of this.#unresolved.keys()) if (!entries.includes(known)) this.#unresolved.delete(known);
    for (const entry of entries) if (!this.#unresolved.has(entry)) this.#unresolved.set(entry, now);
  }

  /** Looks at who answers; returns the tally, which was told if it is another. `wall` is the time in ms since 1970. */
  look(turnout: Turnout, now: number, wall: number): Tally {
    this.#ignored.follow(new Set(turnout.voters.map(({ address }) => address)));
    const tally = this.#tallyOf(turnout, now, (at) => Math.round(wall - now + at));
    const facts = this.#factsOf(turnout, tally);
    if (facts !== this.#told) {
      this.#told = facts;
      this.#tell(tally);
    }
    return tally;
  }

  #tallyOf(
    { isQuorum, needed, size, voters, candidates }: Turnout,
    now: number,
    timeOf: (at: number) => number,
  ): Tally {
    const infos = voters.map((voter) => this.#infoOf(voter, now, timeOf));
    const names = [...this.#unresolved].map(([source, since]): VoterInfo => ({
      ...{ source, id: null, self: false, state: "unresolved", since: timeOf(since), until: null, reason: null },
    }));
    return {
      isQuorum,
      needed: Number.isFinite(needed) ? needed : null,
      size: Number.isFinite(size) ? size : null,
      reachable: infos.filter(({ state }) => state === "votes" || state === "quarantined").length,
      voters: [...infos, ...names],
      candidates,
    };
  }

  #infoOf(voter: VoterTurnout, now: number, timeOf: (at: number) => number): VoterInfo {
    const { address: source, id, self, attendance, since, until } = voter;
    const ignorance = attendance === "silent" ? this.#ignored.reasonOf(source, now) : undefined;
    const from = ignorance?.since ?? since;
    return {
      ...{ source, self, id: id === "" ? null : id },
      state: ignorance === undefined ? attendance : "ignored",
      since: from === -Infinity ? null : timeOf(from),
      until: until === undefined ? null : timeOf(until),
      reason: ignorance?.reason ?? null,
    };
  }

  /** What makes a tally another: by the clock that never jumps. */
  #factsOf({ voters, isQuorum, needed, size, candidates }: Turnout, tally: Tally): string {
    const times = voters.map(({ since, until }) => [since, until]);
    const states = tally.voters.map(({ source, id, state, reason }) => [source, id, state, reason]);
    return JSON.stringify([isQuorum, needed, size, candidates, times, states]);
  }
}
