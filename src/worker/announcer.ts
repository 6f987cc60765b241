/**
 * Tells the application, and all who listen to the BroadcastChannel, what happens to the members and their leader.
 *
 * @module
 */

import { electionsOf, leaderOf, type MemberState, peersOf } from "../core/citizen.ts";
import type { Effect, LeaderInfo } from "../core/effect.ts";
import { Broadcast, type BroadcastChange, type BroadcastState } from "../leadership/broadcast.ts";
import type { LoopEvent } from "../leadership/events.ts";
import { type Leadership, NOT_LEADING } from "../leadership/shared_view.ts";
import type { Settings } from "../options.ts";
import type { MintGate } from "./mint_gate.ts";
import type { LoopReport } from "./protocol.ts";

/** What is told. */
export type Told = Extract<Effect, { kind: LoopEvent | "updated" }>;

/** What the channel and the application are told of one event. */
interface Telling<Name extends LoopEvent> {
  readonly change: BroadcastChange & { readonly type: Name };
  readonly report: LoopReport & { readonly type: Name };
}

type Effects = { readonly [Name in LoopEvent]: Effect & { readonly kind: Name } };
type Tellings = {
  readonly [Name in LoopEvent]: (effect: Effects[Name], term: number | null) => Telling<Name>;
};

/**
 * The compiler wants every event here: one that the core does not bring about, or that has no place in the channel's posts or
 * in the reports, cannot be told. `term` is that of the leader, where there is one.
 */
const EVENT_TELLINGS: Tellings = {
  added: ({ member }, term) => ({
    change: { type: "added", id: member.id, term, peer: member },
    report: { type: "added", member },
  }),
  removed: ({ member }, term) => ({
    change: { type: "removed", id: member.id, term, peer: member },
    report: { type: "removed", member },
  }),
  leader: ({ leader = null, election }) => ({
    change: { type: "leader", id: leader?.id ?? null, term: leader?.token ?? null, leader },
    report: { type: "leader", leader, election },
  }),
  elected: ({ id, token, election }) => ({
    change: { type: "elected", id, term: token },
    report: { type: "elected", id, token, election },
  }),
  resigned: ({ id, token, reason, election }) => ({
    change: { type: "resigned", id, term: token, reason },
    report: { type: "resigned", id, token, reason, election },
  }),
};

function tellingOf<Name extends LoopEvent>(name: Name, effect: Effects[Name], term: number | null): Telling<Name> {
  return EVENT_TELLINGS[name](effect, term);
}

/** The voice of one member. */
export class Announcer {
  readonly #id: string;
  readonly #member: MemberState;
  readonly #gate: MintGate | undefined;
  readonly #post: (report: LoopReport) => void;
  readonly #broadcast: Broadcast | undefined;
  /** As the application's thread sees it. */
  #leadership: Leadership = NOT_LEADING;

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
    if (effect.kind === "updated") return this.#post({ type: "updated", member: effect.member });
    const { change, report } = tellingOf(effect.kind, effect, this.#leader()?.token ?? null);
    const election = "election" in effect && effect.election !== undefined ? effect.election : null;
    this.#broadcast?.tell({ ...change, election });
    this.#post(report);
  }

  /** The application is asked to give a lead away. */
  relocate({ election, to }: Extract<Effect, { kind: "relocate" }>): void {
    this.#post({ type: "relocate", election, to });
  }

  close(): void {
    this.#broadcast?.close();
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
      elections: electionsOf(this.#member),
    };
  }
}
