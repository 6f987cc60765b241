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
  ...{ beat: NaN, incarnation: NaN, weight: NaN, highestTerm: NaN, id: SPOILT, address: SPOILT },
  ...{ eligible: SPOILT, idle: SPOILT, voting: SPOILT, leading: WRECK },
};
const LEAD = { term: NaN, remaining: NaN };
const LEADER_HINT = { boot: SPOILT, term: NaN, beat: NaN, remaining: NaN };
const GOSSIP = { leaderHint: WRECK, rumors: WRECK };
const VOTE = { term: NaN, sequence: NaN, refusal: SPOILT, limit: NaN };
const CLAIM = { term: NaN, sequence: NaN, succeeds: WRECK, lease: NaN };
const TERM_ID = { term: NaN, boot: SPOILT };
const PING = { nonce: NaN, hears: SPOILT, claim: WRECK, gossip: WRECK, voters: WRECK };
const ACK = { nonce: NaN, cookie: SPOILT, vote: WRECK, gossip: WRECK, voters: WRECK };

function wreck(object: object | undefined, nonsense: object): void {
  // What is spoilt already was brought twice: its second copy shows that.
  if (object !== undefined && object !== WRECK) Object.assign(object, nonsense);
}

function isHeartbeat(message: Message): message is Ping | Ack {
  return message.kind === "ping" || message.kind === "ack";
}

/** Spoils a heartbeat that a member was told, but for its rumors and voters: the wire makes new ones, and the core may keep them. */
export function spoilReceived(message: Message): void {
  if (!isHeartbeat(message)) return;
  const { status, gossip } = message;
  wreck(status.leading, LEAD);
  wreck(status, STATUS);
  wreck(gossip?.leaderHint, LEADER_HINT);
  if (message.kind === "ping") {
    wreck(message.claim?.succeeds, TERM_ID);
    wreck(message.claim, CLAIM);
  }
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
  if (message.kind === "ack") wreck(message.vote, VOTE);
  wreck(message, message.kind === "ack" ? ACK : PING);
}
