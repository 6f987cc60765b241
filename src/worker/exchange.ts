/**
 * Custom messages between this member and the others: out to all that show themselves, in from those that show a right cookie.
 *
 * @module
 */

import { addressees, type MemberState, speaker } from "../core/citizen.ts";
import type { MemberInfo } from "../core/effect.ts";
import { type Boot, type Cookie, NO_COOKIE } from "../core/message/message.ts";
import type { DropReason } from "../stats/counters.ts";
import type { DataFragment } from "../wire/fragments.ts";
import type { Backlog } from "./backlog.ts";
import type { Messenger } from "./messenger.ts";
import type { EncodedMessage } from "./protocol.ts";
import { WaitingMessages } from "./waiting_messages.ts";

/** What the loop does for the exchange. */
export interface Carrier {
  send(address: string, cookie: Cookie, piece: DataFragment): void;
  /** Makes sure that the process tells soon what to show it. */
  introduce(boot: Boot): void;
  /** Hands a message to the application. */
  deliver(from: MemberInfo, message: EncodedMessage): void;
  drop(reason: DropReason, count?: number): void;
}

/** Stands between the messenger and the other members. */
export class Exchange {
  readonly #member: MemberState;
  readonly #messenger: Messenger;
  readonly #backlog: Backlog;
  readonly #patience: number;
  readonly #carrier: Carrier;
  readonly #waiting = new WaitingMessages();

  /** A message waits for `patience` ms for a process that is not introduced. */
  constructor(member: MemberState, messenger: Messenger, backlog: Backlog, patience: number, carrier: Carrier) {
    this.#member = member;
    this.#messenger = messenger;
    this.#backlog = backlog;
    this.#patience = patience;
    this.#carrier = carrier;
  }

  /** Sends a message to all others, at `now` in monotonic ms. */
  spread(message: EncodedMessage, now: number): void {
    const pieces = this.#messenger.cut(message);
    for (const { address, boot, cookie } of addressees(this.#member)) {
      if (cookie === NO_COOKIE) {
        if (this.#waiting.hold(boot, pieces, now + this.#patience)) this.#carrier.introduce(boot);
      } else {
        for (const piece of pieces) this.#carrier.send(address, cookie, piece);
      }
    }
  }

  /** The process has told what to show it: what waited for that is sent. */
  introduced(boot: Boot): void {
    const pieces = this.#waiting.take(boot);
    if (pieces.length === 0) return;
    const addressee = addressees(this.#member).find((each) => each.boot === boot);
    if (addressee === undefined) return;
    for (const piece of pieces) this.#carrier.send(addressee.address, addressee.cookie, piece);
  }

  /** Takes a piece of a message, at `now` in monotonic ms. */
  take(from: Boot, cookie: Cookie, piece: DataFragment, now: number): void {
    const member = speaker(this.#member, from, cookie);
    if (member === undefined) return this.#carrier.drop("bad-cookie");
    const taken = this.#messenger.take(from, piece, now);
    if (taken === undefined) return;
    if (taken.message === undefined) return this.#carrier.drop(taken.reason);
    const { name, channel, value } = taken.message;
    const message: EncodedMessage = { name, channel, body: value };
    if (!this.#backlog.admits(message)) return this.#carrier.drop("backlog");
    this.#carrier.deliver(member, message);
  }

  /** Gives up what has waited for too long, at `now` in monotonic ms. */
  expire(now: number): void {
    this.#waiting.expire(now);
    const lost = this.#messenger.expire(now);
    if (lost > 0) this.#carrier.drop("incomplete-message", lost);
  }
}
