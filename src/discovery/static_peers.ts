/**
 * Peers from a list that does not change; the addresses behind its host names may.
 *
 * @module
 */

import { onAbort } from "../base/abort.ts";
import { type Address, formatAddress, parseAddress } from "../base/address.ts";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";
import { NamedPeer, type Surroundings } from "./named_peer.ts";
import { localHosts } from "../transport/interfaces.ts";
import { systemNames } from "../transport/names.ts";
import { sleep } from "../base/sleep.ts";

/** Finds the IP addresses of a host name; rejects when there is none, and when `signal` aborts. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** What may be known beside the list. Durations are ms. */
export interface StaticPeersOptions {
  /** The number of voters; default: the distinct entries, and self unless an entry is self. */
  readonly clusterSize?: number;
  /** Default: what the system knows, see `systemNames`. */
  readonly resolve?: Resolve;
  /** ms between two look-ups of a name that resolves, and the longest between two of one that does not; default 5000. */
  readonly refresh?: number;
  /** ms after the first look-up that fails; doubles each time; default 200. */
  readonly retry?: number;
}

/** ms that an address may take to be alive, where nobody says. */
const FIRST_SIGN = 2000;
/** How often it is looked in that time whether it is. */
const LOOKS = 4;

/**
 * Peers from a fixed list of `host:port`. IP addresses are there in the first update, at once. Host names
 * are looked up until they resolve, and then again every 5 s, so that a peer that comes back with
 * another IP address is found. A name that does not resolve is logged, and never an error.
 *
 * Throws a TypeError or RangeError where an entry is no address.
 *
 * @example
 * ```ts
 * import { StaticPeers } from "./static_peers.ts";
 *
 * const peers = new StaticPeers(["10.0.0.7:12345", "10.0.0.8:12345", "10.0.0.9:12345"]);
 * const { signal } = new AbortController();
 * for await (const update of peers.watch({ signal, source: "10.0.0.7:12345", logger: console })) {
 *   console.log(update.clusterSize); // 3
 * }
 * ```
 */
export class StaticPeers implements Discovery {
  readonly #entries: ReadonlyMap<string, Address>;
  readonly #clusterSize: number | undefined;
  readonly #resolve: Resolve;
  readonly #refresh: number;
  readonly #retry: number;

  /** A discovery of these peers, each `host:port`; the own address may be among them, duplicates do no harm. */
  constructor(peers: readonly string[], options: StaticPeersOptions = {}) {
    const addresses = peers.map((peer, index) => parseAddress(peer, { label: `peers[${index}]` }));
    this.#entries = new Map(addresses.map((address) => [formatAddress(address), address]));
    this.#clusterSize = options.clusterSize;
    this.#resolve = options.resolve ?? systemNames.addresses;
    this.#refresh = options.refresh ?? 5000;
    this.#retry = options.retry ?? 200;
  }

  /** Yields the IP addresses at once, and then each change of what the names stand for; ends when all are known for ever. */
  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    const names: NamedPeer[] = [];
    for (const [entry, address] of this.#entries) {
      if (address.kind === "name") names.push(new NamedPeer(entry, address));
    }
    if (context.signal.aborted) return;
    const surroundings = surroundingsOf(context);
    yield this.#update(names, surroundings);
    if (names.length === 0) return;

    const stop = new AbortController();
    const callOff = onAbort(context.signal, () => stop.abort());
    const changes = new Changes(stop.signal);
    try {
      const following: Following = { signal: stop.signal, surroundings, onChange: () => changes.report() };
      for (const name of names) void this.#follow(name, following);
      void this.#review(names, following);
      while (await changes.next()) yield this.#update(names, surroundings);
    } finally {
      stop.abort();
      callOff();
    }
  }

  #update(names: readonly NamedPeer[], surroundings: Surroundings): DiscoveryUpdate {
    const { source } = surroundings;
    const peers = new Set<string>();
    for (const [entry, { kind }] of this.#entries) if (kind !== "name") peers.add(entry);
    // One that is self for sure leaves no doubt about the others: two members may share a machine, and have an address each.
    const isSelfKnown = peers.has(source) || names.some((name) => name.isExactly(source));
    for (const name of names) {
      const found = !isSelfKnown && name.isOwn(surroundings) ? source : name.found;
      if (found !== undefined) peers.add(found);
    }
    // Counted by entry, not by address: two names that share one for a while do not make the cluster smaller.
    const counted = this.#entries.size + (peers.has(source) ? 0 : 1);
    const unresolved = names.filter(({ found }) => found === undefined).map(({ entry }) => entry);
    return {
      peers: [...peers],
      clusterSize: this.#clusterSize ?? counted,
      ...(unresolved.length > 0 ? { unresolved } : {}),
    };
  }

  /** Never rejects. */
  async #follow(name: NamedPeer, { signal, surroundings, onChange }: Following): Promise<void> {
    while (!signal.aborted) {
      const before = name.found;
      await this.#look(name, signal, surroundings);
      if (signal.aborted) return;
      if (name.found !== before) onChange();
      const wait = name.failures === 0 ? this.#refresh : this.#retry * 2 ** Math.min(name.failures - 1, 16);
      // Spread, so that members which were started together do not ask together for ever.
      await sleep(Math.min(wait, this.#refresh) * (0.8 + 0.4 * Math.random()), signal);
    }
  }

  async #look(name: NamedPeer, signal: AbortSignal, surroundings: Surroundings): Promise<void> {
    const { entry, address } = name;
    try {
      const answers = await this.#resolve(address.host, signal);
      if (!signal.aborted) name.answered(answers, performance.now(), surroundings);
    } catch (error) {
      if (signal.aborted) return;
      name.failures++;
      if (name.failures > 1) return;
      const rest = name.found === undefined ? "is not known yet" : `is kept at ${name.found}`;
      surroundings.logger.warn(`Cannot resolve peer "${entry}": it ${rest}, and is looked up again`, error);
    }
  }

  /** Takes another address of names that have several, when the one that was taken does not answer. */
  async #review(names: readonly NamedPeer[], { signal, surroundings, onChange }: Following): Promise<void> {
    while (!signal.aborted) {
      await sleep(surroundings.patience / LOOKS, signal);
      if (signal.aborted) return;
      for (const name of names.filter(({ hasChoice }) => hasChoice)) {
        const before = name.found;
        name.review(performance.now(), surroundings);
        if (name.found !== before) onChange();
      }
    }
  }
}

/** How names are followed. */
interface Following {
  readonly signal: AbortSignal;
  readonly surroundings: Surroundings;
  readonly onChange: () => void;
}

function surroundingsOf({ source, logger, isAlive, patience = FIRST_SIGN }: DiscoveryContext): Surroundings {
  // Where nobody says who is alive, the address that was found first is as good as any.
  return { source, logger, local: localHosts(), isAlive: isAlive ?? ((): boolean => true), patience };
}

/** Tells the iteration that something has changed since it looked last. */
class Changes {
  readonly #signal: AbortSignal;
  #pending = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    onAbort(signal, () => this.#wake?.());
  }

  report(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Resolves to true on a change, and to false when the signal aborts. */
  async next(): Promise<boolean> {
    if (!this.#pending && !this.#signal.aborted) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#pending = false;
    return !this.#signal.aborted;
  }
}
