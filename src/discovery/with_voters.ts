/**
 * Peers from one source, and which of them vote from another.
 *
 * @module
 */

import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "./discovery.ts";

/** What `peers` says, with the peers of `voters` as the voters; nothing before both have spoken. */
export class WithVoters implements Discovery {
  /** `clusterSize` is how many vote. */
  constructor(readonly peers: Discovery, readonly voters: Discovery, readonly clusterSize: number) {}

  /** Yields at each change of either; ends when both have. */
  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    let peers: readonly string[] | undefined;
    let voters: readonly string[] | undefined;
    let unresolved: Pick<DiscoveryUpdate, "unresolved"> = {};
    const [one, other] = eitherStale(context);
    for await (const [who, update] of merge(this.peers.watch(one), this.voters.watch(other))) {
      if (who === 0) peers = update.peers;
      else {
        voters = update.peers;
        unresolved = update.unresolved === undefined ? {} : { unresolved: update.unresolved };
      }
      if (peers === undefined || voters === undefined) continue;
      yield { peers: [...new Set([...peers, ...voters])], voters, clusterSize: this.clusterSize, ...unresolved };
    }
  }
}

/** What is said is out of date as long as that of either is. */
function eitherStale(context: DiscoveryContext): readonly [DiscoveryContext, DiscoveryContext] {
  const stale = [false, false];
  const toldBy = (place: number): DiscoveryContext => ({
    ...context,
    onStale(isStale): void {
      stale[place] = isStale;
      context.onStale?.(stale.includes(true));
    },
  });
  return [toldBy(0), toldBy(1)];
}

/** What the iterables yield, as it comes, with the place of whose it is. */
async function* merge<Item>(...sources: readonly AsyncIterable<Item>[]): AsyncGenerator<readonly [number, Item]> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = async (place: number): Promise<readonly [number, IteratorResult<Item>]> => [
    place,
    await iterators[place]!.next(),
  ];
  const pending = new Map(iterators.map((_, place) => [place, next(place)]));
  try {
    while (pending.size > 0) {
      const [place, result] = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(place);
        continue;
      }
      pending.set(place, next(place));
      yield [place, result.value];
    }
  } finally {
    for (const iterator of iterators) iterator.return?.().catch(() => {});
  }
}
