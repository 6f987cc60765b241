/**
 * What must hold of one member's view of who is there, after each step.
 *
 * @module
 */

import { hashOf } from "../../../src/core/membership/electorate.ts";
import type { Peer } from "../../../src/core/membership/peer.ts";
import { isCredible, type Membership } from "../../../src/core/membership/state.ts";
import { findRemovalDue } from "../../../src/core/membership/suspicion.ts";
import { MOST_SUSPICIONS, WORST_HEALTH } from "../../../src/core/membership/swim.ts";
import { LIMITS } from "../../../src/limits.ts";
import { expect } from "./broken_invariant.ts";

/** How many peers there are of each kind. */
interface Count {
  alive: number;
  credible: number;
  absent: number;
  suspects: number;
  probed: number;
  voters: number;
  departed: number;
}

/** Throws where something does not hold. */
export function checkMembership(self: Membership): void {
  const count: Count = { alive: 0, credible: 0, absent: 0, suspects: 0, probed: 0, voters: 0, departed: 0 };
  for (const [address, peer] of self.peers) {
    expect(peer.address === address && address !== self.ground.config.address, "peers are found by their addresses");
    checkNamed(self, peer, count);
    if (peer.alive) checkAlive(self, peer, count);
    else expect(peer.suspicion === undefined && peer.probe === undefined, "nobody waits for who is gone");
    if (self.departed.get(peer.departed) === peer) count.departed += 1;
  }
  checkCounts(self, count);
  checkElectorate(self);
  const { localHealth, incarnation, ground: { now, config } } = self;
  expect(localHealth >= 0 && localHealth <= WORST_HEALTH, "the local health is in its bounds");
  expect(incarnation >= 0 && incarnation < LIMITS.maxTerm, "the own incarnation can be believed");
  expect(self.removalsFrom <= findRemovalDue(self), "nobody is removed later than its suspicion ends");
  expect(self.indirectProbes.size <= LIMITS.pendingProbes, "others are looked after, but not too many");
  for (const { until } of self.indirectProbes.values()) {
    expect(until <= now + config.timeout, "others are looked after for a timeout");
  }
}

function checkNamed(self: Membership, peer: Peer, count: Count): void {
  const { address } = peer;
  expect(peer.configured === (self.named.has(address) || peer.leaving), "who is named, or leaves, is configured");
  const hasLeft = peer.promisedUntil > -Infinity;
  expect(
    !peer.leaving || (peer.voter && (peer.alive || hasLeft)),
    "only a voter that is alive, or was of late, leaves",
  );
  expect(!peer.voter || peer.configured, "only who is configured votes");
  expect(peer.voter === self.voters.has(peer), "voters are those that count as such");
  if (peer.voter) count.voters += 1;
  if (peer.configured && !peer.alive) count.absent += 1;
}

function checkAlive(self: Membership, peer: Peer, count: Count): void {
  const { ground: { now, config } } = self;
  const { boot, id, suspicion } = peer;
  count.alive += 1;
  if (isCredible(self, peer)) count.credible += 1;
  expect(self.byBoot.get(boot) === peer && boot !== config.boot, "who is alive is found by its boot");
  expect(self.byId.get(id) === peer && id !== config.id, "who is alive is found by its id");
  expect(boot !== peer.departed && boot !== peer.foreign, "who has left, or is of another cluster, is not alive");
  expect(peer.expected.length === 16, "who is alive must show something");
  expect(peer.lastHeard <= now && peer.lastSign <= now && peer.lastHeardBy <= now, "no sign of life is of the future");
  expect(peer.incarnation >= 0 && peer.beat >= 0 && Number.isFinite(peer.weight), "a peer's numbers are numbers");
  expect(peer.pings.size <= LIMITS.outstandingPings, "pings are remembered, but not too many");
  if (peer.probe !== undefined) count.probed += 1;
  expect((suspicion !== undefined) === self.suspects.has(peer), "who is suspected is among the suspects");
  if (suspicion === undefined) return;
  count.suspects += 1;
  expect(suspicion.incarnation === peer.incarnation, "a suspicion is of the latest incarnation");
  expect(suspicion.since <= now && suspicion.by.size <= MOST_SUSPICIONS, "a suspicion is in its bounds");
}

function checkCounts(self: Membership, count: Count): void {
  const { orders: { credible, strangers, absent }, probing } = self;
  expect(self.byBoot.size === count.alive && self.byId.size === count.alive, "boots and ids are of who is alive");
  expect(self.suspects.size === count.suspects, "suspects are alive");
  expect(self.voters.size === count.voters, "voters are peers");
  expect(self.departed.size === count.departed, "the departed are remembered by their peers");
  expect(credible.size === count.credible, "each that is alive and credible has its turn");
  expect(strangers.size === count.alive - count.credible, "each stranger has its turn");
  expect(absent.size === count.absent, "each that is named and absent is looked for");
  expect(probing.peers.length === count.probed, "who is probed is waited for");
  for (let place = 1; place < probing.peers.length; place++) {
    expect(probing.peers[place]!.probe !== probing.peers[place - 1]!.probe, "each probe is of one peer");
  }
  for (const peer of self.lookups) expect(self.peers.get(peer.address) === peer, "who is looked up is known");
  expect(self.peers.size - self.named.size <= LIMITS.strangers + count.voters, "there is room for so many strangers");
}

function checkElectorate({ electorate, voters, ground: { config } }: Membership): void {
  const { told, votes, isStale } = electorate;
  if (!Number.isFinite(electorate.size)) return;
  const named = voters.items.filter(({ leaving }) => !leaving).map(({ address }) => address);
  if (votes) named.push(config.address);
  const isMany = isStale || named.length > LIMITS.toldVoters;
  expect(told.isMany === isMany, "others are told whether there are many voters, or nobody knows");
  if (told.isMany) return;
  expect(told.hashes.length === named.length, "others are told of all voters");
  for (const address of named) expect(told.hashes.includes(hashOf(address)), "others are told of each voter");
}
