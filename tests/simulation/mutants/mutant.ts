/**
 * What a mutant is: a bug that people make in such protocols, planted by the name of the function that has it. Files may be moved and
 * lines rewritten; a function that is renamed fails the mutant, instead of leaving it without effect.
 *
 * @module
 */

/** Which function of the core or the wire. */
export interface Target {
  /** Its name; a method's with its class, as `Pool.next`. */
  readonly of: string;
  /** The end of its module's path without `.ts`, where several modules have a function of that name. */
  readonly in?: string;
}

/** What is called instead: with the function itself, then its arguments. */
export interface Replacement extends Target {
  readonly instead: string;
}

/**
 * The function without the smallest part of it that mentions all these names: an operand of `&&` or `||`, an `if`, a statement, or a
 * property of a literal; of several the one that mentions the least else.
 */
export interface Omission extends Target {
  readonly without: readonly string[];
}

/** The function with one name in place of another, wherever it stands in it. */
export interface Confusion extends Target {
  readonly swap: readonly [name: string, other: string];
}

export type Change = Replacement | Omission | Confusion;

/** One bug. */
export interface Mutant {
  readonly bug: string;
  readonly changes: readonly Change[];
  /** Only among more members than ping each other all: those seeds are run first. */
  readonly crowd?: boolean;
  /** Seeds that found it once: they are run first. */
  readonly first?: readonly number[];
  /** The simulator cannot see it: these tests do, a file or a folder. */
  readonly byTests?: string;
}
