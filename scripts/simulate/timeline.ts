/**
 * Virtual time: events in the order of their time, those of one instant in the order of their planning.
 *
 * @module
 */

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

function precedes(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** A binary heap of events, and the present instant in ms. */
export class Timeline {
  now = 0;
  #heap: Entry[] = [];
  #order = 0;

  /** Plans an event; never in the past. */
  at(time: number, run: () => void): void {
    const entry: Entry = { time: Math.max(time, this.now), order: this.#order++, run };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above]!;
      if (!precedes(entry, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  /** Plans an event some ms from now. */
  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** Runs all events up to and including an instant, and stops there. */
  runUntil(end: number): void {
    for (let top = this.#heap[0]; top !== undefined && top.time <= end; top = this.#heap[0]) {
      this.#pop();
      this.now = top.time;
      top.run();
    }
    this.now = end;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const length = heap.length;
    if (length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (!precedes(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}
