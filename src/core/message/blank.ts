/**
 * Objects that are used again and again, where new ones would be garbage with the next datagram: heartbeats come all day, to
 * everybody. What is in a new one says nothing, and is to be filled in.
 *
 * @module
 */

import type { Ack, Answer, Claim, Gossip, LeaderHint, Ping, Request, Rumor, Status, Vote } from "./message.ts";
import { NO_COOKIE, UNKNOWN_BOOT } from "./message.ts";

/** The same, to be filled in anew. */
export type Mutable<Whole> = { -readonly [Part in keyof Whole]: Whole[Part] };

/** Nothing to tell, as most heartbeats: one array for all of them. */
export const NO_RUMORS: readonly Rumor[] = [];

/** Nothing to ask for, as most requests, and nothing to say of it: one array for all of them. */
export const NO_CLAIMS: readonly Claim[] = [];
export const NO_VOTES: readonly Vote[] = [];

/** Of a status: the leadership in it. */
export type Lead = NonNullable<Status["leading"]>;

export function newStatus(): Mutable<Status> {
  return {
    ...{ beat: 0, incarnation: 0, id: "", address: "", weight: 0, eligible: false, idle: false },
    ...{ voting: false, highestTerm: 0 },
    leading: undefined,
    roll: 0,
  };
}

export function newLead(): Mutable<Lead> {
  return { term: 0, remaining: 0 };
}

export function newLeaderHint(): Mutable<LeaderHint> {
  return { boot: UNKNOWN_BOOT, term: 0, beat: 0, remaining: 0 };
}

export function newRequest(): Mutable<Request> {
  return { sequence: 0, part: 0, lease: 0, urgent: false, claims: NO_CLAIMS };
}

export function newAnswer(): Mutable<Answer> {
  return { sequence: 0, epoch: 0, votes: NO_VOTES };
}

export function newGossip(): Mutable<Gossip> {
  return { leaderHint: undefined, rumors: NO_RUMORS };
}

export function newPing(status: Status): Mutable<Ping> {
  const empty = { request: undefined, answer: undefined, gossip: undefined, voters: undefined };
  return { kind: "ping", nonce: 0, hears: false, status, ...empty };
}

export function newAck(status: Status): Mutable<Ack> {
  return { kind: "ack", nonce: 0, cookie: NO_COOKIE, status, answer: undefined, gossip: undefined, voters: undefined };
}
