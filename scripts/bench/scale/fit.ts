/**
 * Sums of terms that explain measured values.
 *
 * @module
 */

/**
 * The factors of the terms whose sum comes nearest to the values, by least squares; undefined when the values do not tell
 * them apart. Each row has the terms of one value.
 */
export function factorsOf(rows: readonly (readonly number[])[], values: readonly number[]): number[] | undefined {
  const size = rows[0]?.length ?? 0;
  if (rows.length < size || size === 0) return undefined;
  const sum = (read: (row: readonly number[], index: number) => number): number =>
    rows.reduce((total, row, index) => total + read(row, index), 0);
  // The normal equations, with their right sides as a last column.
  const matrix = Array.from({ length: size }, (_, line) => [
    ...Array.from({ length: size }, (_, column) => sum((row) => row[line]! * row[column]!)),
    sum((row, index) => row[line]! * values[index]!),
  ]);
  return solve(matrix);
}

/** Gauss's elimination, the largest pivot first. */
function solve(matrix: number[][]): number[] | undefined {
  const size = matrix.length;
  for (let step = 0; step < size; step++) {
    const rest = matrix.slice(step);
    const pivot = rest.reduce((best, row) => Math.abs(row[step]!) > Math.abs(best[step]!) ? row : best);
    const scale = Math.max(...rest.flat().map(Math.abs));
    if (!(Math.abs(pivot[step]!) > scale * Number.EPSILON)) return undefined;
    const place = matrix.indexOf(pivot);
    [matrix[step], matrix[place]] = [pivot, matrix[step]!];
    for (const [line, row] of matrix.entries()) {
      if (line === step) continue;
      const factor = row[step]! / pivot[step]!;
      for (let column = step; column <= size; column++) row[column]! -= factor * pivot[column]!;
    }
  }
  return matrix.map((row, line) => row[size]! / row[line]!);
}
