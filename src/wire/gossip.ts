/**
 * Gossip on the wire: who leads, and rumors of members. A rumor takes at most what `bytesOf` of the core says.
 *
 * @module
 */

import type { AliveRumor, DeadRumor, Gossip, LeaderHint, Rumor, SuspectRumor } from "../core/message/message.ts";
import { newGossip, newLeaderHint, NO_RUMORS } from "../core/message/blank.ts";
import { BOUNDS } from "../limits.ts";
import { readAddress, writeAddress } from "./address_bytes.ts";
import { BOOT_BYTES, type ByteReader, type ByteWriter, DURATION_BYTES, INTEGER_BYTES, MICROSECONDS } from "./bytes.ts";
import { type Sizes, type Steps, total } from "./fields.ts";

const ALIVE = 1;
const SUSPECT = 2;
const DEAD = 3;
const LEFT = 4;
/** Added to {@linkcode ALIVE}. */
const RUMOR_ELIGIBLE = 16;

/** Read into again and again, as the ping or the ack is that it rides on. */
const leaderHint = newLeaderHint();
const gossip = newGossip();

/** What gossip takes at most beside its rumors, which are for the core to measure. */
export const GOSSIP_BYTES: number = total(
  {
    // Whether there is one, and which.
    leaderHint: 1 + total(
      {
        ...{ boot: BOOT_BYTES, term: INTEGER_BYTES, beat: INTEGER_BYTES, remaining: DURATION_BYTES },
      } satisfies Sizes<LeaderHint>,
    ),
    // Their number.
    rumors: 2,
  } satisfies Sizes<Gossip>,
);

/** Writes what rides on a ping or an ack. */
export function writeGossip(writer: ByteWriter, { leaderHint, rumors }: Gossip): void {
  void ({
    leaderHint: writeLeaderHint(writer, leaderHint),
    rumors: writeRumors(writer, rumors),
  } satisfies Steps<Gossip>);
}

function writeLeaderHint(writer: ByteWriter, hint: LeaderHint | undefined): void {
  writer.u8(hint === undefined ? 0 : 1);
  if (hint === undefined) return;
  const { boot, term, beat, remaining } = hint;
  void ({
    boot: writer.boot(boot, "leaderHint.boot"),
    term: writer.integer(term, "leaderHint.term"),
    beat: writer.integer(beat, "leaderHint.beat"),
    // Rounded down: a lease must not look longer than it is.
    remaining: writer.microseconds(Math.floor(remaining * MICROSECONDS), "leaderHint.remaining"),
  } satisfies Steps<LeaderHint>);
}

/** Reads what rides on a ping or an ack. It is valid until the next is read, but for the rumors. */
export function readGossip(reader: ByteReader): Gossip {
  const flag = reader.u8();
  if (flag > 1) reader.fail();
  void ({
    leaderHint: gossip.leaderHint = flag === 1 ? readLeaderHint(reader) : undefined,
    rumors: gossip.rumors = readRumors(reader),
  } satisfies Gossip);
  return gossip;
}

function readLeaderHint(reader: ByteReader): LeaderHint {
  void ({
    boot: leaderHint.boot = reader.boot(),
    term: leaderHint.term = reader.integer(),
    beat: leaderHint.beat = reader.integer(),
    remaining: leaderHint.remaining = reader.u32() / MICROSECONDS,
  } satisfies LeaderHint);
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
  const { address, boot, incarnation } = rumor;
  switch (rumor.kind) {
    case "alive":
      return void ({
        eligible: writer.u8(ALIVE | (rumor.eligible ? RUMOR_ELIGIBLE : 0)),
        address: writeAddress(writer, address, "rumor.address"),
        boot: writer.boot(boot, "rumor.boot"),
        incarnation: writer.integer(incarnation, "rumor.incarnation"),
        id: writer.text(rumor.id, BOUNDS.maxNameBytes, "rumor.id"),
        weight: writer.finite(rumor.weight, "rumor.weight"),
      } satisfies Steps<Omit<AliveRumor, "kind">>);
    case "suspect":
      return void ({
        kind: writer.u8(SUSPECT),
        address: writeAddress(writer, address, "rumor.address"),
        boot: writer.boot(boot, "rumor.boot"),
        incarnation: writer.integer(incarnation, "rumor.incarnation"),
        by: writer.boot(rumor.by, "rumor.by"),
      } satisfies Steps<SuspectRumor>);
    case "dead":
      return void ({
        left: writer.u8(rumor.left ? LEFT : DEAD),
        address: writeAddress(writer, address, "rumor.address"),
        boot: writer.boot(boot, "rumor.boot"),
        incarnation: writer.integer(incarnation, "rumor.incarnation"),
      } satisfies Steps<Omit<DeadRumor, "kind">>);
  }
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
