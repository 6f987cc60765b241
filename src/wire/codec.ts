/**
 * The body of a datagram: its kind in one byte, then the fields of that kind.
 *
 * Rules for a later minor version, so that this one goes on understanding it: new fields come after all
 * others, new kinds take new numbers, and the meaning of fields and their values stays.
 *
 * @module
 */

import type {
  Claims,
  Leave,
  Message,
  Nack,
  Page,
  Probe,
  Pull,
  Release,
  Roll,
  RollCall,
  Votes,
  Vouch,
} from "../core/message/message.ts";
import { readAddress, readAddressOrNone, writeAddress, writeAddressOrNone } from "./address_bytes.ts";
import { type ByteReader, type ByteWriter, MICROSECONDS } from "./bytes.ts";
import type { Steps } from "./fields.ts";
import { chunkOf, type DataFragment } from "./fragments.ts";
import { readRumors, writeRumors } from "./gossip.ts";
import { readAnswer, readRequest, readTerms, writeAnswer, writeRequest, writeTerms } from "./ballots.ts";
import { readFlags } from "./flags.ts";
import { readAck, readPing, writeAck, writePing } from "./heartbeat.ts";
import { readRoll, writeRoll } from "./roll.ts";

/** What a datagram carries: a message for the core, or a piece of one for the application. */
export type Payload = Message | DataFragment;

const KINDS = {
  ping: 1,
  ack: 2,
  release: 3,
  leave: 4,
  probe: 5,
  vouch: 6,
  data: 7,
  nack: 8,
  pull: 9,
  page: 10,
  claims: 11,
  votes: 12,
  "roll-call": 13,
  roll: 14,
} as const;
/** Of a piece of a custom message. */
const CHANNEL = 1;
/** Of a farewell. */
const FREE_OF_PROMISES = 1;

/** Writes a body. A value that no valid member would say is a mistake of the caller: a RangeError. */
export function writeBody(writer: ByteWriter, payload: Payload): void {
  switch (payload.kind) {
    case "ping":
      writer.u8(KINDS.ping);
      return writePing(writer, payload);
    case "ack":
      writer.u8(KINDS.ack);
      return writeAck(writer, payload);
    case "data":
      return writeFragment(writer, payload);
    default:
      return writeOther(writer, payload);
  }
}

/** Messages of named elections. */
type Named = Claims | Votes | RollCall | Roll;

function writeNamed(writer: ByteWriter, message: Named): void {
  switch (message.kind) {
    case "claims":
      return void ({
        kind: writer.u8(KINDS.claims),
        request: writeRequest(writer, message.request),
      } satisfies Steps<Claims>);
    case "votes":
      return void ({
        kind: writer.u8(KINDS.votes),
        answer: writeAnswer(writer, message.answer),
      } satisfies Steps<Votes>);
    case "roll-call":
      return void ({
        kind: writer.u8(KINDS["roll-call"]),
        known: writer.integer(message.known, "known"),
      } satisfies Steps<RollCall>);
    case "roll":
      writer.u8(KINDS.roll);
      return writeRoll(writer, message);
  }
}

function writeOther(writer: ByteWriter, message: Exclude<Payload, { kind: "ping" | "ack" | "data" }>): void {
  switch (message.kind) {
    case "claims":
    case "votes":
    case "roll-call":
    case "roll":
      return writeNamed(writer, message);
    case "release":
      return void ({
        kind: writer.u8(KINDS.release),
        nonce: writer.integer(message.nonce, "nonce"),
        sequence: writer.integer(message.sequence, "sequence"),
        terms: writeTerms(writer, message.terms),
      } satisfies Steps<Release>);
    case "leave":
      return void ({
        kind: writer.u8(KINDS.leave),
        nonce: writer.integer(message.nonce, "nonce"),
        idle: writer.u8(message.idle ? FREE_OF_PROMISES : 0),
      } satisfies Steps<Leave>);
    case "probe":
    case "nack":
      return void ({
        kind: writer.u8(KINDS[message.kind]),
        target: writeAddress(writer, message.target, "target"),
      } satisfies Steps<Probe> & Steps<Nack>);
    case "vouch":
      return void ({
        kind: writer.u8(KINDS.vouch),
        target: writeAddress(writer, message.target, "target"),
        boot: writer.boot(message.boot, "boot"),
        // Rounded up: a sign of life must not look fresher than it is.
        age: writer.microseconds(Math.ceil(message.age * MICROSECONDS), "age"),
      } satisfies Steps<Vouch>);
    case "pull":
      return void ({
        kind: writer.u8(KINDS.pull),
        after: writeAddressOrNone(writer, message.after, "after"),
      } satisfies Steps<Pull>);
    case "page":
      return void ({
        kind: writer.u8(KINDS.page),
        after: writeAddressOrNone(writer, message.after, "after"),
        upTo: writeAddressOrNone(writer, message.upTo, "upTo"),
        rumors: writeRumors(writer, message.rumors),
      } satisfies Steps<Page>);
  }
}

