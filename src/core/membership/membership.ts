/**
 * Who is there. A peer counts as alive once it has answered a challenge, or somebody credible says that it is there,
 * until a suspicion of it is not refuted in time, or it leaves.
 *
 * @module
 */

import { drop } from "../drop.ts";
import { type Boot, type Cookie, NO_COOKIE, type Status, UNKNOWN_BOOT } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { cookieOf } from "./cookie.ts";
import { foreignVoters, renewElectorate } from "./electorate.ts";
import { infoOf, type Peer, unknownPeer } from "./peer.ts";
import { noteRoundTrip } from "./round_trip.ts";
import { type Membership, orderOf } from "./state.ts";

/** Timeouts that a death is remembered, so that old news does not bring anybody back. */
const MOURNING = 20;

/** Who is named by options or discovery: the complete lists. New ones are pinged at once, voters stay until silent. */
export function setPeers(
  self: Membership,
  { addresses, voters, clusterSize }: {
    readonly addresses: readonly string[];
    readonly voters?: readonly string[];
    readonly clusterSize: number;
  },
): void {
  const own = self.ground.config.address;
  resize(self, clusterSize);
  // In plain democracy the own vote is all that anybody needs.
  self.electorate.votes = self.ground.config.quorum === "none" || voters === undefined || voters.includes(own);
  self.electorate.isAll = voters === undefined;
  const voting = new Set(voters ?? addresses);
  const named = new Set([...addresses, ...voting]);
  named.delete(own);
  self.named = named;
  for (const address of named) configure(self, address, voting.has(address));
  for (const peer of self.peers.values()) {
    if (peer.voter && !voting.has(peer.address)) peer.leaving = true;
    if (peer.leaving) retireIfOver(self, peer);
    else if (!peer.voter) dismiss(self, peer);
  }
  renewElectorate(self);
}

/**
 * Discovery cannot be read at the moment, or can be again. Members that were replaced meanwhile share few voters with this one, and
 * are no other cluster for that: who is one is found out when the list is known to be right.
 */
export function setStale(self: Membership, isStale: boolean): void {
  const { electorate } = self;
  if (electorate.isStale === isStale) return;
  electorate.isStale = isStale;
  // Before the first list there is nothing to tell of.
  if (!Number.isFinite(electorate.size)) return;
  renewElectorate(self);
  if (isStale) return;
  for (const peer of [...self.byBoot.values()]) {
    const shared = peer.voterList && foreignVoters(self, peer, peer.voterList);
    if (shared !== undefined) banish(self, peer, peer.boot, shared, peer.id);
  }
}

function resize({ electorate, ground: { now, config } }: Membership, size: number): void {
  const { before } = electorate;
  if (size < electorate.size && electorate.size !== Infinity) {
    before.size = now < before.until ? Math.max(before.size, electorate.size) : electorate.size;
    before.until = now + config.timeout;
  }
  electorate.size = size;
}

function configure(self: Membership, address: string, votes: boolean): void {
  const peer = self.peers.get(address) ?? unknownPeer(address);
  if (!self.peers.has(address)) remember(self, peer);
  if (!peer.configured) peer.votersTold = 0;
  peer.configured = true;
  place(self, peer);
  if (!votes) return;
  const known = peer.voter;
  peer.voter = true;
  peer.leaving = false;
  self.voters.add(peer);
  if (peer.alive && !known) self.ground.effects.push({ kind: "updated", member: infoOf(peer) });
}

/**
 * The peer at the address that a status names. Undefined when the packet is to be ignored, and for a stranger: nothing is
 * remembered of one that has not proved that it reads what is sent to that address.
 */
export function findSender(self: Membership, from: Boot, status: Status): Peer | "stranger" | undefined {
  const { ground, ground: { config } } = self;
  const known = self.peers.get(status.address);
  if (status.incarnation >= LIMITS.maxTerm) return drop(ground, "absurd-term");
  if (status.id === config.id || isTaken(self, status, known)) return drop(ground, "duplicate-id");
  const holder = self.byBoot.get(from);
  const isStolen = holder !== undefined && holder !== known;
  if (isStolen || status.address === config.address) return drop(ground, "impostor");
  if (known === undefined) return "stranger";
  return from === known.departed ? drop(ground, "departed") : known;
}

/** Whether there is no room for another stranger: as many as may be are alive. */
export function isFull(self: Membership): boolean {
  return self.peers.size - self.named.size >= LIMITS.strangers && longestGone(self) === undefined;
}

