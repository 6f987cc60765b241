/**
 * What the core wants done, or the wire has read, kept for later: both use the objects of heartbeats again.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import type { Gossip, Message, Status } from "../../src/core/message/message.ts";

// Field by field: what happens millions of times must not copy objects by their keys.

/** An effect of a step, as it will still be after the next. */
export function keepEffect(effect: Effect): Effect {
  if (effect.kind === "round-trip") return { kind: "round-trip", ms: effect.ms };
  if (effect.kind !== "send") return effect;
  const { address, cookie, message } = effect;
  return { kind: "send", address, cookie, message: keepMessage(message) };
}

/** What a message says, kept for later. Rumors, claims and votes are never changed. */
export function keepMessage(message: Message): Message {
  if (message.kind === "ping") {
    const { status, request, answer, gossip } = message;
    return {
      ...message,
      status: keepStatus(status),
      request: request && { ...request },
      answer: answer && { ...answer },
      gossip: keepGossip(gossip),
    };
  }
  if (message.kind === "ack") {
    const { status, answer, gossip } = message;
    return { ...message, status: keepStatus(status), answer: answer && { ...answer }, gossip: keepGossip(gossip) };
  }
  if (message.kind === "claims") return { kind: "claims", request: { ...message.request } };
  if (message.kind === "votes") return { kind: "votes", answer: { ...message.answer } };
  return message;
}

function keepStatus(status: Status): Status {
  const { beat, incarnation, id, address, weight, eligible, idle, voting, highestTerm, leading, roll } = status;
  const lead = leading === undefined ? undefined : { term: leading.term, remaining: leading.remaining };
  return { beat, incarnation, id, address, weight, eligible, idle, voting, highestTerm, leading: lead, roll };
}

function keepGossip(gossip: Gossip | undefined): Gossip | undefined {
  if (gossip === undefined) return undefined;
  const { leaderHint, rumors } = gossip;
  if (leaderHint === undefined) return { leaderHint, rumors };
  const { boot, term, beat, remaining } = leaderHint;
  return { leaderHint: { boot, term, beat, remaining }, rumors };
}
