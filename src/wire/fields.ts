/**
 * Fields of messages, none of which may be forgotten.
 *
 * @module
 */

/**
 * A step for each field, in their order on the wire: `void ({ ... } satisfies Steps<Part>)`. A field that has no step, because
 * it is new, does not compile. The record itself is nobody's: compiled code does without it, so that nothing is left behind for
 * each datagram, as a table of functions for each field would.
 */
export type Steps<Part> = { readonly [Name in keyof Part]: unknown };

/** What each field takes at most, in bytes. */
export type Sizes<Part> = { readonly [Name in keyof Part]: number };

/** What all fields take at most, in bytes. */
export function total(sizes: Readonly<Record<string, number>>): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0);
}
