/**
 * What is made again and again from the same few texts, such as the addresses and boots of a cluster's members.
 *
 * @module
 */

/** Keeps `value` under `key`, and returns it. At `most` keys all are forgotten first: a bound for texts that come and go. */
export function remember<Key, Value>(cache: Map<Key, Value>, most: number, key: Key, value: Value): Value {
  if (cache.size >= most) cache.clear();
  cache.set(key, value);
  return value;
}
