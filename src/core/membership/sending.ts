/**
 * Pings, acks and other messages to one peer. What this member says of itself and of the leader is filled in at the end of the
 * step: until then it may change.
 *
 * @module
 */

import type { Mutable } from "../message/blank.ts";
import {
  type Ack,
  type Boot,
  type Cookie,
  type Gossip,
  type Message,
  NO_COOKIE,
  type Ping,
} from "../message/message.ts";
import type { Sent } from "../message/pool.ts";
import { voterListDue, voterListFor, VOTERS_BYTES } from "./electorate.ts";
import { rumorsFor } from "./gossip.ts";
import type { Peer } from "./peer.ts";
import { type Membership, nextNonce } from "./state.ts";

/** Intervals within which a peer was heard of late: one heartbeat may be lost. */
export const OF_LATE = 2;

/** The nonce of an ack that answers nothing, but shows a cookie. */
const UNASKED_NONCE = 0;

/** What this member shows to the process that is, or was last, at the peer's address, or to another one there. */
export function cookieTo({ given, givenBy, boot, departed }: Peer, to: Boot = boot): Cookie {
  return to === givenBy && to !== departed ? given : NO_COOKIE;
}

/** Sends `message` to the process last known at the peer's address. */
export function send({ ground }: Membership, peer: Peer, message: Message): void {
  ground.effects.push({ kind: "send", address: peer.address, cookie: cookieTo(peer), message });
}

/** Pings a peer. A candidate may add its request to the ping that is returned, and a voter its answer. */
export function ping(self: Membership, peer: Peer): Mutable<Ping> {
  const { ground: { now, config, effects, pool } } = self;
  const pending = peer.pings.add();
  pending.nonce = nextNonce(self, peer);
  pending.sentAt = now;
  peer.lastPing = now;
  if (peer.suspicion !== undefined) peer.suspicion.probedAt ??= now;
  const sent = pool.ping();
  sent.address = peer.address;
  sent.cookie = cookieTo(peer);
  const { message } = sent;
  void ({
    nonce: message.nonce = pending.nonce,
    hears: message.hears = now - peer.lastHeard <= OF_LATE * config.interval,
    request: message.request = undefined,
    answer: message.answer = undefined,
    gossip: message.gossip = undefined,
    voters: message.voters = undefined,
  } satisfies Omit<Ping, "kind" | "status">);
  tell(self, peer, message);
  effects.push(sent);
  return message;
}

/** Asks the peer of that boot what to show, if it is there and has not told. */
export function introduce(self: Membership, boot: Boot): void {
  const peer = self.byBoot.get(boot);
  if (peer !== undefined && cookieTo(peer) === NO_COOKIE) ping(self, peer);
}

/** Answers `nonce` to the boot that asked. A voter may add its answer to the ack that is returned. */
export function ack(self: Membership, peer: Peer, to: Boot, nonce: number): Mutable<Ack> {
  const { message } = takeAck(self, peer.address, cookieTo(peer, to), nonce);
  tell(self, peer, message);
  return message;
}

/** Answers `nonce` to a process that has not shown what it must: it is told what that is, and shows it in an ack in turn. */
export function challenge(
  self: Membership,
  address: string,
  { shown, expected, peer }: { readonly shown: Cookie; readonly expected: Cookie; readonly peer: Peer | undefined },
  nonce: number,
): void {
  const { message } = takeAck(self, address, shown, nonce);
  message.cookie = expected;
  // No gossip: a process that has not proved to be there would be sent more than it sent.
  message.voters = voterListFor(self, peer);
}

/** Shows the peer what it has told this member to show. Where it has not shown its own cookie yet, it is told in turn. */
export function showCookie(self: Membership, peer: Peer, to: Boot, expected: Cookie): void {
  const { message } = takeAck(self, peer.address, cookieTo(peer, to), UNASKED_NONCE);
  message.cookie = expected;
  message.voters = voterListFor(self, peer);
}

/** Tells a process that does not belong to this cluster whom this one takes for voters. */
export function tellVoters(self: Membership, address: string, shown: Cookie, peer: Peer | undefined): void {
  const { message } = takeAck(self, address, shown, UNASKED_NONCE);
  message.voters = voterListFor(self, peer);
}

function takeAck(self: Membership, address: string, cookie: Cookie, nonce: number): Sent<Ack> {
  const { effects, pool } = self.ground;
  const sent = pool.ack();
  sent.address = address;
  sent.cookie = cookie;
  const { message } = sent;
  void ({
    nonce: message.nonce = nonce,
    cookie: message.cookie = NO_COOKIE,
    answer: message.answer = undefined,
    gossip: message.gossip = undefined,
    voters: message.voters = undefined,
  } satisfies Omit<Ack, "kind" | "status">);
  effects.push(sent);
  return sent;
}

/** Adds gossip, and the own list of voters where it is due; none of it for a process that has not proved to be there. */
function tell(self: Membership, peer: Peer, message: Mutable<Ping> | Mutable<Ack>): void {
  if (!peer.proved || !peer.alive) return;
  message.voters = voterListDue(self, peer);
  const gossip: Mutable<Gossip> = self.ground.pool.gossip();
  void ({
    leaderHint: gossip.leaderHint = undefined,
    rumors: gossip.rumors = rumorsFor(self, peer, message.voters === undefined ? 0 : VOTERS_BYTES),
  } satisfies Gossip);
  message.gossip = gossip;
}
