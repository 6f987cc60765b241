/**
 * Everything that one member remembers of who is there.
 *
 * @module
 */

import type { Ground } from "../ground.ts";
import type {
  Ack,
  Boot,
  Claims,
  LeaderHint,
  Leave,
  Ping,
  Release,
  Roll,
  RollCall,
  VoterList,
  Votes,
} from "../message/message.ts";
import type { Mutable } from "../message/blank.ts";
import { createNonces, drawNonce, type Nonces } from "../nonce.ts";
import { SmallSet } from "../small_set.ts";
import { LIMITS } from "../../limits.ts";
import { type Bucket, fullBucket } from "../bucket.ts";
import { BroadcastQueue } from "./broadcast_queue.ts";
import { type Peer, unknownPeer } from "./peer.ts";
import { PendingProbes } from "./pending_probes.ts";
import { ProbeOrder } from "./probe_order.ts";
import type { RoundTrips } from "./round_trip.ts";
import { type Budget, budgetOf, isMesh } from "./swim.ts";

/** Other members that were asked to look after one, and wait for its sign of life. SWIM's ping-req, at its receiver. */
export interface IndirectProbe {
  readonly askers: Set<Boot>;
  /** Whether the target was pinged for them. */
  pinged: boolean;
  /** When they are told that it was silent here, too; once. */
  nackAt: number;
  readonly until: number;
}

/** Reading, page by page, what another member knows. */
export interface AntiEntropy {
  /** Whose answer is waited for; nobody's when undefined. */
  peer: Boot | undefined;
  /** The address behind which the next page begins. */
  after: string;
  /** Whether this pass reads one page right after the other: this member is new, or a partition has ended. */
  eager: boolean;
  /** When the next page is asked for. */
  nextAt: number;
  /** Before, no other eager pass begins. */
  restsUntil: number;
}

/** What the election is told of a packet of a peer that proved to be there; overwritten by the next. */
export interface Heard {
  readonly peer: Peer;
  /** The process that sent it; of a release, it may be one that has left since. */
  readonly from: Boot;
  readonly message: Ping | Ack | Release | Leave | Claims | Votes | RollCall | Roll;
  /** Whether the status in it is newer than any before: an older one, late or played back by somebody, says nothing. */
  readonly isNews: boolean;
  /** The leader by the word of a credible peer. */
  readonly leaderHint: LeaderHint | undefined;
  /** Whether an ack is owed, which may carry an answer. */
  readonly wantsAck: boolean;
}

/** Who votes, as options or discovery say. */
export interface Electorate {
  /** Whether this member votes; in plain democracy everybody does, for itself. */
  votes: boolean;
  /** Whether every member that may stand also votes: only then do voters that are idle tell that nobody is being elected. */
  isAll: boolean;
  /** Voters as options or discovery count them. */
  size: number;
  /** What they were before, which counts until then if it was more. */
  readonly before: { size: number; until: number };
  /** Whether options or discovery cannot say at the moment who they are. */
  isStale: boolean;
  /** What others are told of them. */
  told: Pick<VoterList, "isMany" | "hashes">;
  /** When it is next looked at whose list does not fit. */
  nextReview: number;
}

/** One wing of a member's state. Times are monotonic ms. */
export interface Membership {
  readonly ground: Ground;
  readonly nonces: Nonces;
  /** What others must believe of this boot, against any older word. */
  incarnation: number;
  /** Whether others were told that this member would lead. */
  toldEligible: boolean;
  readonly electorate: Electorate;
  /** The addresses that options or discovery name, without the own one. */
  named: ReadonlySet<string>;
  /** By address. */
  readonly peers: Map<string, Peer>;
  /** Counts the members that came and went. */
  changes: number;
  /** Alive peers by boot. */
  readonly byBoot: Map<Boot, Peer>;
  /** Peers by the boot that has left. */
  readonly departed: Map<Boot, Peer>;
  /** Alive peers by id. */
  readonly byId: Map<string, Peer>;
  /** The peers whose votes count. */
  readonly voters: SmallSet<Peer>;
  /**
   * In whose turn peers are pinged: those that are alive, apart by whether what they say of others counts, so that strangers do
   * not dilute the others' turns, and the configured ones that are not.
   */
  readonly orders: {
    readonly credible: ProbeOrder<Peer>;
    readonly strangers: ProbeOrder<Peer>;
    readonly absent: ProbeOrder<Peer>;
  };
  readonly roundTrips: RoundTrips;
  /** The peers that are pinged in the round that is made now. */
  readonly turns: SmallSet<Peer>;
  /** What is left of what this member may send in this interval. */
  budget: Budget;
  /** From 0 up to `WORST_HEALTH`: how much of what looks like others' silence may be this member's own. */
  localHealth: number;
  /** Peers whose sign of life is waited for. */
  readonly probing: PendingProbes;
  readonly suspects: Set<Peer>;
  /** No suspect is removed before. */
  removalsFrom: number;
  /** Peers to ping with the next heartbeat, because of what others say of them. */
  readonly lookups: Set<Peer>;
  readonly broadcasts: BroadcastQueue;
  readonly antiEntropy: AntiEntropy;
  /** Addresses of peers in alphabetical order; undefined when it must be made anew. */
  directory: readonly string[] | undefined;
  /** By target address. */
  readonly indirectProbes: Map<string, IndirectProbe>;
  /** How many processes that have not shown what they must are told it: at addresses that are configured, and elsewhere. */
  readonly greetings: {
    readonly configured: Bucket;
    readonly others: Bucket;
    /** How many that are in no list, and have shown it, may come in. */
    readonly entries: Bucket;
  };
  readonly heard: Mutable<Heard>;
  /** Until then this member is new, and looks for the voters whether it votes or not. */
  readonly newUntil: number;
}

