/**
 * Who is heavier.
 *
 * @module
 */

/** What the rank of a member depends on. */
export interface Candidate {
  readonly id: string;
  readonly weight: number;
}

/**
 * Whether `a` comes before `b`: the heavier one does, and of equal weights the greater id in code unit order.
 * A strict total order as long as ids differ, so that no two members can demote each other for ever.
 */
export function outranks(a: Candidate, b: Candidate): boolean {
  return a.weight !== b.weight ? a.weight > b.weight : a.id > b.id;
}

/** The one that outranks all others, or undefined when there is none. */
export function heaviest<T extends Candidate>(candidates: Iterable<T>): T | undefined {
  let first: T | undefined;
  for (const candidate of candidates) {
    if (first === undefined || outranks(candidate, first)) first = candidate;
  }
  return first;
}
