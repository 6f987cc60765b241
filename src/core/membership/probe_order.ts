/**
 * Randomised round-robin: everybody has its turn once in each round, in an order that is new for each round. SWIM's way
 * to bound the time until a member is probed.
 *
 * @module
 */

import type { SmallSet } from "../small_set.ts";
import { nextRandom, type Random } from "../random.ts";

/** Items in the order of their turns. */
export class ProbeOrder<Item> {
  readonly #order: Item[] = [];
  readonly #places = new Map<Item, number>();
  /** Whose turn is next; those before had theirs in this round. */
  #next = 0;

  /** How many there are. */
  get size(): number {
    return this.#order.length;
  }

  /** Adds an item; its first turn comes at random in what is left of this round. */
  add(item: Item, random: Random): void {
    if (this.#places.has(item)) return;
    this.#put(item, this.#order.length);
    this.#swap(this.#order.length - 1, this.#next + this.#below(random, this.#order.length - this.#next));
  }

  /** Takes an item out. */
  delete(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    let hole = place;
    if (hole < this.#next) {
      // Those who had their turn stay in front.
      this.#next -= 1;
      this.#swap(hole, this.#next);
      hole = this.#next;
    }
    this.#swap(hole, this.#order.length - 1);
    this.#order.pop();
    this.#places.delete(item);
  }

  /** Adds the next `count` items that are accepted to `taken`, which holds none of this ring yet; fewer when there are no more. */
  take(count: number, random: Random, taken: SmallSet<Item>, accept: (item: Item) => boolean = everybody): void {
    if (count >= this.#order.length) {
      for (let place = 0; place < this.#order.length; place++) {
        const item = this.#order[place]!;
        if (accept(item)) taken.add(item);
      }
      return;
    }
    const before = taken.size;
    let isNewRound = false;
    for (let left = this.#order.length - this.#next; taken.size < before + count; left--) {
      if (left === 0) {
        if (isNewRound) return;
        isNewRound = true;
        this.#shuffle(random);
        left = this.#order.length - (taken.size - before);
      }
      const item = this.#draw(random, taken);
      if (accept(item)) taken.add(item);
    }
  }

  /** Whose turn is next; who was `taken` at the end of the round before has its turn later in this one. */
  #draw(random: Random, taken: SmallSet<Item>): Item {
    while (taken.has(this.#order[this.#next]!)) {
      this.#swap(this.#next, this.#next + 1 + this.#below(random, this.#order.length - this.#next - 1));
    }
    return this.#order[this.#next++]!;
  }

  #shuffle(random: Random): void {
    this.#next = 0;
    for (let place = this.#order.length - 1; place > 0; place--) this.#swap(place, this.#below(random, place + 1));
  }

  #below(random: Random, bound: number): number {
    return Math.floor(nextRandom(random) * bound);
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#order[one]!, this.#order[other]!];
    this.#put(second, one);
    this.#put(first, other);
  }

  #put(item: Item, place: number): void {
    this.#order[place] = item;
    this.#places.set(item, place);
  }
}

function everybody(): boolean {
  return true;
}