/** What a member that has just started knows: nobody. */
export function createMembership(ground: Ground): Membership {
  const { config, now, wall } = ground;
  return {
    ground,
    nonces: createNonces(config.nonceSeed),
    incarnation: Math.min(Math.max(0, Math.floor(wall)), LIMITS.maxTerm - 1),
    toldEligible: config.eligible,
    // Until options or discovery have spoken no number of grants is enough.
    electorate: {
      votes: true,
      isAll: true,
      isStale: false,
      size: Infinity,
      before: { size: 0, until: -Infinity },
      told: { isMany: false, hashes: [] },
      nextReview: now,
    },
    named: new Set(),
    peers: new Map(),
    changes: 0,
    byBoot: new Map(),
    departed: new Map(),
    byId: new Map(),
    voters: new SmallSet(),
    orders: { credible: new ProbeOrder(), strangers: new ProbeOrder(), absent: new ProbeOrder() },
    roundTrips: { mean: NaN, deviation: 0 },
    turns: new SmallSet(),
    budget: budgetOf({ peers: 0, absent: 0, lookups: 0, localHealth: 0 }),
    localHealth: 0,
    probing: new PendingProbes(),
    suspects: new Set(),
    removalsFrom: Infinity,
    lookups: new Set(),
    broadcasts: new BroadcastQueue(),
    antiEntropy: { peer: undefined, after: "", eager: true, nextAt: now, restsUntil: -Infinity },
    directory: undefined,
    indirectProbes: new Map(),
    greetings: {
      configured: fullBucket(LIMITS.greetings, now),
      others: fullBucket(LIMITS.greetings, now),
      entries: fullBucket(LIMITS.entries, now),
    },
    heard: {
      ...{ peer: unknownPeer(""), from: "", message: { kind: "leave", nonce: 0, idle: false } },
      ...{ isNews: false, leaderHint: undefined, wantsAck: false },
    },
    newUntil: now + config.timeout,
  };
}

/** A nonce that only this peer can echo. */
export function nextNonce({ nonces }: Membership, peer: Peer): number {
  return drawNonce(peer.configured ? nonces.configured : nonces.strangers);
}

/**
 * How many voters there are: at least what options or discovery say, and more while more are known. Those that are not named
 * any more are among `all` until they are silent. A smaller number counts a timeout later: until then others may lead by the
 * votes that the greater number was for.
 */
export function electorateSize(
  { electorate, voters: { items }, ground: { now } }: Membership,
): { named: number; all: number } {
  const { before } = electorate;
  const size = now < before.until ? Math.max(electorate.size, before.size) : electorate.size;
  const own = electorate.votes ? 1 : 0;
  let leaving = 0;
  for (let place = 0; place < items.length; place++) if (items[place]!.leaving) leaving += 1;
  const all = items.length + own;
  return { named: Math.max(size, all - leaving), all: Math.max(size, all) };
}

/**
 * Whether a peer may lead. One that was not configured may not: in majority mode nobody would vote for it, and in
 * plain democracy a stranger could take the lead; with a secret it is no stranger.
 */
export function isTrusted({ ground: { config } }: Membership, peer: Peer): boolean {
  return peer.configured || (config.sealed && config.quorum === "none");
}

/** Whether what a peer says of others counts: a stranger could have everybody removed, or keep the dead. */
export function isCredible({ ground: { config } }: Membership, peer: Peer): boolean {
  return peer.configured || config.sealed;
}

/** The order that a peer is in while it is alive. */
export function orderOf(self: Membership, peer: Peer): ProbeOrder<Peer> {
  const { credible, strangers } = self.orders;
  return isCredible(self, peer) ? credible : strangers;
}

/** Whether this member hears from all others in each interval, but for strangers. */
export function isMeshed({ orders }: Membership): boolean {
  return isMesh(orders.credible.size);
}

/** Whom to tell at once of what happens to the lead: those that are heard in each interval, and the voters. The rest hear of it. */
export function audience(self: Membership): Set<Peer> {
  const told = new Set<Peer>();
  for (const peer of self.byBoot.values()) {
    if (peer.voter || isMesh(orderOf(self, peer).size)) told.add(peer);
  }
  return told;
}
