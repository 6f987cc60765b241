/**
 * What somebody may have meant.
 *
 * @module
 */

/** A word of more letters is compared with none. */
const LONGEST = 64;

/** The one of `known` that a misspelt name is most like, upper or lower case; undefined where it is like none. */
export function closestTo(name: string, known: readonly string[]): string | undefined {
  const [closest] = known
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  if (closest === undefined) return undefined;
  return closest.distance <= Math.max(1, Math.floor(closest.each.length / 3)) ? closest.each : undefined;
}

/** How many letters must be inserted, deleted or replaced to make one word of the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  if (from.length > LONGEST) return from.length;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const replace = (row[column] ?? 0) + (letter === to[column] ? 0 : 1);
      next.push(Math.min(replace, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
