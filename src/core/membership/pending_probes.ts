/**
 * The signs of life that are waited for.
 *
 * @module
 */

import { SmallSet } from "../small_set.ts";
import type { Peer, PendingProbe } from "./peer.ts";

/** Members that were pinged and have not given a sign of life since, those first that have been waited for the longest. */
export class PendingProbes {
  readonly #peers = new SmallSet<Peer>();
  /** Probes that are over, to be used again: nearly every ping begins one. */
  readonly #spare: PendingProbe[] = [];

  /** In the order in which their probes began. */
  get peers(): readonly Peer[] {
    return this.#peers.items;
  }

  /** A sign of life of the member, which is not waited for yet, is waited for from `now` on, in monotonic ms. */
  begin(peer: Peer, now: number): void {
    const probe = this.#spare.pop() ?? { startedAt: now, asked: undefined, nacks: 0 };
    probe.startedAt = now;
    probe.asked = undefined;
    probe.nacks = 0;
    peer.probe = probe;
    this.#peers.add(peer);
  }

  /** The member is not waited for any more. */
  end(peer: Peer): void {
    if (peer.probe === undefined) return;
    this.#spare.push(peer.probe);
    peer.probe = undefined;
    this.#peers.delete(peer);
  }
}
