/**
 * Gossip on the wire: who leads, and rumors of members. A rumor takes at most what `bytesOf` of the core says.
 *
 * @module
 */

import type { Gossip, LeaderHint, Rumor } from "../core/message/message.ts";
import { newGossip, newLeaderHint, NO_RUMORS } from "../core/message/blank.ts";
import { BOUNDS } from "../limits.ts";
import { readAddress, writeAddress } from "./address_bytes.ts";
import { BOOT_BYTES, type ByteReader, type ByteWriter, INTEGER_BYTES, MICROSECONDS } from "./bytes.ts";

const ALIVE = 1;
const SUSPECT = 2;
const DEAD = 3;
const LEFT = 4;
/** Added to {@linkcode ALIVE}. */
const RUMOR_ELIGIBLE = 16;

/** What gossip takes at most beside its rumors: whether somebody leads, who, and how many rumors follow. */
export const GOSSIP_BYTES: number = 1 + BOOT_BYTES + 2 * INTEGER_BYTES + 4 + 2;

/** Writes what rides on a ping or an ack. */
export function writeGossip(writer: ByteWriter, { leaderHint, rumors }: Gossip): void {
  writer.u8(leaderHint === undefined ? 0 : 1);
  if (leaderHint !== undefined) {
    writer.boot(leaderHint.boot, "leaderHint.boot");
    writer.integer(leaderHint.term, "leaderHint.term");
    writer.integer(leaderHint.beat, "leaderHint.beat");
    // Rounded down: a lease must not look longer than it is.
    writer.microseconds(Math.floor(leaderHint.remaining * MICROSECONDS), "leaderHint.remaining");
  }
  writeRumors(writer, rumors);
}

/** Read into again and again, as the ping or the ack is that it rides on. */
const leaderHint = newLeaderHint();
const gossip = newGossip();

/** Reads what rides on a ping or an ack. It is valid until the next is read, but for the rumors. */
export function readGossip(reader: ByteReader): Gossip {
  const flag = reader.u8();
  if (flag > 1) reader.fail();
  gossip.leaderHint = flag === 1 ? readLeaderHint(reader) : undefined;
  gossip.rumors = readRumors(reader);
  return gossip;
}

function readLeaderHint(reader: ByteReader): LeaderHint {
  leaderHint.boot = reader.boot();
  leaderHint.term = reader.integer();
  leaderHint.beat = reader.integer();
  leaderHint.remaining = reader.u32() / MICROSECONDS;
  return leaderHint;
}

/** Writes rumors behind their number. */
export function writeRumors(writer: ByteWriter, rumors: readonly Rumor[]): void {
  writer.u16(rumors.length);
  for (const rumor of rumors) writeRumor(writer, rumor);
}

/** Reads rumors, as many as are said to be there; what is not there fails the reader. */
export function readRumors(reader: ByteReader): readonly Rumor[] {
  const count = reader.u16();
  if (count === 0) return NO_RUMORS;
  const rumors: Rumor[] = [];
  while (rumors.length < count && !reader.failed) rumors.push(readRumor(reader));
  return rumors;
}

function writeRumor(writer: ByteWriter, rumor: Rumor): void {
  switch (rumor.kind) {
    case "alive":
      writer.u8(ALIVE | (rumor.eligible ? RUMOR_ELIGIBLE : 0));
      break;
    case "suspect":
      writer.u8(SUSPECT);
      break;
    case "dead":
      writer.u8(rumor.left ? LEFT : DEAD);
  }
  writeAddress(writer, rumor.address, "rumor.address");
  writer.boot(rumor.boot, "rumor.boot");
  writer.integer(rumor.incarnation, "rumor.incarnation");
  if (rumor.kind === "alive") {
    writer.text(rumor.id, BOUNDS.maxNameBytes, "rumor.id");
    writer.finite(rumor.weight, "rumor.weight");
  } else if (rumor.kind === "suspect") writer.boot(rumor.by, "rumor.by");
}

function readRumor(reader: ByteReader): Rumor {
  const kind = reader.u8();
  const address = readAddress(reader);
  const subject = { address, boot: reader.boot(), incarnation: reader.integer() };
  switch (kind) {
    case ALIVE:
    case ALIVE | RUMOR_ELIGIBLE: {
      const id = reader.text(BOUNDS.maxNameBytes);
      return { kind: "alive", ...subject, id, weight: reader.finite(), eligible: kind !== ALIVE };
    }
    case SUSPECT:
      return { kind: "suspect", ...subject, by: reader.boot() };
    case DEAD:
    case LEFT:
      return { kind: "dead", ...subject, left: kind === LEFT };
    default:
      reader.fail();
      return { kind: "dead", ...subject, left: false };
  }
}
