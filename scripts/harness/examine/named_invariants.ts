/**
 * What must hold of the named elections of one member after each step.
 *
 * @module
 */

import { leaseFrom, leaseLength, quorumOf, type SendTime } from "../../../src/core/election/lease.ts";
import type { Bid, SharedLease } from "../../../src/core/election/named/state.ts";
import type { Election } from "../../../src/core/election/state.ts";
import { electorateSize } from "../../../src/core/membership/state.ts";
import { LIMITS } from "../../../src/limits.ts";
import { expect } from "./broken_invariant.ts";

/** Throws a `BrokenInvariant` that says which of them does not hold. */
export function checkNamed(self: Election): void {
  const { named, stalled, closing, ground: { config } } = self;
  if (named.contests.size === 0) return;
  let candidates = 0;
  for (const made of named.bids) {
    if (!made.elected) candidates += 1;
    checkBid(self, made);
  }
  expect(
    candidates === named.candidates && candidates <= LIMITS.candidacies,
    "candidacies are counted, and not too many",
  );
  expect(named.bids.size === 0 || (config.eligible && !stalled && !closing), "who must not lead does not stand");
  for (const { election, bid, openSince } of named.contests.values()) {
    const lead = named.leads.get(election);
    expect((lead === undefined) === (openSince !== undefined), "an election that nobody leads is vacant");
    const isOpen = openSince !== undefined && bid === undefined;
    expect(named.open.has(named.contests.get(election)!) === isOpen, "what is vacant may be stood for");
  }
  for (const [slot, lease] of named.leases.entries()) {
    if (lease === undefined) continue;
    expect(lease.slot === slot && lease.bids.size > 0, "a lease that nobody leans on is forgotten");
    for (const made of lease.bids) expect(made.lease === lease, "a lease knows who leans on it");
  }
}

function checkBid(self: Election, made: Bid): void {
  const { named, ground: { now, wall } } = self;
  const { contest, election, term, elected, lease } = made;
  expect(contest.bid === made && named.contests.get(election) === contest, "a bid belongs to its election");
  expect(term <= Math.max(named.seenTerm, self.seenTerm), "the own term was seen");
  for (const address of lease?.voters ?? []) {
    expect(isBacked(self, made, address), "a lease counts nobody who has not granted the bid in this epoch");
  }
  if (!elected) return;
  expect(
    lease !== undefined && now < lease.deadline && wall < lease.wallDeadline,
    "a named lease that has lapsed is over",
  );
  expect(lease!.deadline <= mostOf(self, lease!), "a named lease is no longer than what a quorum has granted");
}

function isBacked({ asking }: Election, { granted }: Bid, address: string): boolean {
  const [vote, known] = [granted.get(address), asking.backings.get(address)];
  return vote !== undefined && vote.boot === known?.boot && vote.epoch === known.epoch;
}

/** When a lease ends that these voters allow: worked out here once more. */
function mostOf({ asking, membership, ground: { config } }: Election, { voters, kept }: SharedLease): number {
  const sent = (address: string): readonly SendTime[] => {
    const isKept = kept.has(address) && membership.peers.get(address)?.leaving === true;
    if (isKept && asking.newest !== undefined) return [asking.newest];
    const known = asking.backings.get(address);
    return known === undefined ? [] : [known.sentAt];
  };
  const counted = voters.filter((address) =>
    address === config.address ? membership.electorate.votes : membership.peers.get(address)?.voter === true
  );
  const named = counted.filter((address) => membership.peers.get(address)?.leaving !== true);
  const size = electorateSize(membership);
  const [first, second] = [
    leaseFrom(named.flatMap(sent), quorumOf(config.quorum, size.named)),
    leaseFrom(counted.flatMap(sent), quorumOf(config.quorum, size.all)),
  ];
  return Math.min(first?.now ?? -Infinity, second?.now ?? -Infinity) + leaseLength(config.timeout, config.drift);
}
