/**
 * What a packet says of who is there. Whatever does not fit is dropped and counted; what concerns the election comes out as a
 * small result.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { InputEvent } from "../input.ts";
import type { Ack, Boot, Gossip, LeaderHint, Leave, Message, Ping, Release, Status } from "../message/message.ts";
import { UNKNOWN_BOOT } from "../message/message.ts";
import { answerPull, pullAll, takePage } from "./anti_entropy.ts";
import { aliveRumor, spread } from "./gossip.ts";
import { expectedEcho, findSender, isVerified, markAlive, matchAck, update } from "./membership.ts";
import type { Peer } from "./peer.ts";
import { acceptNack, acceptVouch, answerProbe, noteSign } from "./probing.ts";
import { ack, challenge } from "./sending.ts";
import { type Heard, isCredible, type Membership, orderOf } from "./state.ts";
import { declareDead } from "./suspicion.ts";
import { isMesh } from "./swim.ts";
import { believe, renew } from "./updates.ts";

type Packet = Extract<InputEvent, { kind: "packet" }>;
type Question = Exclude<Message, Ping | Ack | Release | Leave>;

/** Takes a packet; undefined where there is nothing in it for the election. */
export function take(self: Membership, packet: Packet): Heard | undefined {
  const { source, from, message } = packet;
  switch (message.kind) {
    case "ping":
      return takePing(self, packet, message);
    case "ack":
      return takeAck(self, packet, message);
    case "release":
    case "leave":
      return takeFarewell(self, packet, message);
    default: {
      const peer = self.byBoot.get(from);
      if (peer === undefined || !isVerified(peer, source, from)) return drop(self.ground, "unverified");
      return takeQuestion(self, peer, from, message);
    }
  }
}

function takeQuestion(self: Membership, peer: Peer, from: Boot, message: Question): undefined {
  switch (message.kind) {
    case "probe":
      answerProbe(self, peer, message);
      break;
    case "vouch":
      acceptVouch(self, peer, message);
      break;
    case "nack":
      acceptNack(self, peer, message);
      break;
    case "pull":
      answerPull(self, peer, message);
      break;
    case "page":
      if (!takePage(self, peer, from, message)) drop(self.ground, "unverified");
  }
}

function takePing(self: Membership, packet: Packet, message: Ping): Heard | undefined {
  const { ground: { now, config } } = self;
  const { source, from, to } = packet;
  const { nonce, hears, status, claim, gossip } = message;
  const peer = findSender(self, source, from, status);
  if (peer === undefined) return undefined;
  if (to !== config.boot || !isVerified(peer, source, from)) {
    // To the address that the ping names: one that wrote in its name does not see the challenge.
    challenge(self, peer, from, nonce, expectedEcho(self, peer));
    return undefined;
  }
  const isNews = learn(self, peer, status);
  if (isNews) {
    noteSign(self, peer);
    if (hears) peer.lastHeardBy = now;
  }
  const leaderHint = hear(self, peer, gossip);
  const wantsAck = claim !== undefined || !isMutual(self, peer);
  peer.lastPinged = now;
  return result(self, peer, from, message, isNews, leaderHint, wantsAck);
}

/**
 * Whether a ping only crosses this member's own: both sides then have their sign of life, and an ack would tell
 * nothing. Pings that follow fast on one another ask for the answer that was lost.
 */
function isMutual(self: Membership, peer: Peer): boolean {
  const { ground: { now, config: { interval, lifeguard } } } = self;
  if (!lifeguard || !isMesh(orderOf(self, peer).size)) return false;
  return now - peer.lastPinged > interval * 0.4 && now - peer.lastPing <= interval * 1.6;
}

function takeAck(self: Membership, packet: Packet, message: Ack): Heard | undefined {
  const { from, source } = packet;
  const { nonce, status } = message;
  const peer = self.peers.has(status.address)
    ? findSender(self, source, from, status)
    : drop(self.ground, "unverified");
  if (peer === undefined) return undefined;
  const matched = matchAck(self, peer, nonce);
  if (matched) admit(self, peer, source, from, status);
  if (!isVerified(peer, source, from)) return drop(self.ground, "unverified");
  if (matched) {
    noteSign(self, peer);
    peer.lastHeardBy = self.ground.now;
  }
  const isNews = learn(self, peer, status);
  const leaderHint = hear(self, peer, message.gossip);
  if (message.challenge !== 0) ack(self, peer, from, message.challenge);
  return result(self, peer, from, message, isNews, leaderHint, false);
}

function takeFarewell(self: Membership, packet: Packet, message: Release | Leave): Heard | undefined {
  const { from, source } = packet;
  const peer = self.byBoot.get(from) ?? findDeparted(self, from);
  if (peer === undefined || peer.route !== source) return drop(self.ground, "unverified");
  ack(self, peer, from, message.nonce);
  if (message.kind === "leave") {
    if (!peer.alive || peer.boot !== from) return undefined;
    peer.departed = from;
    declareDead(self, peer);
  }
  return result(self, peer, from, message, false, undefined, false);
}

function findDeparted(self: Membership, boot: Boot): Peer | undefined {
  for (const peer of self.peers.values()) if (peer.departed === boot) return peer;
  return undefined;
}

/** Every datagram has a result: the same object each time. */
function result(
  { heard }: Membership,
  ...[peer, from, message, isNews, leaderHint, wantsAck]: [
    Peer,
    Boot,
    Heard["message"],
    boolean,
    LeaderHint | undefined,
    boolean,
  ]
): Heard {
  heard.peer = peer;
  heard.from = from;
  heard.message = message;
  heard.isNews = isNews;
  heard.leaderHint = leaderHint;
  heard.wantsAck = wantsAck;
  return heard;
}

/** The process `from` at the peer's address has proved that it is there now. */
function admit(self: Membership, peer: Peer, source: string, from: Boot, status: Status): void {
  if (peer.alive && peer.boot === from) {
    peer.route = source;
    return;
  }
  const { incarnation, boot } = peer;
  const isOutdated = boot !== UNKNOWN_BOOT && status.incarnation <= incarnation;
  markAlive(self, peer, from, status);
  peer.route = source;
  if (isOutdated) {
    // The others will have it for dead, or an earlier process for alive, until it has refuted that.
    peer.disputed = incarnation;
    peer.incarnation = incarnation;
  } else spread(self, aliveRumor(peer));
  // A partition has ended: there may be more behind it.
  if (boot === from) pullAll(self, peer);
}

/** Takes what a verified peer says of itself; its id is fixed for as long as it is alive. Returns whether it is news. */
function learn(self: Membership, peer: Peer, status: Status): boolean {
  if (status.beat <= peer.beat) return false;
  peer.beat = status.beat;
  update(self, peer, status);
  renew(self, peer, status.incarnation);
  return true;
}

/** Takes the rumors that rode on the datagram of a verified peer; the leader that it follows is for the election. */
function hear(self: Membership, teller: Peer, gossip: Gossip | undefined): LeaderHint | undefined {
  if (gossip === undefined || !isCredible(self, teller)) return undefined;
  const { rumors, leaderHint } = gossip;
  for (let place = 0; place < rumors.length; place++) believe(self, rumors[place]!);
  return leaderHint;
}