/** Makes room for a stranger, if there may be one more: before it is refused, one that is gone is forgotten. */
export function meet(self: Membership, address: string): Peer | undefined {
  if (self.peers.size - self.named.size >= LIMITS.strangers) {
    const gone = longestGone(self);
    if (gone === undefined) return drop(self.ground, "too-many-members");
    forget(self, gone);
  }
  const stranger = unknownPeer(address);
  remember(self, stranger);
  return stranger;
}

function longestGone({ peers }: Membership): Peer | undefined {
  let gone: Peer | undefined;
  for (const peer of peers.values()) {
    if (peer.configured || peer.alive || (gone !== undefined && gone.removedAt <= peer.removedAt)) continue;
    gone = peer;
  }
  return gone;
}

/** What a process must show that speaks for the peer at this address. */
export function expectedOf({ nonces }: Membership, address: string, boot: Boot, peer?: Peer): Cookie {
  return peer !== undefined && peer.boot === boot && peer.expected !== NO_COOKIE
    ? peer.expected
    : cookieOf(nonces.cookieKey, address, boot);
}

/** Whether a packet is the word of the process that is at the peer's address. */
export function isVerified(peer: Peer, from: Boot, cookie: Cookie): boolean {
  return peer.alive && peer.proved && peer.boot === from && peer.expected === cookie;
}

/** Whether an ack answers a ping, which it does once, and not later than one timeout. */
export function matchAck(self: Membership, peer: Peer, nonce: number): boolean {
  const oldest = self.ground.now - self.ground.config.timeout;
  const ping = peer.pings.find(nonce);
  if (ping === undefined || ping.sentAt < oldest) return false;
  const ms = self.ground.now - ping.sentAt;
  peer.pings.free(ping);
  noteRoundTrip(self.roundTrips, ms);
  self.ground.effects.push(self.ground.pool.roundTrip(ms));
  return true;
}

/** What makes a member alive: its own status, or what others say. */
export type Introduction = Pick<Status, "id" | "weight" | "eligible" | "incarnation">;

/** A process is at the member's address: it was not known to be, or another one was. */
export function markAlive(self: Membership, peer: Peer, boot: Boot, word: Introduction): void {
  if (peer.alive) markDead(self, peer);
  const namesake = self.byId.get(word.id);
  if (namesake !== undefined) {
    markDead(self, namesake);
    if (!namesake.configured) forget(self, namesake);
  }
  // What the process before was asked must not bring it back.
  if (peer.boot !== boot) {
    peer.pings.clear();
    peer.lastHeardBy = -Infinity;
  }
  peer.alive = true;
  peer.boot = boot;
  peer.foreign = undefined;
  peer.votersTold = 0;
  peer.voterList = undefined;
  peer.misfit = undefined;
  peer.promisedUntil = -Infinity;
  peer.proved = false;
  peer.expected = expectedOf(self, peer.address, boot);
  self.departed.delete(peer.departed);
  peer.departed = UNKNOWN_BOOT;
  peer.disputed = undefined;
  peer.beat = 0;
  peer.incarnation = word.incarnation;
  peer.id = word.id;
  peer.weight = word.weight;
  peer.eligible = word.eligible;
  peer.aliveSince = self.ground.now;
  self.changes += 1;
  // It has as much time to give a sign of life as anybody.
  peer.lastSign = self.ground.now;
  self.byBoot.set(boot, peer);
  self.byId.set(word.id, peer);
  place(self, peer);
  self.ground.effects.push({ kind: "added", member: infoOf(peer) });
}

/** The process at the peer's address belongs to another cluster, and shares only so many voters with this member. */
export function banish(self: Membership, peer: Peer, boot: Boot, shared: number, id: string): void {
  if (peer.alive && peer.boot === boot) markDead(self, peer);
  peer.foreign = boot;
  peer.lastPing = self.ground.now;
  self.lookups.delete(peer);
  self.ground.effects.push({
    kind: "mismatch",
    what: "foreign",
    member: { id, source: peer.address },
    value: shared,
  });
}

/** Takes what is said of a member that is alive, and tells if it is new. */
export function update(self: Membership, peer: Peer, word: Pick<Introduction, "weight" | "eligible">): void {
  if (peer.weight === word.weight && peer.eligible === word.eligible) return;
  peer.weight = word.weight;
  peer.eligible = word.eligible;
  self.ground.effects.push({ kind: "updated", member: infoOf(peer) });
}

