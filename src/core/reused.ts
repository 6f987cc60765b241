/**
 * Objects that are used again and again, where new ones would be garbage with the next datagram.
 *
 * @module
 */

/** The same, to be filled in anew. */
export type Reused<Whole> = { -readonly [Part in keyof Whole]: Whole[Part] };