function writeFragment(writer: ByteWriter, fragment: DataFragment): void {
  void ({
    kind: writer.u8(KINDS.data),
    channel: writer.u8(fragment.channel ? CHANNEL : 0),
    message: writer.integer(fragment.message, "message"),
    index: writer.u16(fragment.index),
    count: writer.u16(fragment.count),
    total: writer.u32(fragment.total),
    payload: writer.raw(fragment.payload),
  } satisfies Steps<DataFragment>);
}

/**
 * Reads a body, which ends where the reader does. `exact` refuses what is left over, and flags without a
 * meaning; without it they are taken for the additions of a later minor version. Never throws. A ping or an ack is valid until
 * the next body is read; its rumors stay.
 */
export function readBody(reader: ByteReader, exact: boolean): Payload | "unknown-kind" | "malformed" {
  const payload = readKind(reader, exact);
  if (payload === undefined) return reader.failed ? "malformed" : "unknown-kind";
  return reader.failed || (exact && reader.left > 0) ? "malformed" : payload;
}

function readKind(reader: ByteReader, exact: boolean): Payload | undefined {
  switch (reader.u8()) {
    case KINDS.ping:
      return readPing(reader, exact);
    case KINDS.ack:
      return readAck(reader, exact);
    case KINDS.release:
      return {
        kind: "release",
        nonce: reader.integer(),
        sequence: reader.integer(),
        terms: readTerms(reader, exact),
      };
    case KINDS.leave:
      return {
        kind: "leave",
        nonce: reader.integer(),
        idle: (readFlags(reader, FREE_OF_PROMISES, exact) & FREE_OF_PROMISES) !== 0,
      };
    case KINDS.probe:
      return { kind: "probe", target: readAddress(reader) };
    case KINDS.vouch:
      return { kind: "vouch", target: readAddress(reader), boot: reader.boot(), age: reader.u32() / MICROSECONDS };
    case KINDS.data:
      return readFragment(reader, exact);
    case KINDS.nack:
      return { kind: "nack", target: readAddress(reader) };
    case KINDS.pull:
      return { kind: "pull", after: readAddressOrNone(reader) };
    case KINDS.page:
      return {
        kind: "page",
        after: readAddressOrNone(reader),
        upTo: readAddressOrNone(reader),
        rumors: readRumors(reader),
      };
    case KINDS.claims:
      return { kind: "claims", request: readRequest(reader, exact) };
    case KINDS.votes:
      return { kind: "votes", answer: readAnswer(reader) };
    case KINDS["roll-call"]:
      return { kind: "roll-call", known: reader.integer() };
    case KINDS.roll:
      return readRoll(reader, exact);
    default:
      return undefined;
  }
}

function readFragment(reader: ByteReader, exact: boolean): DataFragment {
  const flags = readFlags(reader, CHANNEL, exact);
  const message = reader.integer();
  const index = reader.u16();
  const count = reader.u16();
  const total = reader.u32();
  const chunk = chunkOf(index, count, total);
  if (chunk === undefined) reader.fail();
  const payload = reader.raw(chunk?.length ?? 0);
  return { kind: "data", channel: (flags & CHANNEL) !== 0, message, index, count, total, payload };
}
