/**
 * Follows a discovery, whoever wrote it.
 *
 * @module
 */

import { onAbort } from "../base/abort.ts";
import { canonicalAddress } from "../base/address.ts";
import { Backoff } from "../base/backoff.ts";
import { describe } from "../errors.ts";
import { BOUNDS } from "../limits.ts";
import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";
import type { Logger } from "../logger.ts";
import { sleep } from "../base/sleep.ts";

/** What the core is told of the members. */
export interface Voters {
  /** Canonical, distinct `ip:port`. */
  readonly addresses: readonly string[];
  /** Those that vote; all when undefined. */
  readonly voters?: readonly string[];
  /** Their number, self included. */
  readonly clusterSize: number;
  /** Host names that have no address. */
  readonly unresolved?: readonly string[];
}

/** What {@linkcode followDiscovery} needs beside the discovery. */
export interface FollowOptions extends DiscoveryContext {
  /** The number of voters as long as an update has none. */
  readonly clusterSize: number;
  /** Called for each update that makes sense. */
  readonly onVoters: (voters: Voters) => void;
  /** ms before an iteration that threw is started again; doubles up to 10 s, spread at random; default 1000. */
  readonly retry?: number;
}

const LONGEST_RETRY = 10_000;

/**
 * Hands on what the discovery says until it ends or `signal` aborts. Never rejects: what makes no sense is
 * logged and left out, and an iteration that throws is logged and started again. Resolves at once when
 * `signal` aborts, even if the discovery does not heed it.
 */
export async function followDiscovery(discovery: Discovery, options: FollowOptions): Promise<void> {
  const { signal, logger } = options;
  const backoff = new Backoff(options.retry ?? 1000, LONGEST_RETRY);
  while (!signal.aborted) {
    try {
      for await (const update of until(signal, () => watch(discovery, options))) {
        if (backoff.failures > 0) options.onStale?.(false);
        backoff.reset();
        const voters = readUpdate(update, options);
        if (voters !== undefined) options.onVoters(voters);
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      logger.error("Cannot discover peers: trying again, with the peers known so far", error);
      options.onStale?.(true);
      await sleep(backoff.next(), signal);
    }
  }
}

function watch(discovery: Discovery, options: DiscoveryContext): AsyncIterator<DiscoveryUpdate> {
  const { signal, source, logger, isAlive, onStale, patience } = options;
  return discovery.watch({ signal, source, logger, isAlive, onStale, patience })[Symbol.asyncIterator]();
}

/** What the iterator yields until the signal aborts; an iterator that is stuck is left behind. */
async function* until(
  signal: AbortSignal,
  start: () => AsyncIterator<DiscoveryUpdate>,
): AsyncGenerator<DiscoveryUpdate> {
  let abort = (): void => {};
  const aborted = new Promise<undefined>((resolve) => abort = (): void => resolve(undefined));
  const callOff = onAbort(signal, () => abort());
  const iterator = start();
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === undefined || next.done === true || signal.aborted) return;
      yield next.value;
    }
  } finally {
    callOff();
    iterator.return?.().catch(() => {});
  }
}

function readUpdate(update: DiscoveryUpdate, options: FollowOptions): Voters | undefined {
  const { logger } = options;
  const refuse = (why: string): undefined => {
    logger.error(`Ignoring an update of the discovery: ${why}`);
    return undefined;
  };
  const { peers, clusterSize = options.clusterSize } = update;
  if (!Array.isArray(peers)) return refuse(`"peers" must be an array, got ${describe(peers)}`);
  if (!isClusterSize(clusterSize)) {
    return refuse(
      `"clusterSize" must be a whole number from 1 to ${BOUNDS.maxClusterSize}, got ${describe(clusterSize)}`,
    );
  }
  const names = readUnresolved(update.unresolved);
  const addresses = readAddresses(peers, "peer", logger);
  if (addresses.length > BOUNDS.maxConfiguredPeers) {
    return refuse(`it must have at most ${BOUNDS.maxConfiguredPeers} peers, got ${addresses.length}`);
  }
  if (update.voters === undefined) return { addresses, clusterSize, ...names };
  if (!Array.isArray(update.voters)) return refuse(`"voters" must be an array, got ${describe(update.voters)}`);
  const voters = readAddresses(update.voters, "voter", logger);
  const stranger = voters.find((voter) => voter !== options.source && !addresses.includes(voter));
  if (stranger !== undefined) return refuse(`"voters" must be among "peers", got ${describe(stranger)}`);
  return { addresses, voters, clusterSize, ...names };
}

/** Canonical and distinct; what is no address is logged and left out. */
function readAddresses(values: readonly unknown[], what: string, logger: Logger): readonly string[] {
  const addresses = new Set<string>();
  for (const value of values) {
    const address = typeof value === "string" ? canonicalAddress(value) : undefined;
    if (address !== undefined) addresses.add(address);
    else {logger.error(
        `Ignoring a ${what} of the discovery: it must be an IP address and a port, got ${describe(value)}`,
      );}
  }
  return [...addresses];
}

/** They are shown, and nothing follows from them. */
function readUnresolved(values: unknown): Pick<Voters, "unresolved"> {
  if (!Array.isArray(values)) return {};
  return { unresolved: values.filter((value) => typeof value === "string").slice(0, BOUNDS.maxConfiguredPeers) };
}

function isClusterSize(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= BOUNDS.maxClusterSize;
}
