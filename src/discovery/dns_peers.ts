/**
 * Peers from a name of the DNS that stands for all of them.
 *
 * @module
 */

import { canonicalHost, formatAddress, parseAddress } from "../base/address.ts";
import { describe } from "../errors.ts";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";
import { localHosts } from "../transport/interfaces.ts";
import { systemNames } from "../transport/names.ts";
import { isOwnAddress } from "./own_addresses.ts";
import { sleep } from "../base/sleep.ts";

/** How names are looked up. */
export interface DnsResolver {
  /** The IP addresses of a name, A and AAAA. Nobody waits for them any more when `signal` aborts. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The targets of an SRV name. */
  services(host: string, signal: AbortSignal): Promise<readonly { readonly name: string; readonly port: number }[]>;
}

/** Which name. */
export interface DnsPeersOptions {
  /**
   * A name with the addresses of all members (A and AAAA), like a headless Service: `app.default.svc`. Or a name of SRV
   * records, which starts with an underscore and must be complete: `_election._udp.app.default.svc.cluster.local`.
   */
  readonly host: string;
  /** The UDP port of every member. Required, but for SRV records, which have their own. */
  readonly port?: number;
  /** ms between two look-ups, spread at random by a fifth; default 5000. */
  readonly refresh?: number;
  /** Default: what the system knows, see `systemNames`. */
  readonly resolver?: DnsResolver;
}

const DNS_OPTIONS = ["host", "port", "refresh", "resolver"];
const DNS_REFRESH = 5000;
const FIRST_RETRY = 200;

/**
 * Peers from the DNS, looked up again and again: all addresses of a name, of the family that the own address has. While
 * the name does not resolve, the peers known so far stay. With Kubernetes, point it to a headless Service with
 * `publishNotReadyAddresses`: no permission is needed, and new pods are found within 5 to 30 s, which is how long DNS caches.
 *
 * Throws a TypeError or RangeError for a wrong option.
 *
 * @example
 * ```ts
 * import { dnsPeers } from "./dns_peers.ts";
 *
 * const stop = new AbortController();
 * const peers = dnsPeers({ host: "localhost", port: 12345 });
 * for await (const update of peers.watch({ signal: stop.signal, source: "127.0.0.1:12345", logger: console })) {
 *   console.log(update.peers); // ["127.0.0.1:12345"]
 *   stop.abort();
 * }
 * ```
 */
export function dnsPeers(options: DnsPeersOptions): Discovery {
  return new DnsPeers(options);
}

class DnsPeers implements Discovery {
  readonly #host: string;
  readonly #port: number | undefined;
  readonly #refresh: number;
  readonly #resolver: DnsResolver;

  constructor(options: DnsPeersOptions) {
    for (const name of Object.keys(options)) {
      if (!DNS_OPTIONS.includes(name)) {
        throw new TypeError(`Unknown option ${describe(name)}; known are ${DNS_OPTIONS.join(", ")}`);
      }
    }
    const { host, port, refresh = DNS_REFRESH, resolver = systemNames } = options;
    if (typeof host !== "string" || !/^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_.])?$/iu.test(host)) {
      throw new TypeError(`"host" must be a host name without a port, got ${describe(host)}`);
    }
    const srv = host.startsWith("_");
    if (srv && port !== undefined) {
      throw new TypeError(`"port" must be left out, because SRV records have one, got ${port}`);
    }
    if (!srv && typeof port !== "number") throw new TypeError(`"port" must be a port number, got ${describe(port)}`);
    if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
      throw new RangeError(`"port" must be a port from 1 to 65535, got ${port}`);
    }
    if (typeof refresh !== "number" || !(refresh >= 10 && refresh <= 86_400_000)) {
      throw new RangeError(`"refresh" must be from 10 to 86400000 ms, got ${describe(refresh)}`);
    }
    this.#host = host;
    this.#port = port;
    this.#refresh = refresh;
    this.#resolver = resolver;
  }

  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    const { signal, logger } = context;
    let before: string | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const peers = await this.#look(context);
        if (signal.aborted) return;
        if (failures > 0) logger.info(`"${this.#host}" resolves again`);
        if (failures > 0) context.onStale?.(false);
        failures = 0;
        if (peers.join() !== before) {
          before = peers.join();
          yield { peers };
        }
      } catch (error) {
        if (signal.aborted) return;
        context.onStale?.(true);
        if (failures++ === 0) {
          logger.warn(`Cannot resolve "${this.#host}": keeping the peers known so far, and trying again`, error);
        }
      }
      const wait = failures === 0 ? this.#refresh : FIRST_RETRY * 2 ** Math.min(failures - 1, 16);
      await sleep(Math.min(wait, this.#refresh) * (0.8 + 0.4 * Math.random()), signal);
    }
  }

  /** Rejects when nothing of the own family is found. */
  async #look({ source, signal }: DiscoveryContext): Promise<readonly string[]> {
    const found = this.#port === undefined
      ? await this.#lookServices(signal)
      : addressesOf(await this.#resolver.addresses(this.#host, signal), this.#port);
    const kind = source.startsWith("[") ? "ipv6" : "ipv4";
    const peers = [...found].filter((address) => address.startsWith("[") === (kind === "ipv6"));
    if (peers.length > 0) return withSelf(peers, source).sort();
    throw new Error(found.size === 0 ? "It has no address" : `It has ${found.size} addresses, but none is ${kind}`);
  }

  /** One target that does not resolve would take a voter away, so it fails the whole look-up. */
  async #lookServices(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const targets = await this.#resolver.services(this.#host, signal);
    const found = await Promise.all(
      targets.map(async ({ name, port }) => addressesOf(await this.#resolver.addresses(name, signal), port)),
    );
    return new Set(found.flatMap((addresses) => [...addresses]));
  }
}

function addressesOf(answers: readonly string[], port: number): ReadonlySet<string> {
  const hosts = answers.map(canonicalHost).filter((host) => host !== undefined);
  return new Set(hosts.map((host) => formatAddress({ ...host, port })));
}

/** Other addresses of this machine with the own port are this member, unless it is there by the one it is known by. */
function withSelf(peers: readonly string[], source: string): string[] {
  if (peers.includes(source)) return [...peers];
  const local = localHosts();
  return [
    ...new Set(peers.map((peer) => {
      const { host, port } = parseAddress(peer, { label: "peer" });
      return isOwnAddress(host, port, source, local) ? source : peer;
    })),
  ];
}
