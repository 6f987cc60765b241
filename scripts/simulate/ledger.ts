/**
 * Who claimed which term, who granted it, and whether tokens grow: in each election by itself.
 *
 * @module
 */

import type { ElectionName, Message } from "../../src/core/message/message.ts";
import { Failure } from "./failure.ts";
import { EPOCH, type Machine } from "./machine.ts";

/** One time in office. */
export interface Leadership {
  readonly member: string;
  readonly boot: string;
  readonly term: number;
  /** When it stood, which is when its token was made; and when it was elected. */
  readonly mintedAt: number;
  readonly at: number;
}

/** What was said of terms. */
export class Ledger<MemberState> {
  /** Terms that did not grow because restarts made a majority forget: the documented limit. */
  forgotten = 0;
  /** The boots that granted a term to a boot, by `election term boot`. */
  readonly #granted = new Map<string, Set<string>>();
  /** The boot that claimed a term last, by `election term address`. */
  readonly #claiming = new Map<string, string>();
  readonly #succeeding = new Set<string>();
  /** When a term was claimed first, by `election term boot`. */
  readonly #minted = new Map<string, number>();
  #spread = { low: Infinity, high: -Infinity };
  readonly #drift: number;

  /** `drift` bounds how far clocks drift apart. */
  constructor(drift: number) {
    this.#drift = drift;
  }

  /** A member is told of a term from outside, which may be ahead of all clocks. */
  raised(term: number, time: number): void {
    this.#spread.high = Math.max(this.#spread.high, term - EPOCH - time);
  }

  /** How far wall clocks were ever apart. */
  noteWall(machine: Machine<MemberState>, time: number): void {
    const ahead = machine.clock.wallAt(time) - EPOCH - time;
    this.#spread.low = Math.min(this.#spread.low, ahead);
    this.#spread.high = Math.max(this.#spread.high, ahead);
  }

  /** A message leaves a member. */
  sent(machine: Machine<MemberState>, address: string, message: Message, time: number): void {
    const isHeartbeat = message.kind === "ack" || message.kind === "ping";
    const answer = isHeartbeat || message.kind === "votes" ? message.answer : undefined;
    for (const { election, term, refusal } of answer?.votes ?? []) {
      if (refusal !== undefined) continue;
      // Another process may have the candidate's address by now.
      const key = `${election} ${term} ${this.#claiming.get(`${election} ${term} ${address}`)}`;
      let voters = this.#granted.get(key);
      if (voters === undefined) this.#granted.set(key, voters = new Set());
      voters.add(machine.boot);
    }
    const request = message.kind === "ping" || message.kind === "claims" ? message.request : undefined;
    for (const { election, term, succeeds } of request?.claims ?? []) {
      const key = `${election} ${term} ${machine.boot}`;
      this.#claiming.set(`${election} ${term} ${machine.plan.address}`, machine.boot);
      if (!this.#minted.has(key)) this.#minted.set(key, time);
      if (succeeds !== undefined) this.#succeeding.add(key);
    }
  }

  /** Whether the term was claimed as the one that follows a released one. */
  succeeds(election: ElectionName, term: number, boot: string): boolean {
    return this.#succeeding.has(`${election} ${term} ${boot}`);
  }

  /** When the term was claimed first. */
  mintedAt(election: ElectionName, term: number, boot: string): number | undefined {
    return this.#minted.get(`${election} ${term} ${boot}`);
  }

  /** Tokens grow, unless nobody among the new leader's voters could remember the old term, nor the wall clocks make up for it. */
  expectGrowth(election: ElectionName, earlier: readonly Leadership[], next: Leadership): void {
    let unknown = false;
    for (const before of earlier) {
      if (before.term < next.term) continue;
      unknown = true;
      const detail = `${next.member} has token ${next.term} after ${before.member}'s ${before.term}${
        election === "" ? "" : ` in "${election}"`
      }`;
      const voters = this.#voters(election, next);
      for (const boot of this.#voters(election, before)) {
        if (voters.has(boot)) throw new Failure(next.at, "token", `${detail}, and a voter knew`);
      }
      // No clock excuses a token that was made before the other: its candidate should have given up long ago.
      const gap = next.mintedAt - before.mintedAt;
      if (gap < 0) throw new Failure(next.at, "token", `${detail}, and is the older one`);
      // Wall clocks also drift apart between the instants at which their differences were noted.
      const spread = this.#spread.high - this.#spread.low + this.#drift * next.at;
      if (spread < gap) throw new Failure(next.at, "token", `${detail}, though wall clocks agree`);
    }
    if (unknown) this.forgotten++;
  }

  #voters(election: ElectionName, { term, boot }: Leadership): Set<string> {
    return new Set(this.#granted.get(`${election} ${term} ${boot}`)).add(boot);
  }
}
