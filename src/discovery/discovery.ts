/**
 * How a member learns who its peers are.
 *
 * @module
 */

import type { Logger } from "../logger.ts";

/** Who the peers are by now. */
export interface DiscoveryUpdate {
  /**
   * The complete list of members, each as `ip:port` (`[ip]:port` for IPv6). The own address may be among
   * them. Who is no longer listed may not lead, and loses its vote.
   */
  readonly peers: readonly string[];
  /**
   * Those of them that vote, the own address among them if this member does; all when left out. Name them by what does not
   * change, never by who is there or answers: members that read this differently could find two majorities.
   */
  readonly voters?: readonly string[];
  /**
   * The number of voters, self included, where the source knows it (the replicas that were asked for, the
   * length of a fixed list). Never count who answers right now: in a partition each side would count itself
   * and elect a leader. Leave it out to keep the `clusterSize` of the options.
   */
  readonly clusterSize?: number;
  /** Members that are known by a host name which has no address at the moment: what `quorum()` shows of them. */
  readonly unresolved?: readonly string[];
}

/** What a {@linkcode Discovery} is given. */
export interface DiscoveryContext {
  /** Aborts when nobody wants updates any more: the iteration must then end, and leave no timer behind. */
  readonly signal: AbortSignal;
  /** The own address as told to others, `ip:port`. */
  readonly source: string;
  /** Where to tell of trouble. */
  readonly logger: Logger;
  /**
   * Whether a member is alive at this `ip:port`, as the one that asks knows. For sources that find several addresses for one
   * member, of which perhaps only one can be reached.
   */
  readonly isAlive?: (address: string) => boolean;
  /**
   * To be told that the last update may be out of date, because the source cannot be read at the moment, and that it is not any more.
   * Meanwhile nobody is taken for a member of another cluster.
   */
  readonly onStale?: (isStale: boolean) => void;
  /** ms that a member which is new to the list may take to be alive. */
  readonly patience?: number;
}

/**
 * A source of peers, to be given as `peers`. Each update replaces the one before. Trouble that may pass
 * is to be retried inside; an iteration that throws or ends is logged, and the last update stays.
 *
 * @example A file with one `ip:port` a line, read again every 10 s
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { setTimeout as sleep } from "node:timers/promises";
 * import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";
 *
 * class FilePeers implements Discovery {
 *   constructor(readonly path: string) {}
 *
 *   async *watch({ signal, logger }: DiscoveryContext): AsyncGenerator<DiscoveryUpdate> {
 *     while (!signal.aborted) {
 *       try {
 *         const lines = (await readFile(this.path, "utf8")).split("\n");
 *         yield { peers: lines.filter((line) => line !== "") };
 *       } catch (error) {
 *         logger.warn(`Cannot read the peers from ${this.path}`, error);
 *       }
 *       await sleep(10_000, undefined, { signal }).catch(() => {});
 *     }
 *   }
 * }
 *
 * const peers: Discovery = new FilePeers("/etc/democracy/peers");
 * ```
 */
export interface Discovery {
  /** Yields who the peers are, first as soon as possible and then on each change, until `signal` aborts. */
  watch(context: DiscoveryContext): AsyncIterable<DiscoveryUpdate>;
}
