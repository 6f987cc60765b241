/**
 * What a packet says of who is there. Whatever does not fit is dropped and counted; what concerns the election comes out as a
 * small result.
 *
 * @module
 */

import { drop } from "../drop.ts";
import type { InputEvent } from "../input.ts";
import type {
  Ack,
  Boot,
  Cookie,
  Gossip,
  LeaderHint,
  Leave,
  Message,
  Ping,
  Release,
  Status,
} from "../message/message.ts";
import { NO_COOKIE, UNKNOWN_BOOT } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { answerPull, pullAll, takePage } from "./anti_entropy.ts";
import { takeToken } from "../bucket.ts";
import { foreignVoters, takeVoterList } from "./electorate.ts";
import { aliveRumor, spread } from "./gossip.ts";
import {
  banish,
  depart,
  expectedOf,
  findSender,
  isFull,
  isVerified,
  markAlive,
  matchAck,
  meet,
  update,
} from "./membership.ts";
import type { Peer } from "./peer.ts";
import { acceptNack, acceptVouch, answerProbe, noteSign } from "./probing.ts";
import { ack, challenge, cookieTo, showCookie, tellVoters } from "./sending.ts";
import { type Heard, isCredible, type Membership, orderOf } from "./state.ts";
import { declareDead } from "./suspicion.ts";
import { isMesh } from "./swim.ts";
import { believe, renew } from "./updates.ts";

type Packet = Extract<InputEvent, { kind: "packet" }>;
type Question = Exclude<Message, Heard["message"]>;

