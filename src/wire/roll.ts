/**
 * Which named elections a member stands in and leads.
 *
 * @module
 */

import type { Roll, RollEntry } from "../core/message/message.ts";
import { BOUNDS } from "../limits.ts";
import { readElection, readList, writeCount, writeElection } from "./ballots.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { Steps } from "./fields.ts";
import { readFlags } from "./flags.ts";

/** Of an entry. */
const STANDS = 1;

/** Writes what follows the kind of a roll. */
export function writeRoll(writer: ByteWriter, { since, through, key, entries }: Roll): void {
  void ({
    since: writer.integer(since, "roll.since"),
    through: writer.integer(through, "roll.through"),
    key: writer.text(key, BOUNDS.maxNameBytes, "roll.key"),
    entries: writeCount(writer, entries, "roll.entries"),
  } satisfies Steps<Omit<Roll, "kind">>);
  for (const { election, stands, term } of entries) {
    void ({
      election: writeElection(writer, election),
      stands: writer.u8(stands ? STANDS : 0),
      term: writer.integer(term, "roll.term"),
    } satisfies Steps<RollEntry>);
  }
}

/** Reads what follows the kind of a roll. */
export function readRoll(reader: ByteReader, exact: boolean): Roll {
  return {
    kind: "roll",
    since: reader.integer(),
    through: reader.integer(),
    key: reader.text(BOUNDS.maxNameBytes),
    entries: readList<RollEntry>(reader, [], () => readEntry(reader, exact)),
  };
}

function readEntry(reader: ByteReader, exact: boolean): RollEntry {
  const election = readElection(reader);
  const stands = (readFlags(reader, STANDS, exact) & STANDS) !== 0;
  return { election, stands, term: reader.integer() };
}
