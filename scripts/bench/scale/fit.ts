/**
 * A line through points.
 *
 * @module
 */

/** `y = base + slope * x`. */
export interface Line {
  readonly base: number;
  readonly slope: number;
}

/** The line with the least squares of the distances in y; undefined when the points do not tell a slope. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line | undefined {
  const count = points.length;
  const mean = (place: 0 | 1): number => points.reduce((sum, point) => sum + point[place], 0) / count;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  if (count < 2 || spread === 0) return undefined;
  const slope = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
  return { slope, base: y - slope * x };
}
