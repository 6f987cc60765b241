/**
 * Leases of named elections: one for each set of voters that have granted the same bids. A heartbeat's answer prolongs them all by
 * one deadline each, however many elections lean on them.
 *
 * @module
 */

import { LIMITS } from "../../../limits.ts";
import type { Boot } from "../../message/message.ts";
import { leaseFrom, leaseLength, type SendTime } from "../lease.ts";
import { type Election, isQuorum, quorum } from "../state.ts";
import { backingOf } from "../asking.ts";
import type { Bid, SharedLease } from "./state.ts";

/** Finds the lease of a bid anew: its votes, or the promises that they lean on, have changed. */
export function leanAnew(self: Election, bid: Bid): void {
  const lease = leaseOf(self, votersOf(self, bid));
  if (lease === bid.lease) return;
  leave(self, bid);
  bid.lease = lease;
  lease?.bids.add(bid);
  lease?.newcomers.add(bid);
}

/** The bid leans on no lease any more. */
export function leave({ named }: Election, bid: Bid): void {
  const { lease } = bid;
  bid.lease = undefined;
  if (lease === undefined) return;
  lease.bids.delete(bid);
  lease.newcomers.delete(bid);
  if (lease.bids.size === 0) named.leases[lease.slot] = undefined;
}

/** Counts a lease anew; whether it holds now. What has changed is told. */
export function countLease(self: Election, lease: SharedLease): boolean {
  const { ground: { now, wall, config, effects } } = self;
  const from = countedFrom(self, lease);
  const length = leaseLength(config.timeout, config.drift);
  const deadline = from === undefined ? -Infinity : from.now + length;
  const wallDeadline = from === undefined ? -Infinity : from.wall + length;
  if (deadline <= now || wallDeadline <= wall) return false;
  if (deadline === lease.deadline && wallDeadline === lease.wallDeadline) return true;
  lease.deadline = deadline;
  lease.wallDeadline = wallDeadline;
  const { slot, generation } = lease;
  effects.push({ kind: "lease", slot, generation, deadline, wallDeadline });
  return true;
}

/**
 * The process `from` leaves: votes that are in force at that moment count as long as the voter does, as in the default election. See
 * `keepVote`.
 */
export function keepVotes(self: Election, address: string, from: Boot): void {
  const { named: { leases }, ground: { now, wall, config } } = self;
  const known = backingOf(self, address);
  const length = leaseLength(config.timeout, config.drift);
  if (known?.boot !== from || now >= known.sentAt.now + length || wall >= known.sentAt.wall + length) return;
  for (const lease of leases) if (lease?.voters.includes(address) === true) lease.kept.add(address);
}

/** Whether a voter's vote for the bid leans on the promise that it has given now. */
export function isGranted(self: Election, { granted }: Bid, address: string): boolean {
  const [vote, known] = [granted.get(address), backingOf(self, address)];
  return vote !== undefined && vote.boot === known?.boot && vote.epoch === known.epoch;
}

/** The voters whose votes for the bid count now, in order. */
function votersOf(self: Election, bid: Bid): string[] {
  const addresses: string[] = [];
  for (const address of bid.granted.keys()) {
    if (isGranted(self, bid, address) && countsAs(self, address) !== undefined) addresses.push(address);
  }
  return addresses.sort();
}

/** The lease of so many voters; undefined where they are no quorum. */
function leaseOf(self: Election, voters: readonly string[]): SharedLease | undefined {
  if (!isEnough(self, voters)) return undefined;
  const { named: { leases } } = self;
  const same = leases.find((lease) => lease?.voters.length === voters.length && leansOn(lease, voters));
  if (same !== undefined) return same;
  const free = leases.indexOf(undefined);
  const slot = free >= 0 ? free : leases.length;
  // With many voters there are more sets than places: a bid may lean on any quorum among its voters, which is only earlier.
  if (slot >= LIMITS.leases) {
    return leases.find((lease) => lease !== undefined && leansOn(lease, voters) && isEnough(self, lease.voters));
  }
  const lease: SharedLease = {
    ...{ slot, generation: ++self.named.generation, voters, bids: new Set(), newcomers: new Set(), kept: new Set() },
    ...{ deadline: -Infinity, wallDeadline: -Infinity },
  };
  leases[slot] = lease;
  return lease;
}

function leansOn(lease: SharedLease, voters: readonly string[]): boolean {
  return lease.voters.every((address) => voters.includes(address));
}

/** Whether a vote from that address counts, and among those that are named; undefined where it does not count. */
function countsAs({ membership, ground: { config } }: Election, address: string): "named" | "leaving" | undefined {
  if (address === config.address) return membership.electorate.votes ? "named" : undefined;
  const peer = membership.peers.get(address);
  if (peer?.voter !== true) return undefined;
  return peer.leaving ? "leaving" : "named";
}

function isEnough(self: Election, addresses: readonly string[]): boolean {
  let [named, all] = [0, 0];
  for (const address of addresses) {
    const counts = countsAs(self, address);
    if (counts !== undefined) all += 1;
    if (counts === "named") named += 1;
  }
  return isQuorum(self, named, all);
}

/** The send time that a lease counts from: that of a quorum of the voters that are named, and of all. */
function countedFrom(self: Election, { voters, kept }: SharedLease): SendTime | undefined {
  const [named, all]: [SendTime[], SendTime[]] = [[], []];
  for (const address of voters) {
    const [known, counts] = [backingOf(self, address), countsAs(self, address)];
    if (known === undefined || counts === undefined) continue;
    const isKept = counts === "leaving" && kept.has(address);
    const sentAt = isKept ? self.asking.newest ?? known.sentAt : known.sentAt;
    all.push(sentAt);
    if (counts === "named") named.push(sentAt);
  }
  const needed = quorum(self);
  const [first, second] = [leaseFrom(named, needed.named), leaseFrom(all, needed.all)];
  if (first === undefined || second === undefined) return undefined;
  return first.now < second.now ? first : second;
}
