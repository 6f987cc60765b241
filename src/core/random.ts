/**
 * Random choices of the core, from a seed that arrives as data.
 *
 * @module
 */

/** State of the generator: one 32-bit word. */
export interface Random {
  word: number;
}

/** The next number in [0, 1): Mulberry32. */
export function nextRandom(random: Random): number {
  random.word = (random.word + 0x6d2b79f5) >>> 0;
  let mixed = random.word;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

/** Up to `count` of `items`, each set as likely as any other. Reorders `items`. */
export function sample<T>(random: Random, items: T[], count: number): T[] {
  const wanted = Math.min(count, items.length);
  for (let i = 0; i < wanted; i++) {
    const j = i + Math.floor(nextRandom(random) * (items.length - i));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items.slice(0, wanted);
}
