/**
 * What one member remembers of another.
 *
 * @module
 */

import type { MemberInfo } from "../effect.ts";
import { type Boot, UNKNOWN_BOOT } from "../message/message.ts";
import { PendingPings } from "./pending_pings.ts";

/** What a member must echo to prove that it is there. */
export interface Challenge {
  readonly nonce: number;
  readonly sentAt: number;
}

/** A sign of life that is waited for. */
export interface PendingProbe {
  startedAt: number;
  /** How many others were asked to look; undefined before they were. */
  asked: number | undefined;
  /** How many of them said that they saw nothing either. */
  nacks: number;
}

/** A member that is believed to be dead unless it says otherwise in time. */
export interface Suspicion {
  readonly incarnation: number;
  readonly since: number;
  /** The boots that suspect it, self included if it does. */
  readonly by: Set<Boot>;
  /** Whether this member has seen for itself that it does not answer. */
  own: boolean;
  /** Somebody has removed it. */
  readonly confirmed: boolean;
}

/** What is known of the member at one address. */
export interface Peer {
  readonly address: string;
  /** Named by the options or by discovery: it may lead, and it is never forgotten. */
  configured: boolean;
  /** Its vote counts. */
  voter: boolean;
  /** Discovery no longer names it as a voter; it stays one until it is silent. */
  leaving: boolean;
  alive: boolean;
  /** Of the process that is alive, or was last. */
  boot: Boot;
  /** The boot that said it would leave; nothing of it counts any more. */
  departed: Boot;
  /** The latest that is known of this boot. */
  incarnation: number;
  /** The incarnation that others may believe dead, though it was found alive; until it says a later one. */
  disputed: number | undefined;
  /** Of the newest status of this boot. */
  beat: number;
  id: string;
  weight: number;
  eligible: boolean;
  /** Last sign of life, own or vouched for. */
  lastSign: number;
  /** Where the datagram came from that proved it was there: what comes from elsewhere is not its word. */
  route: string;
  /** Last sign of life that came from itself. */
  lastHeard: number;
  /** When it last showed that it hears this member. */
  lastHeardBy: number;
  aliveSince: number;
  /** When it was removed; who was not configured is forgotten some time later. */
  removedAt: number;
  lastPing: number;
  /** When it last pinged this member. */
  lastPinged: number;
  readonly pings: PendingPings;
  probe: PendingProbe | undefined;
  suspicion: Suspicion | undefined;
  /** What its first ack must echo, so that an address is believed only once it has answered. */
  challenge: Challenge;
}

const NO_CHALLENGE: Challenge = { nonce: 0, sentAt: -Infinity };

/** A member of which nothing but the address is known. */
export function unknownPeer(address: string): Peer {
  return {
    address,
    configured: false,
    voter: false,
    leaving: false,
    alive: false,
    boot: UNKNOWN_BOOT,
    departed: UNKNOWN_BOOT,
    incarnation: 0,
    disputed: undefined,
    beat: 0,
    id: "",
    weight: 0,
    eligible: false,
    lastSign: -Infinity,
    route: "",
    lastHeard: -Infinity,
    lastHeardBy: -Infinity,
    aliveSince: -Infinity,
    removedAt: -Infinity,
    lastPing: -Infinity,
    lastPinged: -Infinity,
    pings: new PendingPings(),
    probe: undefined,
    suspicion: undefined,
    challenge: NO_CHALLENGE,
  };
}

/** How a member is shown to the application. */
export function infoOf(peer: Peer): MemberInfo {
  return {
    id: peer.id,
    boot: peer.boot,
    source: peer.address,
    weight: peer.weight,
    eligible: peer.eligible,
    voter: peer.voter,
  };
}
