/**
 * What a packet does: membership takes it first, then the election what membership made of it, and then it is answered.
 *
 * @module
 */

import { drop } from "./drop.ts";
import { respond } from "./election/reception.ts";
import { acknowledgeRelease } from "./election/releases.ts";
import type { InputEvent } from "./input.ts";
import { take } from "./membership/reception.ts";
import { ack, send } from "./membership/sending.ts";
import { type Ack, type Boot, UNKNOWN_BOOT } from "./message/message.ts";
import type { Farewell, MemberState } from "./state.ts";

type Packet = Extract<InputEvent, { kind: "packet" }>;

/** Takes one packet. */
export function receive(self: MemberState, packet: Packet): void {
  const { membership, election, ground } = self;
  const farewell = self.closing?.farewell;
  const { from, message } = packet;
  if (from === ground.config.boot || from === UNKNOWN_BOOT) return drop(ground, "misdirected");
  if (message.kind === "ack") acknowledgeRelease(election, from, message.nonce);
  if (farewell !== undefined && message.kind === "ping") return;
  if (farewell !== undefined && message.kind === "ack") return noteFarewell(farewell, from, message);
  const heard = take(membership, packet);
  if (heard === undefined) return;
  const answer = respond(election, heard);
  if (message.kind === "claims") {
    if (answer !== undefined) send(membership, heard.peer, { kind: "votes", answer });
    return;
  }
  if (heard.wantsAck) ack(membership, heard.peer, from, message.kind === "ping" ? message.nonce : 0).answer = answer;
}

/** A farewell was heard, if that is what the ack answers. */
function noteFarewell({ pending }: Farewell, from: Boot, { nonce, status: { address } }: Ack): void {
  const leave = pending.get(address);
  if (leave?.boot === from && leave.nonce === nonce) pending.delete(address);
}
