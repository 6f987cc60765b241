/**
 * What a member that ignores its peers probably suffers from.
 *
 * @module
 */

import type { MemberInfo } from "../core/effect.ts";
import type { Message } from "../core/message/message.ts";
import type { DropReason } from "../stats/counters.ts";

/** Drops that are seldom an attack and mostly a mistake, with what to look at. */
export const HINTS = {
  "duplicate-id": 'another member has the same "id", which must be unique',
  "other-cluster": 'it belongs to another "cluster"',
  "bad-seal":
    'another member has another "secret", or a larger "maxPacketSize", for which this one cuts its datagrams off',
  unsealed: 'another member has no "secret"',
  sealed: 'another member has a "secret", and this one has none',
  impostor: "a process names an address, or goes by a boot, that is another member's",
  elsewhere:
    "a process that is in no list names another address than the one it writes from; it can join only if it is " +
    'reached at the address it names: give that as "advertise"',
} as const satisfies Partial<Record<DropReason, string>>;

/** A reason with a hint. */
export type Suspicious = keyof typeof HINTS;

/** Whether the reason has a hint. */
export function isSuspicious(reason: DropReason): reason is Suspicious {
  return Object.hasOwn(HINTS, reason);
}

/** What is known of a datagram that was dropped. */
export interface Clues {
  /** The `ip:port` that it came from. */
  readonly source: string | undefined;
  /** What it says, if it could be read. */
  readonly message: Message | undefined;
  /** This member. */
  readonly self: Named;
  /** The others that are alive. */
  readonly members: readonly MemberInfo[];
  /** The cluster that it comes from, if that could be read. */
  readonly cluster: string | undefined;
}

/** A member, as far as a name and an address tell. */
export interface Named {
  readonly id: string;
  /** `ip:port`. */
  readonly source: string;
}

/** What to look at, and where. */
export function hintOf(reason: Suspicious, clues: Clues): string {
  const hint = HINTS[reason];
  const [one, other] = reason === "duplicate-id" ? namesakes(clues) : [];
  if (one !== undefined && other !== undefined) {
    const isSelf = other.source === clues.self.source;
    const whose = isSelf ? `this member, at ${other.source}` : `the member at ${other.source}`;
    return `the member at ${one.source} has the "id" ${JSON.stringify(one.id)}, and so has ${whose}; it must be unique`;
  }
  if (reason === "other-cluster" && clues.cluster !== undefined) {
    return `the process at ${clues.source} is of the "cluster" ${JSON.stringify(clues.cluster)}`;
  }
  return clues.source === undefined ? hint : `${hint}; the last datagram of that kind came from ${clues.source}`;
}

/** A member that the message is from, or tells of, and another one of the same name. */
function namesakes({ source, message, self, members }: Clues): [] | [Named, Named] {
  for (const named of namesIn(message, source)) {
    const other = [self, ...members].find(({ id, source }) => id === named.id && source !== named.source);
    if (other !== undefined) return [named, other];
  }
  return [];
}

function namesIn(message: Message | undefined, source: string | undefined): Named[] {
  const names: Named[] = [];
  if (message === undefined) return names;
  // Where it writes from is sure; what it says of itself is not.
  if ("status" in message) names.push({ id: message.status.id, source: source ?? message.status.address });
  const rumors = "rumors" in message ? message.rumors : "gossip" in message ? message.gossip?.rumors ?? [] : [];
  for (const rumor of rumors) if (rumor.kind === "alive") names.push({ id: rumor.id, source: rumor.address });
  return names;
}
