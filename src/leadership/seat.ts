/**
 * One election as the application's thread has it: whether its member leads there, the work that depends on that, and what is told of it.
 *
 * @module
 */

import type { LeaderInfo, ResignReason } from "../core/effect.ts";
import type { Resignation } from "../core/input.ts";
import { describe, HandOverError } from "../errors.ts";
import { emit, type LifecycleEvents } from "./events.ts";
import type { Fencing } from "./fencing.ts";
import { Minting } from "./minting.ts";
import type { Requests } from "./requests.ts";
import type { Self } from "./roster.ts";
import { Work } from "./work.ts";

/** What tells whether the member leads. */
export interface LeadView {
  isLeader(): boolean;
  /** The token, while it leads. */
  term(): number | undefined;
  /** ms that the lease has left. */
  remaining(): number;
  /** From now on it believes in no leadership, until told otherwise. */
  silence(silenced: boolean): void;
}

/** The events of an election. */
export type ElectionEvents = Pick<LifecycleEvents, "leader" | "elected" | "resigned">;

/** What a seat asks its loop for. */
export type SeatCommand =
  | ({ readonly type: "resign"; readonly request: number } & Resignation)
  | { readonly type: "minted"; readonly term: number; readonly token: number; readonly election?: string };

/** The member that has the seat. */
export interface SeatOwner {
  readonly self: Self;
  /** Aborts when the member is over; the reason says why. */
  readonly over: AbortSignal;
  readonly requests: Requests<string | undefined>;
  readonly fencing: Fencing | undefined;
  /** ms between two looks at a lease. */
  readonly period: number;
  /** Whether it is over, or about to be. */
  isLeaving(): boolean;
  post(command: SeatCommand): void;
  warn(message: string, error: unknown): void;
  info(message: string, detail: unknown): void;
}

/** Which election, and how its work begins. */
export interface SeatOptions {
  /** The name; undefined for the default election. */
  readonly election: string | undefined;
  /** ms after an election before work begins. */
  readonly settle: number;
}

/** A member's seat in one election. */
export class Seat {
  readonly view: LeadView;
  readonly work: Work;
  /** Who leads, as was told last. */
  known: LeaderInfo | null = null;
  readonly #owner: SeatOwner;
  readonly #target: EventTarget;
  readonly #election: string | undefined;
  readonly #minting: Minting | undefined;
  /** The leadership that the application was told of, and not yet told the end of. */
  #office: LifecycleEvents["elected"] | undefined;
  /** Resignations that were not answered yet. */
  #resigning = 0;

  /** `target` hears the events. */
  constructor({ election, settle }: SeatOptions, view: LeadView, target: EventTarget, owner: SeatOwner) {
    this.view = view;
    this.#owner = owner;
    this.#target = target;
    this.#election = election;
    const { fencing, self } = owner;
    this.#minting = fencing && new Minting(fencing, { id: self.id, election }, {
      onToken: (term, token) => owner.post({ type: "minted", term, token, ...this.#scope }),
      onFailure: (term, error) => {
        owner.warn(`No token could be minted for term ${term}; another member may lead`, error);
        void this.giveAway({});
      },
    });
    this.work = new Work({
      token: () => this.token,
      giveAway: (reason, aside) => this.giveAway({ reason, aside }),
    }, { over: owner.over, period: owner.period, settle, warn: (message, error) => owner.warn(message, error) });
  }

  get #scope(): { readonly election?: string } {
    return this.#election === undefined ? {} : { election: this.#election };
  }

  /** The fencing token while the member leads, else `null`. */
  get token(): number | null {
    return this.view.term() ?? null;
  }

  /** Who leads, as the member knows, or `null`. */
  leader(): LeaderInfo | null {
    const { token, known } = this;
    const { id, source } = this.#owner.self;
    if (token !== null) return { id, source, token };
    return known?.id === id ? null : known;
  }

  /** This member is elected and waits for this before it leads; undefined where it waits for nothing. */
  get minting(): string | undefined {
    const term = this.#minting?.term;
    return term === undefined ? undefined : `This member is elected, and waits for the token of its term ${term}`;
  }

  /** Gives the lead away, if it is held. */
  async giveAway(resignation: Resignation): Promise<void> {
    if (this.#owner.isLeaving()) return;
    const { reason = "requested", to } = resignation;
    // Whether the one that is named can lead is found out first: until then nothing changes.
    if (to === undefined) {
      this.view.silence(true);
      this.work.end(reason);
    }
    this.#resigning++;
    const obstacle = await this.#owner.requests.open((request) =>
      this.#owner.post({ type: "resign", request, ...resignation, ...this.#scope })
    );
    this.#resigning--;
    if (this.#resigning === 0 && !this.#owner.isLeaving()) this.view.silence(false);
    if (obstacle === undefined) return;
    throw new HandOverError(`Cannot hand the lead to ${describe(to)}: ${obstacle}`);
  }

  /** The member leads. */
  take(office: LifecycleEvents["elected"]): void {
    this.#office = office;
    this.#tell("elected", office);
    this.work.begin(office.token);
  }

  /** Somebody else leads, or nobody. */
  follow(leader: LeaderInfo | null): void {
    this.known = leader;
    this.#tell("leader", leader);
  }

  /** The member leads no longer. */
  lose(reason: ResignReason): void {
    const office = this.#office;
    if (office === undefined) return;
    this.#office = undefined;
    this.work.end(reason);
    this.#tell("resigned", { ...office, reason });
  }

  /** A token is wanted for that term, or none any more. */
  mint(term: number | null): void {
    void this.#minting?.request(term);
  }

  #tell<Name extends keyof ElectionEvents>(name: Name, detail: LifecycleEvents[Name]): void {
    this.#owner.info(this.#election === undefined ? name : `${this.#election}: ${name}`, detail);
    emit(this.#target, name, detail);
  }
}
