/**
 * Who is there. A peer counts as alive once it has answered a challenge, or somebody credible says that it is there,
 * until a suspicion of it is not refuted in time, or it leaves.
 *
 * @module
 */

import { drop } from "./drop.ts";
import { forgetLeader } from "./leader.ts";
import { type Member, memberInfo, unknownMember } from "./member.ts";
import { type Boot, type Status, UNKNOWN_BOOT } from "./message.ts";
import { noteRoundTrip } from "./round_trip.ts";
import { type Citizen, nextNonce, ringOf } from "./state.ts";
import { LIMITS } from "../limits.ts";

/** Timeouts that a death is remembered, so that old news does not bring anybody back. */
const MOURNING = 20;

/** Who is named by options or discovery: the complete lists. New ones are pinged at once, voters stay until silent. */
export function setPeers(
  citizen: Citizen,
  { addresses, voters, clusterSize }: {
    readonly addresses: readonly string[];
    readonly voters?: readonly string[];
    readonly clusterSize: number;
  },
): void {
  const own = citizen.config.address;
  citizen.clusterSize = clusterSize;
  // In plain democracy the own vote is all that anybody needs.
  citizen.votes = citizen.config.quorum === "none" || voters === undefined || voters.includes(own);
  citizen.allVote = voters === undefined;
  const voting = new Set(voters ?? addresses);
  const named = new Set([...addresses, ...voting]);
  named.delete(own);
  citizen.named = named;
  for (const address of named) configure(citizen, address, voting.has(address));
  for (const member of citizen.members.values()) {
    if (member.voter && !voting.has(member.address)) member.leaving = true;
    if (member.leaving && !member.alive) retire(citizen, member);
    else if (!member.voter) dismiss(citizen, member);
  }
  citizen.nextHeartbeat = citizen.now;
}

function configure(citizen: Citizen, address: string, votes: boolean): void {
  const member = citizen.members.get(address) ?? unknownMember(address);
  if (!citizen.members.has(address)) remember(citizen, member);
  member.configured = true;
  place(citizen, member);
  if (!votes) return;
  const known = member.voter;
  member.voter = true;
  member.leaving = false;
  citizen.voters.add(member);
  if (member.alive && !known) citizen.effects.push({ kind: "updated", member: memberInfo(member) });
}

/**
 * The member at the address a packet names, or undefined when the packet is to be ignored. A stranger is taken at
 * its word only when it writes from the address it names, and only so many at a time.
 */
export function findSender(citizen: Citizen, source: string, from: Boot, status: Status): Member | undefined {
  const known = citizen.members.get(status.address);
  if (status.incarnation >= LIMITS.maxTerm) return drop(citizen, "absurd-term");
  if (status.id === citizen.config.id || isTaken(citizen, status, known)) return drop(citizen, "duplicate-id");
  const isSpoofed = known?.configured !== true && status.address !== source;
  const holder = citizen.byBoot.get(from);
  const isStolen = holder !== undefined && holder !== known;
  if (isSpoofed || isStolen || status.address === citizen.config.address) return drop(citizen, "impostor");
  if (known !== undefined) return from === known.departed ? drop(citizen, "departed") : known;
  const stranger = meet(citizen, status.address);
  if (stranger !== undefined) stranger.lastPing = citizen.now;
  return stranger;
}

/** Makes room for a stranger, if there may be one more. */
export function meet(citizen: Citizen, address: string): Member | undefined {
  let strangers = 0;
  let unverified = 0;
  for (const member of citizen.members.values()) {
    if (member.configured) continue;
    if (member.boot === UNKNOWN_BOOT) unverified += 1;
    else strangers += 1;
  }
  if (strangers >= LIMITS.strangers) return drop(citizen, "too-many-members");
  if (unverified >= LIMITS.unverified) return drop(citizen, "too-many-strangers");
  const stranger = unknownMember(address);
  remember(citizen, stranger);
  return stranger;
}

/** Whether a packet is the word of this member: of the process, and from the place, that proved to be there. */
export function isVerified(member: Member, source: string, from: Boot): boolean {
  return member.alive && member.boot === from && member.route === source;
}

/** The nonce that a member must echo before it counts; the same for every hello within one timeout. */
export function challenge(citizen: Citizen, member: Member): number {
  if (citizen.now - member.challenge.sentAt >= citizen.config.timeout) {
    member.challenge = { nonce: nextNonce(citizen, member), sentAt: citizen.now };
  }
  return member.challenge.nonce;
}

/** Whether an ack answers a ping, which it does once, or the challenge, neither older than one timeout. */
export function matchAck(citizen: Citizen, member: Member, nonce: number): boolean {
  const oldest = citizen.now - citizen.config.timeout;
  if (nonce === member.challenge.nonce) return member.challenge.sentAt >= oldest;
  const ping = member.pings.find(nonce);
  if (ping === undefined || ping.sentAt < oldest) return false;
  const ms = citizen.now - ping.sentAt;
  member.pings.free(ping);
  noteRoundTrip(citizen.roundTrips, ms);
  citizen.effects.push(citizen.outbox.roundTrip(ms));
  return true;
}