/** Takes a packet; undefined where there is nothing in it for the election. */
export function take(self: Membership, packet: Packet): Heard | undefined {
  const { from, cookie, message } = packet;
  switch (message.kind) {
    case "ping":
      return takePing(self, packet, message);
    case "ack":
      return takeAck(self, packet, message);
    case "release":
    case "leave":
      return takeFarewell(self, packet, message);
    case "claims":
    case "votes":
    case "roll-call":
    case "roll": {
      const peer = self.byBoot.get(from);
      if (peer === undefined || !isVerified(peer, from, cookie)) return drop(self.ground, "bad-cookie");
      return result(self, peer, from, message, false, undefined, false);
    }
    default: {
      const peer = self.byBoot.get(from);
      if (peer === undefined || !isVerified(peer, from, cookie)) return drop(self.ground, "bad-cookie");
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
  const { now } = self.ground;
  const { from, cookie } = packet;
  const { hears, status, request, gossip } = message;
  const peer = findSender(self, from, status);
  if (peer === undefined) return undefined;
  if (peer === "stranger" || !isVerified(peer, from, cookie)) {
    greet(self, packet, message, peer === "stranger" ? undefined : peer);
    return undefined;
  }
  if (message.voters !== undefined) {
    if (!isKin(self, peer, from, message)) return undefined;
    takeVoterList(self, peer, message.voters);
  }
  const isNews = learn(self, peer, status);
  if (isNews) {
    noteSign(self, peer);
    if (hears) peer.lastHeardBy = now;
  }
  const leaderHint = hear(self, peer, gossip);
  const wantsAck = request?.urgent === true || !isMutual(self, peer);
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

/** Tells a process what to show, at the address that it names: one that only writes in its name does not get to see it. */
function greet(self: Membership, { source, from }: Packet, { nonce, status: { address } }: Ping, known?: Peer): void {
  const { ground, ground: { now } } = self;
  const isConfigured = known?.configured === true;
  const bucket = isConfigured ? self.greetings.configured : self.greetings.others;
  if (!takeToken(bucket, LIMITS.greetings, now)) return drop(ground, "flooded");
  if (known === undefined && isFull(self)) return drop(ground, "too-many-members");
  // It may be behind a translator of addresses, and out of reach where it says it is.
  if (!isConfigured && source !== address) drop(ground, "elsewhere");
  const expected = expectedOf(self, address, from, known);
  if (known !== undefined) known.challengedAt = now;
  const shown = known === undefined ? NO_COOKIE : cookieTo(known, from);
  challenge(self, address, { shown, expected, peer: known }, nonce);
}

function takeAck(self: Membership, packet: Packet, message: Ack): Heard | undefined {
  const { from, cookie } = packet;
  const { nonce, status } = message;
  const sender = findSender(self, from, status);
  if (sender === undefined) return undefined;
  const known = sender === "stranger" ? undefined : sender;
  const expected = expectedOf(self, status.address, from, known);
  const shows = cookie === expected;
  const matched = known !== undefined && matchAck(self, known, nonce);
  // An ack that nobody has asked for of late may be played back by somebody.
  const isAsked = known === undefined || self.ground.now - known.challengedAt <= self.ground.config.timeout;
  if (!matched && !(shows && isAsked) && !(known !== undefined && isVerified(known, from, cookie))) {
    return drop(self.ground, "bad-cookie");
  }
  if (!isKin(self, known, from, message)) {
    // It is told the list in turn, and learns the same.
    if (message.cookie !== NO_COOKIE) tellVoters(self, status.address, message.cookie, known);
    return undefined;
  }
  const isAnswer = matched || (shows && isAsked);
  if (isAnswer && !mayEnter(self, known, from)) return drop(self.ground, "flooded");
  const peer = known ?? meet(self, status.address);
  if (peer === undefined) return undefined;
  if (isAnswer) {
    admit(self, peer, from, status);
    peer.lastHeardBy = self.ground.now;
  }
  if (message.cookie !== NO_COOKIE) {
    accept(self, peer, from, message.cookie);
    showCookie(self, peer, from, shows ? NO_COOKIE : expected);
  }
  if (message.voters !== undefined) takeVoterList(self, peer, message.voters);
  const isNews = learn(self, peer, status);
  if (isAnswer || isNews) noteSign(self, peer);
  const leaderHint = hear(self, peer, message.gossip);
  return result(self, peer, from, message, isNews, leaderHint, false);
}

/**
 * Whether the process belongs to this cluster, as far as it says. What does not is neither a member nor asked for anything; it
 * must not be believed of others either.
 */
function isKin(self: Membership, peer: Peer | undefined, from: Boot, { status, voters }: Ping | Ack): boolean {
  if (voters === undefined) {
    if (peer?.foreign !== from) return true;
    drop(self.ground, "foreign");
    return false;
  }
  const shared = foreignVoters(self, peer, voters);
  if (shared === undefined) return true;
  drop(self.ground, "foreign");
  if (peer === undefined) {
    const member = { id: status.id, source: status.address };
    self.ground.effects.push({ kind: "mismatch", what: "foreign", member, value: shared });
  } else banish(self, peer, from, shared, status.id);
  return false;
}

/** Whether the application may be told of another process that is in no list: strangers could come and go for ever. */
function mayEnter(self: Membership, peer: Peer | undefined, from: Boot): boolean {
  const { ground: { now, config }, greetings } = self;
  const isCredible = config.sealed || peer?.configured === true;
  if (isCredible || (peer?.alive === true && peer.boot === from)) return true;
  return takeToken(greetings.entries, LIMITS.entries, now);
}

function takeFarewell(self: Membership, packet: Packet, message: Release | Leave): Heard | undefined {
  const { from, cookie } = packet;
  const peer = self.byBoot.get(from) ?? self.departed.get(from);
  if (peer === undefined || cookie !== expectedOf(self, peer.address, from, peer)) {
    return drop(self.ground, "bad-cookie");
  }
  ack(self, peer, from, message.nonce);
  if (message.kind === "leave") {
    if (!peer.alive || peer.boot !== from) return undefined;
    depart(self, peer, message.idle);
    declareDead(self, peer);
  }
  return result(self, peer, from, message, false, undefined, false);
}

/** What a peer has told this member to show. */
function accept(self: Membership, peer: Peer, from: Boot, cookie: Cookie): void {
  const isNew = peer.givenBy !== from || peer.given !== cookie;
  peer.given = cookie;
  peer.givenBy = from;
  if (isNew) self.ground.effects.push({ kind: "introduced", boot: from });
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
function admit(self: Membership, peer: Peer, from: Boot, status: Status): void {
  if (peer.alive && peer.boot === from) {
    peer.proved = true;
    return;
  }
  const { incarnation, boot } = peer;
  // A process whose clock was far ahead leaves an incarnation that no later one reaches.
  const isReachable = incarnation <= status.incarnation + LIMITS.clockLead;
  const isOutdated = boot !== UNKNOWN_BOOT && status.incarnation <= incarnation && isReachable;
  markAlive(self, peer, from, status);
  peer.proved = true;
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
