/**
 * Pings, acks and other messages to one peer. What this member says of itself and of the leader is filled in at the end of the
 * step: until then it may change.
 *
 * @module
 */

import type { Ack, Boot, Gossip, Message, Ping } from "../message/message.ts";
import { UNKNOWN_BOOT } from "../message/message.ts";
import type { Mutable } from "../message/blank.ts";
import type { Sent } from "../message/pool.ts";
import { rumorsFor } from "./gossip.ts";
import type { Peer } from "./peer.ts";
import { type Membership, nextNonce } from "./state.ts";

/** Intervals within which a peer was heard of late: one heartbeat may be lost. */
export const OF_LATE = 2;

/** Sends `message` to the process last known at the peer's address. */
export function send({ ground }: Membership, peer: Peer, message: Message): void {
  ground.effects.push({ kind: "send", address: peer.address, to: bootOf(peer), message });
}

function bootOf({ boot, departed }: Peer): Boot {
  return boot === departed ? UNKNOWN_BOOT : boot;
}

/** Pings a peer. A candidate may add its claim to the ping that is returned. */
export function ping(self: Membership, peer: Peer): Mutable<Ping> {
  const { ground: { now, config, effects, pool } } = self;
  const pending = peer.pings.add();
  pending.nonce = nextNonce(self, peer);
  pending.sentAt = now;
  peer.lastPing = now;
  const sent = pool.ping();
  sent.address = peer.address;
  sent.to = bootOf(peer);
  const { message } = sent;
  message.nonce = pending.nonce;
  message.hears = now - peer.lastHeard <= OF_LATE * config.interval;
  message.claim = undefined;
  message.gossip = gossipTo(self, peer);
  effects.push(sent);
  return message;
}

/** Answers `nonce` to the boot that asked. A voter may add its vote to the ack that is returned. */
export function ack(self: Membership, peer: Peer, to: Boot, nonce: number): Mutable<Ack> {
  const { message } = takeAck(self, peer, to, nonce);
  message.challenge = 0;
  message.gossip = gossipTo(self, peer);
  return message;
}

/** Answers `nonce`, and asks for an ack in turn: the boot has not proved yet that it is there. */
export function challenge(self: Membership, peer: Peer, to: Boot, nonce: number, wanted: number): void {
  const { message } = takeAck(self, peer, to, nonce);
  message.challenge = wanted;
  // A process that has not proved to be there would be sent more than it sent.
  message.gossip = undefined;
}

function takeAck({ ground: { effects, pool } }: Membership, { address }: Peer, to: Boot, nonce: number): Sent<Ack> {
  const sent = pool.ack();
  sent.address = address;
  sent.to = to;
  sent.message.nonce = nonce;
  sent.message.vote = undefined;
  effects.push(sent);
  return sent;
}

/** Room for gossip, with the rumors in it; none for a process that has not proved to be there. */
function gossipTo(self: Membership, peer: Peer): Gossip | undefined {
  if (peer.route === "" || !peer.alive) return undefined;
  const gossip = self.ground.pool.gossip();
  gossip.leaderHint = undefined;
  gossip.rumors = rumorsFor(self, peer);
  return gossip;
}