/** What makes a member alive: its own status, or what others say. */
export type Introduction = Pick<Status, "id" | "weight" | "eligible" | "incarnation">;

/** A process is at the member's address: it was not known to be, or another one was. */
export function enliven(citizen: Citizen, member: Member, boot: Boot, word: Introduction): void {
  if (member.alive) bury(citizen, member);
  const namesake = citizen.byId.get(word.id);
  if (namesake !== undefined) {
    bury(citizen, namesake);
    if (!namesake.configured) forget(citizen, namesake);
  }
  // What the process before was asked must not bring it back.
  if (member.boot !== boot) {
    member.pings.clear();
    member.endedTerm = 0;
    member.reign = undefined;
    member.lastHeardBy = -Infinity;
  }
  member.alive = true;
  member.boot = boot;
  member.route = "";
  member.departed = UNKNOWN_BOOT;
  member.disputed = undefined;
  member.beat = 0;
  member.voting = false;
  member.incarnation = word.incarnation;
  member.id = word.id;
  member.weight = word.weight;
  member.eligible = word.eligible;
  member.aliveSince = citizen.now;
  // It has as much time to give a sign of life as anybody.
  member.lastSign = citizen.now;
  citizen.byBoot.set(boot, member);
  citizen.byId.set(word.id, member);
  place(citizen, member);
  citizen.effects.push({ kind: "added", member: memberInfo(member) });
}

/** Takes what is said of a member that is alive, and tells if it is new. */
export function update(citizen: Citizen, member: Member, word: Pick<Introduction, "weight" | "eligible">): void {
  if (member.weight === word.weight && member.eligible === word.eligible) return;
  member.weight = word.weight;
  member.eligible = word.eligible;
  citizen.effects.push({ kind: "updated", member: memberInfo(member) });
}

/** A member that was alive is so no longer. Who was not configured is remembered for a while, so that old news cannot bring it back. */
export function bury(citizen: Citizen, member: Member): void {
  citizen.byBoot.delete(member.boot);
  citizen.byId.delete(member.id);
  citizen.probing.end(member);
  citizen.suspects.delete(member);
  member.suspicion = undefined;
  member.alive = false;
  member.toldIdle = false;
  member.disputed = undefined;
  member.removedAt = citizen.now;
  place(citizen, member);
  citizen.effects.push({ kind: "removed", member: memberInfo(member) });
  if (member.departed === member.boot) forgetLeader(citizen, member.boot, Infinity);
  if (member.leaving) retire(citizen, member);
}

/** Forgets strangers: those that never proved to be there, and those that are gone long enough. */
export function sweepStrangers(citizen: Citizen): void {
  const { timeout } = citizen.config;
  if (citizen.members.size === citizen.named.size) return;
  for (const member of citizen.members.values()) {
    if (member.configured || member.alive) continue;
    const isOver = member.boot === UNKNOWN_BOOT
      ? citizen.now - member.lastPing >= timeout
      : citizen.now - member.removedAt >= MOURNING * timeout;
    if (isOver) forget(citizen, member);
  }
}

/**
 * Whether somebody else has this id. A configured member does not lose it to a stranger; else a later process gets it
 * when the one that had it does not answer any more: then it has moved to another address.
 */
export function isTaken(
  citizen: Citizen,
  word: Pick<Introduction, "id" | "incarnation">,
  known: Member | undefined,
): boolean {
  const holder = citizen.byId.get(word.id);
  if (holder === undefined || holder === known) return false;
  if (holder.configured !== (known?.configured ?? false)) return holder.configured;
  return holder.suspicion === undefined || word.incarnation <= holder.incarnation;
}

/** Discovery no longer names a voter, and it is silent now. */
function retire(citizen: Citizen, member: Member): void {
  member.voter = false;
  member.leaving = false;
  citizen.voters.delete(member);
  dismiss(citizen, member);
}

/** Who is no longer named is a stranger from now on. */
function dismiss(citizen: Citizen, member: Member): void {
  if (!member.configured || citizen.named.has(member.address)) return;
  member.configured = false;
  if (member.boot === UNKNOWN_BOOT) forget(citizen, member);
  else place(citizen, member);
}

/** Puts a member into the ring that it belongs to. */
function place(citizen: Citizen, member: Member): void {
  const { credible, strangers, absent } = citizen.rings;
  const ring = member.alive ? ringOf(citizen, member) : (member.configured ? absent : undefined);
  for (const other of [credible, strangers, absent]) if (other !== ring) other.delete(member);
  ring?.add(member, citizen.random);
}

function remember(citizen: Citizen, member: Member): void {
  citizen.members.set(member.address, member);
  citizen.directory = undefined;
}

function forget(citizen: Citizen, member: Member): void {
  citizen.members.delete(member.address);
  citizen.voters.delete(member);
  citizen.lookups.delete(member);
  citizen.rings.absent.delete(member);
  citizen.directory = undefined;
}
