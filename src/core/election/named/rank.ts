/**
 * Who comes first in an election that is to be spread: rendezvous hashing (D. Thaler, C. Ravishankar, 1998). Each election has an
 * order of its own in which the members come, so that elections fall evenly on them, and few move when one comes or goes.
 *
 * @module
 */

import type { Boot, ElectionName } from "../../message/message.ts";
import { outranks } from "../rank.ts";
import type { Contest } from "./state.ts";

/** What the rank of a member in an election depends on. */
export interface Ranked {
  readonly boot: Boot;
  /** Its id, or its address where no id was chosen. */
  readonly key: string;
  readonly id: string;
  readonly weight: number;
}

/** Whether `left` comes before `right` in that election. A strict total order as long as ids differ. */
export function precedes({ election, byWeight }: Contest, left: Ranked, right: Ranked): boolean {
  if (byWeight) return outranks(left, right);
  const [first, second] = [affinity(election, left.key), affinity(election, right.key)];
  return first !== second ? first > second : left.id > right.id;
}

/** How much an election is drawn to a member: 32 bits that look random, the same for everybody who asks. */
export function affinity(election: ElectionName, key: string): number {
  return scramble(hashOf(election) ^ scramble(hashOf(key)));
}

/** FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo), over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3 (A. Appleby): each bit of the input changes half of the output's. */
function scramble(hash: number): number {
  let mixed = hash ^ hash >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ mixed >>> 16) >>> 0;
}
