/**
 * Tells the application, and all who listen to the BroadcastChannel, what happens to the members and their leader.
 *
 * @module
 */

import { leaderOf, type MemberState, peersOf } from "../core/citizen.ts";
import type { Effect, LeaderInfo } from "../core/effect.ts";
import { Broadcast, type BroadcastChange, type BroadcastState } from "../leadership/broadcast.ts";
import type { Leadership } from "../leadership/shared_view.ts";
import type { Settings } from "../options.ts";
import type { MintGate } from "./mint_gate.ts";
import type { LoopReport } from "./protocol.ts";

/** What is told. */
export type Told = Extract<Effect, { kind: "added" | "removed" | "updated" | "leader" | "elected" | "resigned" }>;

/** The voice of one member. */
export class Announcer {
  readonly #id: string;
  readonly #member: MemberState;
  readonly #gate: MintGate | undefined;
  readonly #post: (report: LoopReport) => void;
  readonly #broadcast: Broadcast | undefined;
  /** As the application's thread sees it. */
  #leadership: Leadership = { leading: false, term: 0, deadline: 0, wallDeadline: 0 };

  /** `post` tells the application; `gate` knows the tokens that were minted outside. */
  constructor(
    { id, cluster, broadcast }: Settings,
    member: MemberState,
    gate: MintGate | undefined,
    post: (report: LoopReport) => void,
  ) {
    this.#id = id;
    this.#member = member;
    this.#gate = gate;
    this.#post = post;
    if (broadcast === false) return;
    this.#broadcast = new Broadcast(broadcast, { cluster, self: id }, () => this.#state());
  }

  /** The leadership of this member from now on. */
  note(leadership: Leadership): void {
    this.#leadership = leadership;
  }

  tell(effect: Told): void {
    const { kind } = effect;
    switch (kind) {
      case "added":
      case "removed": {
        const { member } = effect;
        this.#announce({ type: kind, id: member.id, term: this.#leader()?.token ?? null, peer: member });
        return this.#post({ type: kind, member });
      }
      case "updated":
        return this.#post({ type: kind, member: effect.member });
      case "leader": {
        const now = effect.leader ?? null;
        this.#announce({ type: kind, id: now?.id ?? null, term: now?.token ?? null, leader: now });
        return this.#post({ type: kind, leader: now });
      }
      case "elected": {
        const { id, token } = effect;
        this.#announce({ type: kind, id, term: token });
        return this.#post({ type: kind, id, token });
      }
      case "resigned": {
        const { id, token, reason } = effect;
        this.#announce({ type: kind, id, term: token, reason });
        return this.#post({ type: kind, id, token, reason });
      }
    }
  }

  close(): void {
    this.#broadcast?.close();
  }

  #announce(change: BroadcastChange): void {
    this.#broadcast?.tell(change);
  }

  #leader(): LeaderInfo | undefined {
    const leader = leaderOf(this.#member);
    return leader && (this.#gate?.named(leader) ?? leader);
  }

  #state(): BroadcastState {
    const leader = this.#leader() ?? null;
    const { leading, deadline, wallDeadline } = this.#leadership;
    return {
      type: "state",
      id: this.#id,
      leader,
      term: leader?.token ?? null,
      isLeader: leading && performance.now() < deadline && Date.now() < wallDeadline,
      members: peersOf(this.#member),
    };
  }
}
