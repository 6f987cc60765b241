/**
 * What one member remembers of another.
 *
 * @module
 */

import type { MemberInfo, Mismatch } from "../effect.ts";
import { type Boot, type Cookie, NO_COOKIE, UNKNOWN_BOOT, type VoterList } from "../message/message.ts";
import { PendingPings } from "./pending_pings.ts";

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
  /** Somebody says that it has left. */
  readonly left: boolean;
  /** When this member asked it first since; undefined before. */
  probedAt: number | undefined;
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
  /** Whether this process has proved that it is there, by its own datagram; others may only have said so. */
  proved: boolean;
  /** What this process must show; see `cookie.ts`. */
  expected: Cookie;
  /** What this process has given this member to show, and the boot that did. */
  given: Cookie;
  givenBy: Boot;
  /** When it was last sent what it must show. */
  challengedAt: number;
  /** Last sign of life that came from itself. */
  lastHeard: number;
  /** When it last showed that it hears this member. */
  lastHeardBy: number;
  aliveSince: number;
  /** Until then what it promised before it left may be in force. */
  promisedUntil: number;
  /** When it was removed; who was not configured is forgotten some time later. */
  removedAt: number;
  /** Datagrams that have told the process that is there whom this member takes for voters. */
  votersTold: number;
  /** Whom it takes for voters, as it said last, and what of that does not fit. */
  voterList: VoterList | undefined;
  misfit: { readonly what: Mismatch["what"]; readonly since: number } | undefined;
  /** The process that is there, if it belongs to another cluster. */
  foreign: Boot | undefined;
  lastPing: number;
  /** When it last pinged this member. */
  lastPinged: number;
  readonly pings: PendingPings;
  probe: PendingProbe | undefined;
  suspicion: Suspicion | undefined;
}

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
    proved: false,
    expected: NO_COOKIE,
    given: NO_COOKIE,
    givenBy: UNKNOWN_BOOT,
    challengedAt: -Infinity,
    lastHeard: -Infinity,
    lastHeardBy: -Infinity,
    aliveSince: -Infinity,
    promisedUntil: -Infinity,
    removedAt: -Infinity,
    votersTold: 0,
    voterList: undefined,
    misfit: undefined,
    foreign: undefined,
    lastPing: -Infinity,
    lastPinged: -Infinity,
    pings: new PendingPings(),
    probe: undefined,
    suspicion: undefined,
  };
}

/** What a member is called in a warning. */
export function nameOf({ id, address }: Peer): { readonly id: string; readonly source: string } {
  return { id, source: address };
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
