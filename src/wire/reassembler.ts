/**
 * Messages put together again from their fragments.
 *
 * @module
 */

import type { Boot } from "../core/message/message.ts";
import { BOUNDS, LIMITS } from "../limits.ts";
import { chunkOf, type CustomMessage, type DataFragment, split } from "./fragments.ts";

/** Why a fragment was ignored. */
export type FragmentDrop =
  /** Its piece, or its whole message, is already here. */
  | "duplicate-fragment"
  /** It contradicts an earlier fragment of its message. */
  | "inconsistent-fragment"
  /** The message is whole, and has no valid name. */
  | "malformed-message";

/** What came of a fragment: the message that it completed, nothing yet, or a reason to ignore it. */
export type Reassembled =
  | { readonly kind: "complete"; readonly message: CustomMessage }
  | { readonly kind: "incomplete" }
  | { readonly kind: "dropped"; readonly reason: FragmentDrop };

/** As many as there can be members. */
const MAX_SENDERS = BOUNDS.maxConfiguredPeers + LIMITS.strangers;

interface Assembly {
  readonly channel: boolean;
  readonly count: number;
  readonly since: number;
  readonly bytes: Uint8Array;
  readonly arrived: Uint8Array;
  missing: number;
}

interface Sender {
  /** By message number, the oldest first. */
  readonly assemblies: Map<number, Assembly>;
  readonly completed: Set<number>;
  bytes: number;
  heard: number;
}

const INCOMPLETE: Reassembled = { kind: "incomplete" };

/**
 * Collects fragments by sender. A message that lost a fragment is lost whole, after `LIMITS.reassemblyAge`
 * at the latest. Where a bound is met the oldest goes: the sender's oldest message, or all that waits from the
 * sender that was silent for longest. Give it only fragments from members: a stranger could push others out.
 */
export class Reassembler {
  /** The sender that was silent for longest comes first. */
  readonly #senders = new Map<Boot, Sender>();
  #bytes = 0;
  #expired = Number.NEGATIVE_INFINITY;

  /** Senders of which anything is remembered. */
  get senders(): number {
    return this.#senders.size;
  }

  /** Bytes held for messages that are not complete. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a fragment at `now`, in monotonic ms. The message, when complete, is a copy. */
  add(from: Boot, fragment: DataFragment, now: number): Reassembled {
    if (now - this.#expired >= LIMITS.reassemblyAge) this.expire(now);
    const chunk = chunkOf(fragment.index, fragment.count, fragment.total);
    if (chunk?.length !== fragment.payload.length) return dropped("inconsistent-fragment");
    const sender = this.#senderOf(from, now);
    if (sender.completed.has(fragment.message)) return dropped("duplicate-fragment");
    const assembly = sender.assemblies.get(fragment.message) ?? this.#start(sender, fragment, now);
    if (!isPartOf(fragment, assembly)) return dropped("inconsistent-fragment");
    if (assembly.arrived[fragment.index] === 1) return dropped("duplicate-fragment");
    assembly.arrived[fragment.index] = 1;
    assembly.bytes.set(fragment.payload, chunk.start);
    assembly.missing--;
    if (assembly.missing > 0) return INCOMPLETE;
    this.#drop(sender, fragment.message, assembly);
    remember(sender.completed, fragment.message);
    const message = split(assembly.channel, assembly.bytes);
    return message === undefined ? dropped("malformed-message") : { kind: "complete", message };
  }

  /** Drops all that is remembered of a sender. */
  forget(boot: Boot): void {
    const sender = this.#senders.get(boot);
    if (sender === undefined) return;
    this.#bytes -= sender.bytes;
    this.#senders.delete(boot);
  }

  /** Drops what is too old at `now`, in monotonic ms; returns how many messages were lost by that. */
  expire(now: number): number {
    this.#expired = now;
    let lost = 0;
    for (const [boot, sender] of this.#senders) {
      for (const [number, assembly] of sender.assemblies) {
        if (now - assembly.since < LIMITS.reassemblyAge) continue;
        this.#drop(sender, number, assembly);
        lost++;
      }
      if (sender.assemblies.size === 0 && now - sender.heard >= LIMITS.reassemblyAge) this.#senders.delete(boot);
    }
    return lost;
  }

  #senderOf(boot: Boot, now: number): Sender {
    const known = this.#senders.get(boot);
    const sender = known ?? { assemblies: new Map(), completed: new Set(), bytes: 0, heard: now };
    sender.heard = now;
    if (known !== undefined) this.#senders.delete(boot);
    else if (this.#senders.size >= MAX_SENDERS) this.#forgetOldest();
    this.#senders.set(boot, sender);
    return sender;
  }

  #start(sender: Sender, fragment: DataFragment, now: number): Assembly {
    const { assemblies } = sender;
    for (const [number, oldest] of assemblies) {
      const full = assemblies.size >= LIMITS.reassembliesPerSender ||
        sender.bytes + fragment.total > LIMITS.reassemblyBytesPerSender;
      if (!full) break;
      this.#drop(sender, number, oldest);
    }
    while (this.#bytes + fragment.total > LIMITS.reassemblyBytes) this.#forgetOldest();
    const assembly: Assembly = {
      channel: fragment.channel,
      count: fragment.count,
      since: now,
      bytes: new Uint8Array(fragment.total),
      arrived: new Uint8Array(fragment.count),
      missing: fragment.count,
    };
    assemblies.set(fragment.message, assembly);
    sender.bytes += fragment.total;
    this.#bytes += fragment.total;
    return assembly;
  }

  #drop(sender: Sender, number: number, assembly: Assembly): void {
    sender.assemblies.delete(number);
    sender.bytes -= assembly.bytes.length;
    this.#bytes -= assembly.bytes.length;
  }

  #forgetOldest(): void {
    for (const boot of this.#senders.keys()) {
      this.forget(boot);
      return;
    }
  }
}

function isPartOf(fragment: DataFragment, assembly: Assembly): boolean {
  return fragment.channel === assembly.channel && fragment.count === assembly.count &&
    fragment.total === assembly.bytes.length;
}

function remember(completed: Set<number>, number: number): void {
  for (const oldest of completed) {
    if (completed.size < LIMITS.completedMessages) break;
    completed.delete(oldest);
  }
  completed.add(number);
}

function dropped(reason: FragmentDrop): Reassembled {
  return { kind: "dropped", reason };
}
