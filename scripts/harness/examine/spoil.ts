/**
 * Objects that come from a pool are used again: whoever keeps one reads what comes later. Here they are made nonsense of as soon as
 * nobody may use them any more, so that it shows at once.
 *
 * @module
 */

import type { Effect } from "../../../src/core/effect.ts";
import type { Ack, Message, Ping } from "../../../src/core/message/message.ts";
import type { MessagePool } from "../../../src/core/message/pool.ts";

/** Stands for a text, and for an object. */
const SPOILT = "spoilt";
const WRECK = Object.freeze({ kind: SPOILT });

const STATUS = {
  ...{ beat: NaN, incarnation: NaN, weight: NaN, highestTerm: NaN, roll: NaN, id: SPOILT, address: SPOILT },
  ...{ eligible: SPOILT, idle: SPOILT, voting: SPOILT, leading: WRECK },
};
const LEAD = { term: NaN, remaining: NaN };
const LEADER_HINT = { boot: SPOILT, term: NaN, beat: NaN, remaining: NaN };
const GOSSIP = { leaderHint: WRECK, rumors: WRECK };
const REQUEST = { sequence: NaN, part: NaN, lease: NaN, urgent: SPOILT, claims: WRECK };
const ANSWER = { sequence: NaN, epoch: NaN, votes: WRECK };
const PING = { nonce: NaN, hears: SPOILT, request: WRECK, answer: WRECK, gossip: WRECK, voters: WRECK };
const ACK = { nonce: NaN, cookie: SPOILT, answer: WRECK, gossip: WRECK, voters: WRECK };

function wreck(object: object | undefined, nonsense: object): void {
  // What is spoilt already was brought twice: its second copy shows that.
  if (object !== undefined && object !== WRECK) Object.assign(object, nonsense);
}

function isHeartbeat(message: Message): message is Ping | Ack {
  return message.kind === "ping" || message.kind === "ack";
}

/** Spoils a heartbeat that a member was told, but for its rumors, voters, claims and votes: the wire makes new ones, to be kept. */
export function spoilReceived(message: Message): void {
  if (!isHeartbeat(message)) return;
  const { status, gossip } = message;
  wreck(status.leading, LEAD);
  wreck(status, STATUS);
  wreck(gossip?.leaderHint, LEADER_HINT);
  spoilOwn(message);
}

/** Spoils what an effect brought and no other effect of its step may bring, too. */
export function spoilTold(effect: Effect): void {
  if (effect.kind === "round-trip") wreck(effect, { ms: NaN });
  if (effect.kind !== "send" || !isHeartbeat(effect.message)) return;
  spoilOwn(effect.message);
  wreck(effect, { address: SPOILT, cookie: SPOILT });
}

/** Spoils what the heartbeats of a step have in common, and what the step handed on within the core. */
export function spoilPool({ status, lead, leaderHint }: MessagePool): void {
  wreck(status, STATUS);
  wreck(lead, LEAD);
  wreck(leaderHint, LEADER_HINT);
}

function spoilOwn(message: Ping | Ack): void {
  wreck(message.gossip, GOSSIP);
  if (message.kind === "ping") wreck(message.request, REQUEST);
  wreck(message.answer, ANSWER);
  wreck(message, message.kind === "ack" ? ACK : PING);
}
