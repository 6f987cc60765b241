/**
 * Who asks, for caps on what one of them may take.
 *
 * @module
 */

import { canonicalHost } from "../base/address.ts";

/**
 * What stands for a client: its IPv4 address, or the first 64 bits of its IPv6 address, of which one machine has all the rest.
 *
 * @param address An IP address as a socket reports it; undefined where the connection is gone.
 *
 * @example
 * ```ts
 * import { clientOf } from "./client.ts";
 *
 * console.log(clientOf("::ffff:10.0.0.7"), clientOf("fd00:1:2:3::7")); // 10.0.0.7 fd00:1:2:3
 * ```
 */
export function clientOf(address: string | undefined): string {
  const known = address === undefined ? undefined : canonicalHost(address);
  if (known === undefined) return "";
  if (known.kind === "ipv4") return known.host;
  const [head = [], tail] = known.host.split("::").map((part) => part === "" ? [] : part.split(":"));
  const zeros = tail === undefined ? [] : new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail ?? []].slice(0, 4).join(":");
}

/** How many of something each client has. */
export class PerClient {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** `most` is how many one may have. */
  constructor(most: number) {
    this.#most = most;
  }

  /** One more for this client; false where it has all that it may. */
  add(client: string): boolean {
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(client, count + 1);
    return true;
  }

  /** One less. */
  remove(client: string): void {
    const count = this.#counts.get(client) ?? 0;
    if (count > 1) this.#counts.set(client, count - 1);
    else this.#counts.delete(client);
  }
}
