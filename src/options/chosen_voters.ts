/**
 * Who votes where a list of members is too long for all of them to.
 *
 * @module
 */

/** Members up to which all vote. */
export const ALL_VOTE = 9;
/**
 * How many of so many must agree: one more than a majority, because a tenth member may be in some lists already. Six of nine
 * and {@linkcode CHOSEN_QUORUM} of the chosen of ten always share a voter.
 */
export const ALL_VOTE_QUORUM = 6;
/** Voters of a larger cluster. */
export const CHOSEN = 7;
/**
 * How many of them must agree: one more than a majority. So two lists whose chosen voters differ in up to two still share
 * a voter in any two quorums: 5 + 5 is more than 7 + 2. In a StatefulSet the chosen are the first of any list, so that it may
 * grow from four or more pods to any number: of five chosen ones a majority of the pods before holds at least one.
 */
export const CHOSEN_QUORUM = 5;

/** How many voters must agree where so many members are listed and nobody says how many. */
export function chosenQuorum(members: number): "majority" | number {
  if (members > ALL_VOTE) return CHOSEN_QUORUM;
  return members === ALL_VOTE ? ALL_VOTE_QUORUM : "majority";
}

/**
 * The voters among the canonical addresses of all members: all of up to nine; of more, the seven whose addresses come first in
 * code unit order. It depends on nothing but the set of addresses: not on their order, on who was written twice, on weights, or
 * on who is there; so nobody can read the same list another way.
 *
 * @example
 * ```ts
 * import { chosenVoters } from "./chosen_voters.ts";
 *
 * const members = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 10}:7000`);
 * console.log(chosenVoters(members).at(-1)); // 10.0.0.16:7000
 * ```
 */
export function chosenVoters(addresses: Iterable<string>): string[] {
  const distinct = [...new Set(addresses)].sort();
  return distinct.length > ALL_VOTE ? distinct.slice(0, CHOSEN) : distinct;
}