/** A member that was alive is so no longer. Who was not configured is remembered for a while, so that old news cannot bring it back. */
export function markDead(self: Membership, peer: Peer): void {
  self.byBoot.delete(peer.boot);
  self.byId.delete(peer.id);
  self.probing.end(peer);
  self.suspects.delete(peer);
  // Who has heard it of others does not know what it has promised.
  if (peer.suspicion?.left === true && peer.departed !== peer.boot) peer.promisedUntil = promiseEnds(self);
  peer.suspicion = undefined;
  peer.alive = false;
  peer.disputed = undefined;
  peer.removedAt = self.ground.now;
  self.changes += 1;
  place(self, peer);
  self.ground.effects.push({ kind: "removed", member: infoOf(peer) });
  if (peer.leaving) retireIfOver(self, peer);
}

/** The process at the peer's address leaves: nothing of it counts any more, but for what it has promised, unless it is idle. */
export function depart(self: Membership, peer: Peer, idle: boolean): void {
  peer.promisedUntil = idle ? -Infinity : promiseEnds(self);
  self.departed.delete(peer.departed);
  peer.departed = peer.boot;
  self.departed.set(peer.boot, peer);
}

/** When the last promise ends of somebody that leaves now. */
function promiseEnds({ ground: { now, config } }: Membership): number {
  return now + config.timeout;
}

/** The peer is pinged with the next heartbeat. */
export function lookUp(self: Membership, peer: Peer): void {
  self.lookups.add(peer);
}

/** Forgets strangers that are gone long enough. */
export function sweepStrangers(self: Membership): void {
  const { timeout } = self.ground.config;
  if (self.peers.size === self.named.size) return;
  for (const peer of self.peers.values()) {
    if (peer.configured || peer.alive) continue;
    if (self.ground.now - peer.removedAt >= MOURNING * timeout) forget(self, peer);
  }
}

/**
 * Whether somebody else has this id. A configured member does not lose it to a stranger; else a later process gets it
 * when the one that had it does not answer any more: then it has moved to another address.
 */
export function isTaken(
  self: Membership,
  word: Pick<Introduction, "id" | "incarnation">,
  known: Peer | undefined,
): boolean {
  const holder = self.byId.get(word.id);
  if (holder === undefined || holder === known) return false;
  if (holder.configured !== (known?.configured ?? false)) return holder.configured;
  return holder.suspicion === undefined || word.incarnation <= holder.incarnation;
}

/** Voters that are not named any more cease to count, once they are silent or what they promised before they left has run out. */
export function reviewLeaving(self: Membership): void {
  const { items } = self.voters;
  for (let place = items.length - 1; place >= 0; place--) {
    const peer = items[place]!;
    if (peer.leaving) retireIfOver(self, peer);
  }
}

/**
 * Discovery no longer names a voter: it counts until it is silent for a timeout. One that says that it leaves is silent at once,
 * while somebody may still lead by its vote.
 */
function retireIfOver(self: Membership, peer: Peer): void {
  if (peer.alive || self.ground.now < peer.promisedUntil) return;
  peer.voter = false;
  peer.leaving = false;
  self.voters.delete(peer);
  dismiss(self, peer);
}

/** Who is no longer named is a stranger from now on. */
function dismiss(self: Membership, peer: Peer): void {
  if (!peer.configured || self.named.has(peer.address)) return;
  peer.configured = false;
  // It is told that it is not listed any more.
  peer.votersTold = 0;
  if (peer.boot === UNKNOWN_BOOT) forget(self, peer);
  else place(self, peer);
}

/** Puts a member into the ring that it belongs to. */
function place(self: Membership, peer: Peer): void {
  const { credible, strangers, absent } = self.orders;
  const order = peer.alive ? orderOf(self, peer) : (peer.configured ? absent : undefined);
  for (const other of [credible, strangers, absent]) if (other !== order) other.delete(peer);
  order?.add(peer, self.ground.random);
}

function remember(self: Membership, peer: Peer): void {
  self.peers.set(peer.address, peer);
  self.directory = undefined;
}

function forget(self: Membership, peer: Peer): void {
  self.departed.delete(peer.departed);
  self.peers.delete(peer.address);
  self.voters.delete(peer);
  self.lookups.delete(peer);
  self.orders.absent.delete(peer);
  self.directory = undefined;
}
