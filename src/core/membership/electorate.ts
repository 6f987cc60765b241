/**
 * Whom members take for voters: told by each process to each other, so that those that do not mean the same cluster find out. An
 * address goes from one cluster to another when machines and pods are replaced; what is there then must neither be followed nor counted.
 *
 * @module
 */

import type { Mismatch } from "../effect.ts";
import type { VoterList } from "../message/message.ts";
import { LIMITS } from "../../limits.ts";
import { nameOf, type Peer } from "./peer.ts";
import type { Membership } from "./state.ts";

/** Datagrams to each process that tell a new list: one may be lost. */
const TELLINGS = 3;
/** Timeouts that two lists may differ, because members learn of changes at different times, before that is told; and between two looks. */
const MISFIT_TIMEOUTS = 10;

/** What the longest list takes on the wire. */
export const VOTERS_BYTES: number = 2 + 4 * LIMITS.toldVoters;

/** FNV-1a of 32 bits (draft-eastlake-fnv): what stands for an address in a list. */
export function hashOf(address: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < address.length; place++) {
    hash = Math.imul(hash ^ address.charCodeAt(place), 0x01000193);
  }
  return hash >>> 0;
}

/** The voters have changed, or were named for the first time: all others are told, and looked at anew. */
export function renewElectorate(self: Membership): void {
  const { electorate, voters, ground: { config } } = self;
  const addresses = voters.items.filter(({ leaving }) => !leaving).map(({ address }) => address);
  if (electorate.votes) addresses.push(config.address);
  // A list that may be out of date is not one to compare others with: who is missing in it may have come since.
  const isMany = electorate.isStale || addresses.length > LIMITS.toldVoters;
  const hashes = isMany ? [] : addresses.map(hashOf).sort((a, b) => a - b);
  const before = electorate.told;
  if (before.isMany === isMany && String(before.hashes) === String(hashes)) return;
  electorate.told = { isMany, hashes };
  for (const peer of self.peers.values()) {
    peer.votersTold = 0;
    peer.foreign = undefined;
    if (peer.alive) compare(self, peer);
  }
}

/** What to tell the process at the peer's address of the own list; undefined where there is none. */
export function voterListFor(
  { electorate: { told }, ground }: Membership,
  peer: Peer | undefined,
): VoterList | undefined {
  if (ground.config.quorum === "none") return undefined;
  return { listsReceiver: peer?.configured === true, isMany: told.isMany, hashes: told.hashes };
}

/** The list, as long as the process has not been told often enough. */
export function voterListDue(self: Membership, peer: Peer): VoterList | undefined {
  if (peer.votersTold >= TELLINGS) return undefined;
  peer.votersTold += 1;
  return voterListFor(self, peer);
}

/**
 * How many voters both lists have where their owners belong to different clusters: less than half of either, and one does not know
 * the other. Undefined where they belong to one. A member that only follows shares the voters of those that vote.
 */
export function foreignVoters(
  { electorate: { told }, ground }: Membership,
  peer: Peer | undefined,
  theirs: VoterList,
): number | undefined {
  const isMutual = theirs.listsReceiver && peer?.configured === true;
  if (ground.config.quorum === "none" || isMutual || told.isMany || theirs.isMany) return undefined;
  const shared = theirs.hashes.filter((hash) => told.hashes.includes(hash)).length;
  return 2 * shared < Math.min(told.hashes.length, theirs.hashes.length) ? shared : undefined;
}

/** A peer of the same cluster has told its list. */
export function takeVoterList(self: Membership, peer: Peer, theirs: VoterList): void {
  peer.voterList = theirs;
  compare(self, peer);
}

/** Tells of those whose lists have differed for too long for that to be a change under way. */
export function reviewElectorate(self: Membership): void {
  const { electorate, ground: { now, config: { timeout }, effects } } = self;
  if (now < electorate.nextReview) return;
  electorate.nextReview = now + MISFIT_TIMEOUTS * timeout;
  for (const peer of self.byBoot.values()) {
    const { misfit } = peer;
    if (misfit === undefined || now - misfit.since < MISFIT_TIMEOUTS * timeout) continue;
    effects.push({ kind: "mismatch", what: misfit.what, member: nameOf(peer), value: 0 });
  }
}

/** Whether one of the two takes itself for a voter, and the other does not take it for one. */
function compare(self: Membership, peer: Peer): void {
  const what = misfitOf(self, peer);
  if (what === undefined) peer.misfit = undefined;
  else if (peer.misfit?.what !== what) peer.misfit = { what, since: self.ground.now };
}

function misfitOf({ electorate, ground: { config } }: Membership, peer: Peer): Mismatch["what"] | undefined {
  const { voterList } = peer;
  if (voterList === undefined || voterList.isMany || config.quorum === "none") return undefined;
  if (voterList.hashes.includes(hashOf(peer.address)) && !peer.voter) return "unlisted";
  return electorate.votes && !voterList.hashes.includes(hashOf(config.address)) ? "own-unlisted" : undefined;
}
