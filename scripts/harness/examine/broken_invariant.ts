/**
 * What it means that a state is impossible.
 *
 * @module
 */

/** Something that must hold of a member does not. */
export class BrokenInvariant extends Error {
  override name = "BrokenInvariant";
}

/** Throws where something does not hold. The text says what should. */
export function expect(holds: boolean, what: string): void {
  if (!holds) throw new BrokenInvariant(`not so: ${what}`);
}
