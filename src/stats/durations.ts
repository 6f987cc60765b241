/**
 * How long things took, counted by classes in memory that two threads share: it costs as much after a year as after a
 * second, and whoever asks needs no message.
 *
 * @module
 */

/** The greatest durations of all classes but the last, which has none, in ms. */
export const DURATION_CLASSES: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/** Cells that one record takes: a count and a sum for each class. */
export const DURATION_CELLS: number = 2 * (DURATION_CLASSES.length + 1);

/** How long something took, each time it happened. */
export interface DurationStats {
  /** The greatest durations of all classes but the last, which has none, in ms. */
  readonly upTo: readonly number[];
  /** How often it took that long, by class. */
  readonly counts: readonly number[];
  /** The time that it took altogether, by class, in ms. */
  readonly sums: readonly number[];
}

/** One record of durations, with one writer. */
export class DurationRecord {
  readonly #cells: Float64Array;

  /** A record in {@linkcode DURATION_CELLS} cells. */
  constructor(cells: Float64Array) {
    this.#cells = cells;
  }

  /** It took `ms` this time. */
  add(ms: number): void {
    const at = DURATION_CLASSES.findIndex((most) => ms <= most);
    const count = at === -1 ? DURATION_CLASSES.length : at;
    const sum = DURATION_CLASSES.length + 1 + count;
    this.#cells[count] = (this.#cells[count] ?? 0) + 1;
    this.#cells[sum] = (this.#cells[sum] ?? 0) + ms;
  }

  /** What was recorded until now. */
  read(): DurationStats {
    const classes = DURATION_CLASSES.length + 1;
    return {
      upTo: DURATION_CLASSES,
      counts: [...this.#cells.subarray(0, classes)],
      sums: [...this.#cells.subarray(classes, 2 * classes)],
    };
  }
}
