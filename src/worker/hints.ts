/**
 * What a member that ignores its peers probably suffers from.
 *
 * @module
 */

import type { DropReason } from "../leadership/counters.ts";

/** Drops that are seldom an attack and mostly a mistake, with what to look at. */
export const HINTS: Readonly<Partial<Record<DropReason, string>>> = {
  "duplicate-id": 'another member has the same "id", which must be unique',
  "bad-seal":
    'another member has another "secret", or a larger "maxPacketSize", for which this one cuts its datagrams off',
  unsealed: 'another member has no "secret"',
  sealed: 'another member has a "secret", and this one has none',
  impostor: "a process that is not among the peers writes from another address than it names",
};
