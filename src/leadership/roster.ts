/**
 * Who is there and who leads, as the application's thread was told last.
 *
 * @module
 */

import type { LeaderInfo, MemberInfo } from "../core/effect.ts";
import type { Boot } from "../core/message/message.ts";

/** A member as `nodes()` shows it. */
export interface NodeInfo {
  /** Its name. */
  readonly id: string;
  /** `ip:port`. */
  readonly source: string;
  /** The heaviest is elected. */
  readonly weight: number;
  /** `"leader"` as far as the member that was asked knows. */
  readonly state: "leader" | "citizen";
  /** Whether the member would lead. */
  readonly eligible: boolean;
  /** Whether its vote counts. */
  readonly voter: boolean;
  /** Whether it leads, as far as the member that was asked knows. */
  readonly leader: boolean;
  /** Whether it is the member that was asked. */
  readonly self: boolean;
}

/** What a member knows of itself. */
export type Self = Pick<NodeInfo, "id" | "weight" | "eligible"> & { source: string; voter: boolean };

/** The members of one cluster, seen by one of them. */
export class Roster {
  readonly self: Self;
  leader: LeaderInfo | null = null;
  /** Whether the member itself does its part. */
  ready = false;
  readonly #peers = new Map<Boot, MemberInfo>();

  constructor(self: Self) {
    this.self = self;
  }

  set(peer: MemberInfo): void {
    this.#peers.set(peer.boot, peer);
  }

  delete(peer: MemberInfo): void {
    this.#peers.delete(peer.boot);
  }

  /** Whether a peer is alive at this `ip:port`. */
  isAt(source: string): boolean {
    for (const peer of this.#peers.values()) if (peer.source === source) return true;
    return false;
  }

  /** Empties the roster; returns the peers that were in it. */
  clear(): MemberInfo[] {
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    this.leader = null;
    this.ready = false;
    return peers;
  }

  /**
   * All members by id, in the order of their ids (JavaScript puts ids that look like integers first). `leads`
   * says whether the member itself leads at this instant. The record has no prototype: every id is harmless.
   */
  nodes(leads: boolean): Record<string, NodeInfo> {
    const own: NodeInfo = { ...this.self, state: leads ? "leader" : "citizen", leader: leads, self: true };
    const others = [...this.#peers.values()].map((peer): NodeInfo => this.#node(peer));
    const all = [own, ...others].sort((one, other) => one.id < other.id ? -1 : 1);
    const nodes: Record<string, NodeInfo> = Object.create(null);
    for (const node of all) nodes[node.id] = node;
    return nodes;
  }

  #node({ id, source, weight, eligible, voter }: MemberInfo): NodeInfo {
    const leader = this.leader?.id === id;
    return { id, source, weight, state: leader ? "leader" : "citizen", eligible, voter, leader, self: false };
  }
}
