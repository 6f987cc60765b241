/**
 * Who leads, as this member knows: learnt from the leader's own status, forgotten when its lease would have ended.
 *
 * @module
 */

import { drop } from "./drop.ts";
import type { LeaderInfo } from "./effect.ts";
import type { Member } from "./member.ts";
import type { Boot, Reign, Status } from "./message.ts";
import { outranks } from "./rank.ts";
import type { Lead } from "./reused.ts";
import type { Citizen, KnownLeader } from "./state.ts";
import { isMeshed, isTrusted } from "./state.ts";
import { LIMITS } from "../limits.ts";

/** Who leads now, with the token. */
export function leaderOf(citizen: Citizen): LeaderInfo | undefined {
  const { leader } = citizen;
  return leader === undefined ? undefined : { id: leader.id, source: leader.address, token: leader.term };
}

/** Replaces the known leader, and tells of it when anything about it is new. */
export function setLeader(citizen: Citizen, leader: KnownLeader | undefined): void {
  citizen.leader = leader;
  noteOffice(citizen, leader);
  if (leader !== undefined) {
    citizen.failures = 0;
    citizen.successor = undefined;
  }
  const last = citizen.announced;
  if (leader?.id === last?.id && leader?.address === last?.source && leader?.term === last?.token) return;
  citizen.announced = leaderOf(citizen);
  citizen.effects.push({ kind: "leader", leader: citizen.announced });
}

/** Only where a lead is handed over uninvited it matters for how long members held it. */
function noteOffice({ config, offices, byBoot, now, announced }: Citizen, leader: KnownLeader | undefined): void {
  if (config.preemptAfter === undefined) return;
  if (leader === undefined) return offices.end(now);
  if (leader.id === announced?.id && leader.term === announced.token) return;
  const { weight } = leader.boot === config.boot ? config : byBoot.get(leader.boot) ?? { weight: -Infinity };
  offices.begin({ id: leader.id, address: leader.address, weight }, now);
}

/** Follows a member that says it leads, unless that leadership is known to be over or to be of less right. */
export function followLeader(citizen: Citizen, member: Member, status: Status): void {
  const { leading, beat } = status;
  if (leading !== undefined && isTrusted(citizen, member)) follow(citizen, member, leading, beat);
}

/**
 * Follows the leader that others hear. What they say is news only when it comes from a later status of the leader than any before;
 * it is then believed for a whole timeout, because it has been on its way for some intervals.
 */
export function takeReign(citizen: Citizen, reign: Reign): void {
  if (isAbsurd(reign.term)) return drop(citizen, "absurd-term");
  const member = citizen.byBoot.get(reign.boot);
  if (member === undefined || !isTrusted(citizen, member)) return;
  if (citizen.candidacy?.elected === true) {
    // One of two leaders of a plain democracy gives way once they have spoken to each other.
    if (citizen.config.quorum === "none") citizen.lookups.add(member);
    return;
  }
  follow(citizen, member, reign, reign.beat);
}

function follow(citizen: Citizen, member: Member, { term, remaining }: Lead, beat: number): void {
  const { now, config, leader: known } = citizen;
  if (term <= member.endedTerm) return;
  const { reign } = member;
  if (reign !== undefined && (term < reign.term || (term === reign.term && beat <= reign.beat))) return;
  if (reign === undefined) member.reign = { term, beat };
  else {
    reign.term = term;
    reign.beat = beat;
  }
  const leaseEnd = now + Math.min(remaining, config.timeout);
  const until = isMeshed(citizen) ? leaseEnd : now + config.timeout;
  if (until <= now) return;
  if (known !== undefined && known.boot !== member.boot && now < known.until) {
    const supersedes = config.quorum === "none" ? outranksKnown(citizen, member, known) : term > known.term;
    if (!supersedes) return;
  }
  const isKnown = known?.boot === member.boot && known.term === term && known.id === member.id &&
    known.address === member.address;
  if (!isKnown) {
    return setLeader(citizen, {
      id: member.id,
      address: member.address,
      boot: member.boot,
      term,
      beat,
      leaseEnd,
      until,
    });
  }
  known.beat = beat;
  known.leaseEnd = leaseEnd;
  known.until = until;
  setLeader(citizen, known);
}

/** Forgets the leader when it is this boot and its term is over. */
export function forgetLeader(citizen: Citizen, boot: Boot, term: number): void {
  if (citizen.leader?.boot === boot && citizen.leader.term <= term) setLeader(citizen, undefined);
}

/** A term near the largest integer would leave no room for those to come. */
export function isAbsurd(term: number): boolean {
  return term > LIMITS.maxTerm;
}

function outranksKnown(citizen: Citizen, member: Member, known: KnownLeader): boolean {
  const weight = known.boot === citizen.config.boot ? citizen.config.weight : citizen.byBoot.get(known.boot)?.weight;
  return weight === undefined || outranks(member, { id: known.id, weight });
}
