/**
 * A member that is known by a host name, and the address that it is taken to have.
 *
 * @module
 */

import { type Address, canonicalHost, formatAddress } from "../base/address.ts";
import type { Logger } from "../logger.ts";
import { isOwnAddress } from "./own_addresses.ts";

const NOWHERE: ReadonlySet<string> = new Set();

/** What a {@linkcode NamedPeer} is judged by. */
export interface Surroundings {
  /** The own address, `ip:port`. */
  readonly source: string;
  /** The IP addresses of this machine. */
  readonly local: ReadonlySet<string>;
  readonly isAlive: (address: string) => boolean;
  /** ms that an address may take to be alive before another is tried. */
  readonly patience: number;
  readonly logger: Logger;
}

/** One entry of a list. A look-up that fails later takes nothing away. */
export class NamedPeer {
  /** The entry as the user wrote it, in canonical form. */
  readonly entry: string;
  readonly address: Address;
  /** How many look-ups have failed since the last that did not. */
  failures = 0;
  /** The canonical `ip:port` that was taken, out of `#answers`. */
  #found: string | undefined;
  /** When it was taken. */
  #since = 0;
  #answers: readonly string[] = [];
  #warnedOfMany = false;
  #toldOfSelf = false;

  constructor(entry: string, address: Address) {
    this.entry = entry;
    this.address = address;
  }

  /** The address that was taken; undefined until there is one. */
  get found(): string | undefined {
    return this.#found;
  }

  /** Whether there is more than one address to take. */
  get hasChoice(): boolean {
    return this.#answers.length > 1;
  }

  /** Whether the name stands for the own address itself. */
  isExactly(source: string): boolean {
    return this.#answers.includes(source);
  }

  /**
   * Whether the name stands for this member by other addresses of this machine: a loopback address, which can be nobody else's,
   * or nothing but the machine's own. (Addresses of bridges are the same on many machines, and stand beside a real one.)
   */
  isOwn({ source, local, logger }: Surroundings): boolean {
    const { port } = this.address;
    const hosts = this.#answers.map(hostOf);
    const isSelf = hosts.some((host) => isOwnAddress(host, port, source, NOWHERE)) ||
      (hosts.length > 0 && hosts.every((host) => isOwnAddress(host, port, source, local)));
    if (isSelf && !this.#toldOfSelf) {
      this.#toldOfSelf = true;
      logger.info(
        `Peer "${this.entry}" is this member, ${source}: its name stands for ${hosts.join(", ")}, of this machine`,
      );
    }
    return isSelf;
  }

  /** Takes what a look-up answered at `now`, in monotonic ms. Throws an Error where there is no IP address in it. */
  answered(answers: readonly string[], now: number, surroundings: Surroundings): void {
    const { source, logger } = surroundings;
    const found = addressesOf(answers, this.address.port, source);
    if (found.length === 0) throw new Error(`No IP address among ${answers.length} answers`);
    this.#answers = found;
    this.failures = 0;
    this.review(now, surroundings);
    if (!this.hasChoice || this.#warnedOfMany) return;
    this.#warnedOfMany = true;
    logger.warn(`Peer "${this.entry}" has ${found.length} IP addresses, but is one member: taking ${this.#found}`);
  }

  /**
   * Takes one of the answers: self, or the one that is alive, or the one that was taken before, for as long as it has patience
   * with that, and then the next.
   */
  review(now: number, { source, isAlive, patience, logger }: Surroundings): void {
    const answers = this.#answers;
    const current = answers.find((answer) => answer === this.#found);
    const best = answers.find((answer) => answer === source) ??
      (current !== undefined && isAlive(current) ? current : answers.find(isAlive)) ??
      (current === undefined ? answers[0] : now - this.#since < patience ? current : this.#after(current));
    if (best === this.#found) return;
    logger.debug(`Peer "${this.entry}" is at ${best}`);
    this.#found = best;
    this.#since = now;
  }

  #after(current: string): string | undefined {
    const next = (this.#answers.indexOf(current) + 1) % this.#answers.length;
    return this.#answers[next];
  }
}

/** Distinct, and of the family that the own address has, where there are any. */
function addressesOf(answers: readonly string[], port: number, source: string): readonly string[] {
  const hosts = answers.map(canonicalHost).filter((host) => host !== undefined);
  const family = source.startsWith("[") ? "ipv6" : "ipv4";
  const same = hosts.filter(({ kind }) => kind === family);
  return [...new Set((same.length > 0 ? same : hosts).map((host) => formatAddress({ ...host, port })))];
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/gu, "");
}
