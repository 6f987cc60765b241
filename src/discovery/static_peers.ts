/**
 * Peers from a list that does not change; the addresses behind its host names may.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { onAbort } from "../abort.ts";
import { type Address, canonicalHost, formatAddress, parseAddress } from "../address.ts";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";
import { sleep } from "./sleep.ts";

/** Finds the IP addresses of a host name; rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What may be known beside the list. Durations are ms. */
export interface StaticPeersOptions {
  /** The number of voters; default: the distinct entries, and self unless an entry is self. */
  readonly clusterSize?: number;
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** ms between two look-ups of a name that resolves, and the longest between two of one that does not; default 5000. */
  readonly refresh?: number;
  /** ms after the first look-up that fails; doubles each time; default 200. */
  readonly retry?: number;
}

/** A host name of the list, and what is known of it. */
interface NamedPeer {
  /** The entry as the user wrote it, in canonical form. */
  readonly entry: string;
  readonly address: Address;
  /** The canonical `ip:port` that was found last. A look-up that fails later does not take it away. */
  found: string | undefined;
  failures: number;
  warnedOfMany: boolean;
}

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
    this.#resolve = options.resolve ?? resolveBySystem;
    this.#refresh = options.refresh ?? 5000;
    this.#retry = options.retry ?? 200;
  }

  /** Yields the IP addresses at once, and then each change of what the names stand for; ends when all are known for ever. */
  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    const names: NamedPeer[] = [];
    for (const [entry, address] of this.#entries) {
      if (address.kind === "name") names.push({ entry, address, found: undefined, failures: 0, warnedOfMany: false });
    }
    if (context.signal.aborted) return;
    yield this.#update(names, context.source);
    if (names.length === 0) return;

    const stop = new AbortController();
    const callOff = onAbort(context.signal, () => stop.abort());
    const changes = new Changes(stop.signal);
    try {
      for (const name of names) void this.#follow(name, { ...context, signal: stop.signal }, () => changes.report());
      while (await changes.next()) yield this.#update(names, context.source);
    } finally {
      stop.abort();
      callOff();
    }
  }

  #update(names: readonly NamedPeer[], source: string): DiscoveryUpdate {
    const peers = new Set<string>();
    for (const [entry, { kind }] of this.#entries) if (kind !== "name") peers.add(entry);
    for (const { found } of names) if (found !== undefined) peers.add(found);
    // Counted by entry, not by address: two names that share one for a while do not make the cluster smaller.
    const counted = this.#entries.size + (peers.has(source) ? 0 : 1);
    return { peers: [...peers], clusterSize: this.#clusterSize ?? counted };
  }

  /** Never rejects. */
  async #follow(name: NamedPeer, context: DiscoveryContext, onChange: () => void): Promise<void> {
    while (!context.signal.aborted) {
      const before = name.found;
      await this.#look(name, context);
      if (context.signal.aborted) return;
      if (name.found !== before) onChange();
      const wait = name.failures === 0 ? this.#refresh : this.#retry * 2 ** Math.min(name.failures - 1, 16);
      // Spread, so that members which were started together do not ask together for ever.
      await sleep(Math.min(wait, this.#refresh) * (0.8 + 0.4 * Math.random()), context.signal);
    }
  }

  async #look(name: NamedPeer, { source, logger, signal }: DiscoveryContext): Promise<void> {
    const { entry, address } = name;
    try {
      const answers = await this.#resolve(address.host);
      if (signal.aborted) return;
      const found = choose(answers, { port: address.port, source, current: name.found });
      if (found.address === undefined) throw new Error(`No IP address among ${answers.length} answers`);
      if (found.count > 1 && !name.warnedOfMany) {
        name.warnedOfMany = true;
        logger.warn(`Peer "${entry}" has ${found.count} IP addresses, but is one member: taking ${found.address}`);
      }
      if (found.address !== name.found) logger.debug(`Peer "${entry}" is at ${found.address}`);
      name.found = found.address;
      name.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      name.failures++;
      if (name.failures > 1) return;
      const rest = name.found === undefined ? "is not known yet" : `is kept at ${name.found}`;
      logger.warn(`Cannot resolve peer "${entry}": it ${rest}, and is looked up again`, error);
    }
  }
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

interface Wish {
  readonly port: number;
  readonly source: string;
  readonly current: string | undefined;
}

/**
 * One of the answers: self, or the one that was taken before, or the first, out of those of the family
 * that the own address has, where there are any.
 */
function choose(
  answers: readonly string[],
  wish: Wish,
): { readonly address: string | undefined; readonly count: number } {
  const hosts = answers.map(canonicalHost).filter((host) => host !== undefined);
  const family = wish.source.startsWith("[") ? "ipv6" : "ipv4";
  const same = hosts.filter(({ kind }) => kind === family);
  const addresses = new Set(
    (same.length > 0 ? same : hosts).map((host) => formatAddress({ ...host, port: wish.port })),
  );
  const address = [wish.source, wish.current].find((known) => known !== undefined && addresses.has(known)) ??
    addresses.values().next().value;
  return { address, count: addresses.size };
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  const answers = await lookup(host, { all: true });
  return answers.map(({ address }) => address);
}
