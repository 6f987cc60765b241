/**
 * Where datagrams come from.
 *
 * @module
 */

import { canonicalHost, formatAddress } from "../base/address.ts";
import { LIMITS } from "../limits.ts";

/** Canonical addresses of sources, each made once: members speak to the same ones for ever. */
export class Sources {
  readonly #byHost = new Map<string, Map<number, string>>();
  #size = 0;

  /** How many are remembered. */
  get size(): number {
    return this.#size;
  }

  /** The canonical `ip:port` of what a socket calls the sender. */
  of(host: string, port: number): string {
    return this.#byHost.get(host)?.get(port) ?? this.#learn(host, port);
  }

  #learn(host: string, port: number): string {
    if (this.#size >= LIMITS.cachedAddresses) {
      this.#byHost.clear();
      this.#size = 0;
    }
    let byPort = this.#byHost.get(host);
    if (byPort === undefined) this.#byHost.set(host, byPort = new Map());
    const source = canonicalSource(host, port);
    byPort.set(port, source);
    this.#size++;
    return source;
  }
}

/** The canonical `ip:port`. */
export function canonicalSource(ip: string, port: number): string {
  const parsed = canonicalHost(ip);
  return parsed === undefined ? `${ip}:${port}` : formatAddress({ ...parsed, port });
}
