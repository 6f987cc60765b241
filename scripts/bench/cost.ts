/**
 * What a member costs when nothing happens.
 *
 * @module
 */

import type { Cluster } from "../harness/cluster.ts";
import { sleep } from "../harness/waiting.ts";
import type { Usage } from "../harness/protocol.ts";
import { bounded, type Figure, type Section } from "./figure.ts";
import { DEFAULT_TIMING, withProcesses } from "../harness/stand.ts";

const COUNTS = [3, 10, 30];
/** ms that it may take until all members of a busy machine see each other. */
const START_LIMIT = 60_000;
const MEBIBYTE = 2 ** 20;

async function usages(cluster: Cluster): Promise<Usage[]> {
  return await Promise.all(cluster.members.map((member) => member.ask({ name: "usage" })));
}

async function* steady(count: number, warmUp: number, ms: number): AsyncGenerator<Figure> {
  const [idle, before, after] = await withProcesses({ ...DEFAULT_TIMING, count, sampleEvery: 0 }, async (cluster) => {
    const idle = await usages(cluster);
    await cluster.joinAll();
    await cluster.agreed(START_LIMIT);
    // Until the compilers have run: a process that has just started takes half as much again.
    await sleep(warmUp);
    const before = await usages(cluster);
    await sleep(ms);
    return [idle, before, await usages(cluster)];
  });
  const rate = (read: (usage: Usage) => number): number[] =>
    after.map((usage, index) => {
      const base = before[index] ?? usage;
      return (read(usage) - read(base)) / (usage.at - base.at) * 1000;
    });
  const what = (text: string): string => `${count} members: ${text}`;
  const values = (what: string, unit: string, values: number[]) => ({ what, unit, values });
  yield bounded(values(what("packets sent"), "/s", rate(({ stats }) => stats?.sent ?? 0)), {});
  yield bounded(values(what("bytes sent"), "/s", rate(({ stats }) => stats?.bytesSent ?? 0)), {});
  const limit = count === 10 ? { most: 10 } : {};
  yield bounded(values(what("CPU of its process"), "ms/s", rate(({ cpu }) => cpu)), limit);
  const added = after.map(({ rss }, index) => (rss - (idle[index]?.rss ?? 0)) / MEBIBYTE);
  yield bounded(values(what("RSS added by joining"), "MiB", added), {});
}

/** The steady state. */
export const STEADY: Section = {
  name: "steady",
  about: "one process for each member, 200/1000; per member and second, after 30 s of warm-up (quick: 10 s)",
  async *run(quick): AsyncGenerator<Figure> {
    for (const count of COUNTS) yield* steady(count, quick ? 10_000 : 30_000, quick ? 5_000 : 20_000);
  },
};
