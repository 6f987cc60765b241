/**
 * Who leads, as this member knows: learnt from the leader's own status, forgotten when its lease would have ended.
 *
 * @module
 */

import type { LeaderInfo } from "./effect.ts";
import type { Boot, Status } from "./message.ts";
import { outranks } from "./rank.ts";
import type { Citizen, KnownLeader, Member } from "./state.ts";
import { isTrusted } from "./state.ts";

/** Who leads now, with the token. */
export function leaderOf(citizen: Citizen): LeaderInfo | undefined {
  const { leader } = citizen;
  return leader === undefined ? undefined : { id: leader.id, source: leader.address, token: leader.term };
}

/** Replaces the known leader, and tells of it when anything about it is new. */
export function setLeader(citizen: Citizen, leader: KnownLeader | undefined): void {
  citizen.leader = leader;
  if (leader !== undefined) {
    citizen.failures = 0;
    citizen.successor = undefined;
  }
  const next = leaderOf(citizen);
  const last = citizen.announced;
  if (next?.id === last?.id && next?.source === last?.source && next?.token === last?.token) return;
  citizen.announced = next;
  citizen.effects.push({ kind: "leader", leader: next });
}

/** Follows a member that says it leads, unless that leadership is known to be over or to be of less right. */
export function followLeader(citizen: Citizen, member: Member, status: Status): void {
  const { leading } = status;
  if (leading === undefined || leading.term <= member.endedTerm || !isTrusted(citizen, member)) return;
  if (leading.remaining <= 0) return;
  const until = citizen.now + Math.min(leading.remaining, citizen.config.timeout);
  const known = citizen.leader;
  if (known !== undefined && known.boot !== member.boot && citizen.now < known.until) {
    const supersedes = citizen.config.quorum === "none"
      ? outranksKnown(citizen, member, known)
      : leading.term > known.term;
    if (!supersedes) return;
  }
  if (known !== undefined && known.boot === member.boot && known.term > leading.term) return;
  const extended = known !== undefined && known.boot === member.boot ? Math.max(known.until, until) : until;
  setLeader(citizen, {
    id: member.id,
    address: member.address,
    boot: member.boot,
    term: leading.term,
    until: extended,
  });
}

/** Forgets the leader when it is this boot and its term is over. */
export function forgetLeader(citizen: Citizen, boot: Boot, term: number): void {
  if (citizen.leader?.boot === boot && citizen.leader.term <= term) setLeader(citizen, undefined);
}

function outranksKnown(citizen: Citizen, member: Member, known: KnownLeader): boolean {
  const weight = known.boot === citizen.config.boot ? citizen.config.weight : citizen.byBoot.get(known.boot)?.weight;
  return weight === undefined || outranks(member, { id: known.id, weight });
}
