/**
 * For how long a process believed that it led, and for how long two of them did.
 *
 * @module
 */

/** A time during which every answer of `isLeader()` was true. Machine time in ms; see `MachineClock`. */
export interface Belief {
  /** The first answer. */
  readonly from: number;
  /** The last answer. */
  readonly to: number;
  readonly token: number | null;
}

/** Who believed it. */
export interface MemberBelief extends Belief {
  readonly member: string;
}

/** The first answer after a time without any. */
export interface FirstAnswer {
  /** How long nothing was asked, in ms. */
  readonly pause: number;
  readonly leads: boolean;
}

/** What to ask: one Democracy. */
export interface Believer {
  isLeader(): boolean;
  readonly token: number | null;
}

/** ms between two answers from which on the process is said to have been paused. */
const PAUSE = 250;

/** The answers of one process, asked as often as it can. */
export class BeliefLog {
  readonly beliefs: Belief[] = [];
  readonly firstAnswers: FirstAnswer[] = [];
  samples = 0;
  /** The longest time between two answers, pauses aside, in ms. */
  longestGap = 0;
  readonly #now: () => number;
  #last: number | undefined;
  #believes = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Asks once. */
  sample(believer: Believer): void {
    let at = this.#now();
    let leads = believer.isLeader();
    // A process that was stopped in between does not know which instant this answer is of.
    while (this.#now() - at > PAUSE) {
      at = this.#now();
      leads = believer.isLeader();
    }
    const pause = at - (this.#last ?? at);
    if (pause > PAUSE) this.firstAnswers.push({ pause, leads });
    else this.longestGap = Math.max(this.longestGap, pause);
    this.samples += 1;
    this.#last = at;
    this.#note(at, leads, leads ? believer.token : null);
  }

  #note(at: number, leads: boolean, token: number | null): void {
    const current = this.#believes ? this.beliefs.at(-1) : undefined;
    this.#believes = leads;
    if (!leads) return;
    // The lease may end between the answer and the question for its token.
    if (current === undefined || (token !== null && token !== current.token)) {
      this.beliefs.push({ from: at, to: at, token });
    } else {
      this.beliefs[this.beliefs.length - 1] = { ...current, to: at };
    }
  }
}

/** How two processes contradicted each other. */
export interface Contradiction {
  /** For how long two or more believed that they led. */
  readonly ms: number;
  /** How many pairs of beliefs met; an instant counts, too. */
  readonly pairs: number;
}

/** Looks for an instant at which two different members believed that they led. */
export function contradiction(beliefs: readonly MemberBelief[]): Contradiction {
  let pairs = 0;
  for (const [index, one] of beliefs.entries()) {
    for (const other of beliefs.slice(index + 1)) {
      if (one.member !== other.member && one.from <= other.to && other.from <= one.to) pairs += 1;
    }
  }
  return { ms: doubled(beliefs), pairs };
}

/** For how long at least two believed. */
function doubled(beliefs: readonly Belief[]): number {
  const edges = beliefs.flatMap(({ from, to }) => [{ at: from, step: 1 }, { at: to, step: -1 }]);
  edges.sort((one, other) => one.at - other.at || one.step - other.step);
  let ms = 0;
  let believers = 0;
  let since = 0;
  for (const { at, step } of edges) {
    if (believers >= 2) ms += at - since;
    believers += step;
    since = at;
  }
  return ms;
}
