/**
 * What a candidate asks of the voters, and what they have promised it: one promise each, for all elections.
 *
 * @module
 */

import type { Peer } from "../membership/peer.ts";
import { NO_CLAIMS } from "../message/blank.ts";
import type { Claim, Request } from "../message/message.ts";
import type { SendTime } from "./lease.ts";
import type { PromiseId } from "./promise_id.ts";
import type { Backing, Candidacy, Election } from "./state.ts";

/** Begins another round of requests. Returns when it is sent: what is promised for it counts from then. */
export function openRequest({ asking, ground: { now, wall, config } }: Election): SendTime {
  const sentAt = { now, wall };
  asking.sequence += 1;
  asking.newest = sentAt;
  asking.sent.set(asking.sequence, sentAt);
  for (const [sequence, sent] of asking.sent) {
    if (now - sent.now <= config.timeout) break;
    asking.sent.delete(sequence);
  }
  return sentAt;
}

/** The request of this round to a voter: it claims what that one has not granted in its present epoch. */
export function requestTo(self: Election, peer: Peer): Request {
  const { asking, candidacy, ground: { config, pool } } = self;
  const request = pool.request();
  void ({
    sequence: request.sequence = asking.sequence,
    part: request.part = 0,
    lease: request.lease = config.timeout,
    urgent: request.urgent = true,
    claims: request.claims = candidacy === undefined ? NO_CLAIMS : claimsTo(self, candidacy, peer),
  } satisfies Request);
  return request;
}

function claimsTo(self: Election, candidacy: Candidacy, peer: Peer): readonly Claim[] {
  if (isBacked(self, candidacy, peer.address)) return NO_CLAIMS;
  candidacy.claimed.add(peer);
  const { election, term, succeeds, elected: inOffice } = candidacy;
  return [{ election, term, succeeds, inOffice }];
}

/** What the voter at an address has promised, as far as it has said. */
export function backingOf({ asking }: Election, address: string): Backing | undefined {
  return asking.backings.get(address);
}

/**
 * A voter says what it has promised. A promise replaces another only by a newer request than any before: a late word of an epoch that
 * is over must not bring its votes back. Returns the promise that votes in the same answer lean on; undefined where it is outdated.
 */
export function noteBacking({ asking }: Election, address: string, word: Backing): PromiseId | undefined {
  const known = asking.backings.get(address);
  if (known?.boot === word.boot && known.epoch === word.epoch) {
    if (word.sequence > known.sequence) {
      known.sequence = word.sequence;
      known.sentAt = word.sentAt;
    }
    return known;
  }
  if (known !== undefined && word.sequence <= known.sequence) return undefined;
  asking.backings.set(address, word);
  return word;
}

/** Whether the vote of the voter at an address leans on the promise that it has given now. */
export function isBacked(self: Election, { granted }: Candidacy, address: string): boolean {
  const [vote, known] = [granted.get(address), backingOf(self, address)];
  return vote !== undefined && vote.boot === known?.boot && vote.epoch === known.epoch;
}
