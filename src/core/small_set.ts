/**
 * A set for a few items that come and go with every heartbeat, or are gone through with every datagram.
 *
 * @module
 */

/** Items in the order in which they came. They are looked for one by one, and leave nothing behind, which a `Set` does. */
export class SmallSet<Item> {
  readonly #items: Item[] = [];

  /** In the order in which they came. What is done for each datagram goes through them by place: an iterator may be garbage. */
  get items(): readonly Item[] {
    return this.#items;
  }

  /** How many there are. */
  get size(): number {
    return this.#items.length;
  }

  /** Whether the item is there. */
  has(item: Item): boolean {
    return this.#items.includes(item);
  }

  /** Adds an item, if it is not there yet, at the end. */
  add(item: Item): void {
    if (!this.has(item)) this.#items.push(item);
  }

  /** Takes an item out, if it is there. */
  delete(item: Item): void {
    const place = this.#items.indexOf(item);
    if (place < 0) return;
    this.#items.copyWithin(place, place + 1);
    this.#items.pop();
  }

  /** Takes all out. */
  clear(): void {
    empty(this.#items);
  }
}

/** Takes all out of a list that is to be filled anew. A length of 0 would free its memory, for the next item to need it again. */
export function empty(items: unknown[]): void {
  while (items.length > 0) items.pop();
}
