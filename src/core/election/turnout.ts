/**
 * Which of the voters answer: what keeps a cluster from electing anybody, before anything else.
 *
 * @module
 */

import { electorateSize } from "../membership/state.ts";
import { type Election, isQuorum, quorum } from "./state.ts";

/** A voter that does not answer. Times are monotonic ms. */
export interface SilentVoter {
  readonly address: string;
  /** `-Infinity` where it was never heard. */
  readonly lastHeard: number;
}

/** Who of the voters is there, as one member sees it. */
export interface Turnout {
  /** Whether those that answer are enough to elect a leader. */
  readonly isQuorum: boolean;
  /** How many must agree. */
  readonly needed: number;
  /** How many there are; infinite as long as nobody has said so. */
  readonly voters: number;
  /** How many answer, this member included if it votes. */
  readonly answering: number;
  readonly silent: readonly SilentVoter[];
}

/** The turnout that a leader could count on now. */
export function turnoutOf(self: Election): Turnout {
  const { electorate, voters } = self.membership;
  const named = voters.items.filter(({ leaving }) => !leaving);
  const own = electorate.votes ? 1 : 0;
  const answering = own + named.filter(({ alive }) => alive).length;
  return {
    isQuorum: isQuorum(self, answering, own + voters.items.filter(({ alive }) => alive).length),
    needed: quorum(self).named,
    voters: electorateSize(self.membership).named,
    answering,
    silent: named.filter(({ alive }) => !alive).map(({ address, lastHeard }) => ({ address, lastHeard })),
  };
}
