/**
 * What the application does while its member leads: once, or again at every new lead.
 *
 * @module
 */

import { onAbort } from "../base/abort.ts";
import { Backoff } from "../base/backoff.ts";
import type { ResignReason } from "../core/effect.ts";
import { ClosedError, describe } from "../errors.ts";
import { BOUNDS, DEFAULTS } from "../limits.ts";
import { type LeadContext, LeadTasks } from "./lead_tasks.ts";

/** What runs under a lead. */
export type LeadWork<Result> = (lead: LeadContext) => Result | Promise<Result>;

/** How {@linkcode Work.whileLeading} goes on. */
export interface WhileLeadingOptions {
  /** Ends it: the work's signal aborts, and a lead that is held is given away once the work has ended. */
  readonly signal?: AbortSignal;
  /**
   * How long the member stands aside after a failure, in ms: about `first`, twice as long after each more in a row, `longest` at most;
   * and for two timeouts at least, so that another member can take over.
   *
   * @default `{ first: 1000, longest: 60_000 }`
   */
  readonly backoff?: { readonly first?: number; readonly longest?: number };
}

/** The member that leads or does not. */
export interface Office {
  /** The token while it leads, else `null`. */
  token(): number | null;
  /** Gives the lead away; with `aside` the member does not lead again for so many ms. */
  giveAway(reason: "requested" | "failed", aside?: number): Promise<void>;
}

/** The surroundings of the works of one member. */
export interface WorkContext {
  /** Aborts when the member is over; the reason says why. */
  readonly over: AbortSignal;
  /** ms between two looks at the lease. */
  readonly period: number;
  /** ms after an election before work begins. */
  readonly settle?: number;
  /** Tells people of a failure that goes on. */
  warn(message: string, error: unknown): void;
}

/** How long a member stands aside whose work fails, in ms. */
interface StandAside {
  readonly waits: Backoff;
  readonly longest: number;
}

/** All the works of one member. */
export class Work {
  readonly #office: Office;
  readonly #context: WorkContext;
  readonly #tasks = new LeadTasks();
  /** Those who wait for the lead, or for its end. */
  readonly #waiting = new Set<() => void>();
  /** When work may begin under that token, where it has to wait. */
  #settles = { token: 0, at: Infinity };

  constructor(office: Office, context: WorkContext) {
    this.#office = office;
    this.#context = context;
  }

  /** Waits for the lead, and runs `work` once; if that throws, the lead is given away before this rejects. */
  async lead<Result>(work: LeadWork<Result>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Result> {
    checkWork("Cannot lead", work);
    const token = await this.#elected(signal);
    try {
      return await this.#run(work, token, signal);
    } catch (error) {
      await this.#giveAway(token, signal?.aborted === true ? "requested" : "failed");
      throw error;
    }
  }

  /** Runs `work` at every new lead until the member is closed, or `signal` aborts. */
  async whileLeading(work: LeadWork<unknown>, options: WhileLeadingOptions = {}): Promise<void> {
    checkWork("Cannot lead", work);
    const { signal } = options;
    const standAside = readBackoff(options.backoff);
    const { over } = this.#context;
    for (;;) {
      let token: number;
      try {
        token = await this.#elected(signal);
      } catch {
        if (over.aborted && !(over.reason instanceof ClosedError)) throw over.reason;
        return;
      }
      await this.#serve(work, token, standAside, signal);
    }
  }

  /** The member leads now. */
  begin(token: number): void {
    const { settle = 0 } = this.#context;
    if (settle > 0) this.#settles = { token, at: performance.now() + settle };
    this.#wake();
  }

  /** The lead is lost. */
  end(reason: ResignReason): void {
    this.#tasks.end(reason);
    this.#wake();
  }

  /** ms until work may begin under this token; Infinity while the application was not told of it. */
  #settlesIn(token: number): number {
    const { settle = 0 } = this.#context;
    if (settle === 0) return 0;
    return this.#settles.token === token ? this.#settles.at - performance.now() : Infinity;
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** One lead of a work that goes on: until it is over, or the work has failed. */
  async #serve(
    work: LeadWork<unknown>,
    token: number,
    { waits, longest }: StandAside,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#run(work, token, signal);
      waits.reset();
    } catch (error) {
      // A work that was told to stop may say so by throwing.
      if (this.#office.token() === token && signal?.aborted !== true) {
        // It had worked before.
        if (performance.now() - startedAt >= longest) waits.reset();
        const ms = Math.ceil(waits.next());
        this.#context.warn(
          `The work of the leader (token ${token}) failed; this member stands aside for ${ms} ms`,
          error,
        );
        return await this.#office.giveAway("failed", ms);
      }
    }
    while (this.#office.token() === token && !this.#context.over.aborted) {
      if (signal?.aborted === true) return await this.#giveAway(token, "requested");
      await this.#change(signal);
    }
  }

  #run<Result>(work: LeadWork<Result>, token: number, signal: AbortSignal | undefined): Promise<Result> {
    const holds = (): boolean => this.#office.token() === token;
    return this.#tasks.run(work, token, { signal, holds, period: this.#context.period });
  }

  async #giveAway(token: number, reason: "requested" | "failed"): Promise<void> {
    if (this.#office.token() === token) await this.#office.giveAway(reason);
  }

  /** Resolves with the token as soon as this member leads. */
  async #elected(signal: AbortSignal | undefined): Promise<number> {
    for (;;) {
      this.#context.over.throwIfAborted();
      signal?.throwIfAborted();
      const token = this.#office.token();
      const wait = token === null ? Infinity : this.#settlesIn(token);
      if (token !== null && wait <= 0) return token;
      const timer = wait === Infinity ? undefined : setTimeout(() => this.#wake(), wait);
      await this.#change(signal);
      clearTimeout(timer);
    }
  }

  /** Resolves when the lead begins or ends, the member is over, or `signal` aborts. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const callOffs: (() => void)[] = [];
      const wake = (): void => {
        this.#waiting.delete(wake);
        for (const callOff of callOffs) callOff();
        resolve();
      };
      this.#waiting.add(wake);
      callOffs.push(onAbort(this.#context.over, wake));
      if (signal !== undefined) callOffs.push(onAbort(signal, wake));
    });
  }
}

function checkWork(action: string, work: unknown): void {
  if (typeof work !== "function") throw new TypeError(`${action}: "work" must be a function, got ${describe(work)}`);
}

function readBackoff({ first, longest }: NonNullable<WhileLeadingOptions["backoff"]> = {}): StandAside {
  const most = checkWait("longest", longest ?? Math.max(DEFAULTS.longestBackoff, first ?? 0));
  const least = checkWait("first", first ?? Math.min(DEFAULTS.firstBackoff, most));
  if (least <= most) return { waits: new Backoff(least, most), longest: most };
  throw new RangeError(`Cannot lead: "backoff.first" must be at most "backoff.longest" (${most}), got ${least}`);
}

function checkWait(name: string, value: unknown): number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot lead: "backoff.${name}" must be a number of ms, got ${describe(value)}`);
  }
  if (value > 0 && value <= BOUNDS.maxBackoff) return value;
  throw new RangeError(
    `Cannot lead: "backoff.${name}" must be above 0 and at most ${BOUNDS.maxBackoff} ms, got ${value}`,
  );
}
