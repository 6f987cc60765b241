/**
 * Virtual time: events in the order of their time, those of one instant in the order of their planning.
 *
 * @module
 */

/** Something that will happen. */
export interface Task {
  run(): void;
}

/** Children of a node: a flat heap moves less than a binary one, because most events are planned near the end. */
const ARITY = 4;

/** A heap of events, and the present instant in ms. */
export class Timeline {
  now = 0;
  #times = new Float64Array(1024);
  #orders = new Float64Array(1024);
  readonly #tasks: Task[] = [];
  #planned = 0;

  /** Plans an event; never in the past. */
  at(time: number, run: () => void): void {
    this.plan(time, { run });
  }

  /** Plans an event some ms from now. */
  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** Plans an event that is an object already; never in the past. */
  plan(time: number, task: Task): void {
    const index = this.#tasks.length;
    if (index === this.#times.length) this.#grow();
    this.#tasks.push(task);
    this.#rise(index, Math.max(time, this.now), this.#planned++, task);
  }

  /** Runs all events up to and including an instant, and stops there. */
  runUntil(end: number): void {
    while (this.#tasks.length > 0 && this.#times[0]! <= end) {
      this.now = this.#times[0]!;
      this.#pop().run();
    }
    this.now = end;
  }

  #rise(from: number, time: number, order: number, task: Task): void {
    const times = this.#times;
    let index = from;
    while (index > 0) {
      const above = Math.floor((index - 1) / ARITY);
      // What was planned later never comes before what has the same time.
      if (times[above]! <= time) break;
      this.#move(above, index);
      index = above;
    }
    this.#put(index, time, order, task);
  }

  #pop(): Task {
    const top = this.#tasks[0]!;
    const last = this.#tasks.pop()!;
    const length = this.#tasks.length;
    if (length === 0) return top;
    const time = this.#times[length]!;
    const order = this.#orders[length]!;
    let index = 0;
    for (;;) {
      const child = this.#firstChild(index, length);
      if (child < 0 || !this.#precedes(child, time, order)) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, time, order, last);
    return top;
  }

  /** The child of a node that comes before the others; -1 when it has none. */
  #firstChild(index: number, length: number): number {
    const begin = index * ARITY + 1;
    if (begin >= length) return -1;
    const end = Math.min(begin + ARITY, length);
    let first = begin;
    for (let child = begin + 1; child < end; child++) {
      if (this.#precedes(child, this.#times[first]!, this.#orders[first]!)) first = child;
    }
    return first;
  }

  #precedes(index: number, time: number, order: number): boolean {
    const own = this.#times[index]!;
    return own < time || (own === time && this.#orders[index]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#orders[from]!, this.#tasks[from]!);
  }

  #put(index: number, time: number, order: number, task: Task): void {
    this.#times[index] = time;
    this.#orders[index] = order;
    this.#tasks[index] = task;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const orders = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    orders.set(this.#orders);
    this.#times = times;
    this.#orders = orders;
  }
}
