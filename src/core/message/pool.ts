/**
 * The heartbeats that one step sends. They are told with the same objects in each step, which are as good as new once the
 * effects of the step before have been carried out.
 *
 * @module
 */

import type { Effect } from "../effect.ts";
import { empty } from "../small_set.ts";
import {
  type Lead,
  type Mutable,
  newAck,
  newAnswer,
  newGossip,
  newLead,
  newLeaderHint,
  newPing,
  newRequest,
  newStatus,
} from "./blank.ts";
import type { Ack, Answer, Gossip, LeaderHint, Ping, Request, Status } from "./message.ts";
import { NO_COOKIE } from "./message.ts";

/** A message on its way, to be filled in. */
export type Sent<Message> = Mutable<Omit<Extract<Effect, { kind: "send" }>, "message">> & {
  readonly message: Mutable<Message>;
};
type RoundTrip = Mutable<Extract<Effect, { kind: "round-trip" }>>;

/** A step that sends more of a kind than this makes new ones, which are not kept. */
const MOST_KEPT = 64;

class Pool<Item> {
  readonly #items: Item[] = [];
  readonly #make: () => Item;
  #used = 0;

  constructor(make: () => Item) {
    this.#make = make;
  }

  next(): Item {
    const known = this.#items[this.#used];
    const item = known ?? this.#make();
    if (this.#used >= MOST_KEPT) return item;
    if (known === undefined) this.#items.push(item);
    this.#used++;
    return item;
  }

  reset(): void {
    this.#used = 0;
  }
}

/**
 * Where the objects of a step's heartbeats come from. Whoever takes one sets all of its fields, as
 * `void ({ field: object.field = value } satisfies Whole)`: one that is forgotten does not compile, and compiled code makes no
 * such record.
 */
export class MessagePool {
  /** What this member says of itself: the same in all heartbeats of a step, and complete at its end. */
  readonly status: Mutable<Status> = newStatus();
  /** The leadership in it. */
  readonly lead: Mutable<Lead> = newLead();
  /** What this member says of another that leads: the same in all heartbeats of a step. */
  readonly leaderHint: Mutable<LeaderHint> = newLeaderHint();
  readonly #heartbeats: (Mutable<Ping> | Mutable<Ack>)[] = [];
  readonly #pings = new Pool(() => sent(newPing(this.status)));
  readonly #acks = new Pool(() => sent(newAck(this.status)));
  readonly #gossips = new Pool(newGossip);
  readonly #requests = new Pool(newRequest);
  readonly #answers = new Pool(newAnswer);
  readonly #roundTrip: RoundTrip = { kind: "round-trip", ms: 0 };

  /** Begins another step: what the one before took is overwritten from now on. */
  reset(): void {
    empty(this.#heartbeats);
    this.#pings.reset();
    this.#acks.reset();
    this.#gossips.reset();
    this.#requests.reset();
    this.#answers.reset();
  }

  /** The pings and acks that this step has taken so far. */
  get heartbeats(): readonly (Mutable<Ping> | Mutable<Ack>)[] {
    return this.#heartbeats;
  }

  /** A ping to be filled in. */
  ping(): Sent<Ping> {
    const ping = this.#pings.next();
    this.#heartbeats.push(ping.message);
    return ping;
  }

  /** An ack to be filled in. */
  ack(): Sent<Ack> {
    const ack = this.#acks.next();
    this.#heartbeats.push(ack.message);
    return ack;
  }

  /** Gossip to be filled in. */
  gossip(): Mutable<Gossip> {
    return this.#gossips.next();
  }

  /** A request to be filled in. */
  request(): Mutable<Request> {
    return this.#requests.next();
  }

  /** An answer to be filled in. */
  answer(): Mutable<Answer> {
    return this.#answers.next();
  }

  /** The one round trip of a step, which takes one packet at most. */
  roundTrip(ms: number): RoundTrip {
    this.#roundTrip.ms = ms;
    return this.#roundTrip;
  }
}

function sent<Message>(message: Mutable<Message>): Sent<Message> {
  return { kind: "send", address: "", cookie: NO_COOKIE, message };
}
