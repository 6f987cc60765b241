/**
 * The heartbeats that one step sends. They are told with the same objects in each step, which are as good as new once the
 * step before has been carried out.
 *
 * @module
 */

import type { Effect } from "./effect.ts";
import type { Ack, Gossip, Ping, Reign, Status, Vote } from "./message.ts";
import { UNKNOWN_BOOT } from "./message.ts";
import { type Lead, newAck, newGossip, newLead, newPing, newReign, newStatus, newVote, type Reused } from "./reused.ts";

/** A message on its way, to be filled in. */
export type Sent<Message> = Reused<Omit<Extract<Effect, { kind: "send" }>, "message">> & {
  readonly message: Reused<Message>;
};
type RoundTrip = Reused<Extract<Effect, { kind: "round-trip" }>>;

/** What a step sends beyond that many of a kind is not kept for the next. */
const MOST = 64;
const NOTHING: Status = newStatus();

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
    if (this.#used >= MOST) return item;
    if (known === undefined) this.#items.push(item);
    this.#used++;
    return item;
  }

  reset(): void {
    this.#used = 0;
  }
}

/** Where the objects of a step's heartbeats come from. All of what is in them is to be set by who takes them. */
export class Outbox {
  readonly #pings = new Pool(() => sent(newPing(NOTHING)));
  readonly #acks = new Pool(() => sent(newAck(NOTHING)));
  readonly #statuses = new Pool(newStatus);
  readonly #leads = new Pool(newLead);
  readonly #gossips = new Pool(newGossip);
  readonly #reigns = new Pool(newReign);
  readonly #votes = new Pool(newVote);
  readonly #roundTrip: RoundTrip = { kind: "round-trip", ms: 0 };

  /** Begins another step: what the one before took is overwritten from now on. */
  reset(): void {
    this.#pings.reset();
    this.#acks.reset();
    this.#statuses.reset();
    this.#leads.reset();
    this.#gossips.reset();
    this.#reigns.reset();
    this.#votes.reset();
  }

  ping(): Sent<Ping> {
    return this.#pings.next();
  }

  ack(): Sent<Ack> {
    return this.#acks.next();
  }

  status(): Reused<Status> {
    return this.#statuses.next();
  }

  lead(): Reused<Lead> {
    return this.#leads.next();
  }

  gossip(): Reused<Gossip> {
    return this.#gossips.next();
  }

  reign(): Reused<Reign> {
    return this.#reigns.next();
  }

  vote(): Reused<Vote> {
    return this.#votes.next();
  }

  /** The one of a step, which answers one packet at most. */
  roundTrip(ms: number): RoundTrip {
    this.#roundTrip.ms = ms;
    return this.#roundTrip;
  }
}

function sent<Message>(message: Reused<Message>): Sent<Message> {
  return { kind: "send", address: "", to: UNKNOWN_BOOT, message };
}
