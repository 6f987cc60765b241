/**
 * What many elections over one membership cost, beside what one does.
 *
 * @module
 */

import type { Cluster } from "../harness/cluster.ts";
import type { MemberProcess } from "../harness/member_process.ts";
import type { Usage } from "../harness/protocol.ts";
import { DEFAULT_TIMING, withProcesses } from "../harness/stand.ts";
import { sleep } from "../harness/waiting.ts";
import { bounded, type Figure, type Section } from "./figure.ts";

const COUNTS = [1, 10, 100, 1000];
const MEMBERS = 3;
/** ms within which all elections have a leader again, or never will. */
const LIMIT = 30_000;
const MEBIBYTE = 2 ** 20;
/** ms after which leads have moved to where they belong. */
const SETTLING = 5000;

/** ms that it takes from `at` until these members lead all of so many elections. */
async function allLed(members: readonly MemberProcess[], elections: number, at: number): Promise<number> {
  for (const end = performance.now() + LIMIT; performance.now() < end;) {
    const answers = await Promise.all(members.map((member) => member.ask({ name: "leads" })));
    const led = answers.reduce((sum, { led }) => sum + led, 0);
    if (led === elections) return Math.max(0, ...answers.map(({ electedAt = at }) => electedAt - at));
    await sleep(5);
  }
  throw new Error(`Not all of ${elections} elections had a leader within ${LIMIT} ms`);
}

/** The member that leads most, and the others. */
async function leaderOfMost({ members }: Cluster): Promise<[MemberProcess, MemberProcess[]]> {
  const shares = await Promise.all(members.map((member) => member.ask({ name: "leads" })));
  const most = Math.max(...shares.map(({ led }) => led));
  const first = members[shares.findIndex(({ led }) => led === most)]!;
  return [first, members.filter((member) => member !== first)];
}

async function usages(cluster: Cluster): Promise<Usage[]> {
  return await Promise.all(cluster.members.map((member) => member.ask({ name: "usage" })));
}

async function* measure(elections: number, quick: boolean): AsyncGenerator<Figure> {
  const figures = await withProcesses({ ...DEFAULT_TIMING, count: MEMBERS, sampleEvery: 0 }, async (cluster) => {
    await cluster.joinAll();
    await cluster.agreed();
    const started = await Promise.all(
      cluster.members.map((member) => member.ask({ name: "stand", elections })),
    );
    const begun = Math.min(...started.map(({ at }) => at));
    const elected = await allLed(cluster.members, elections, begun);
    await sleep(quick ? 3 * SETTLING : 5 * SETTLING);
    const shares = await Promise.all(cluster.members.map((member) => member.ask({ name: "leads" })));
    const before = await usages(cluster);
    await sleep(quick ? 5000 : 20_000);
    const after = await usages(cluster);
    const rate = (read: (usage: Usage) => number): number[] =>
      after.map((usage, index) => (read(usage) - read(before[index]!)) / (usage.at - before[index]!.at) * 1000);
    const [leaving, others] = await leaderOfMost(cluster);
    const left = await leaving.ask({ name: "leave" });
    const handedOver = await allLed(others, elections, left.at);
    return {
      elected,
      fullest: Math.max(...shares.map(({ led }) => led)) * MEMBERS / elections,
      packets: rate(({ stats }) => stats?.sent ?? 0),
      bytes: rate(({ stats }) => stats?.bytesSent ?? 0),
      cpu: rate(({ cpu }) => cpu),
      rss: after.map(({ rss }) => rss / MEBIBYTE),
      handedOver,
    };
  });
  const what = (text: string): string => `${elections} elections: ${text}`;
  const { packets, bytes, cpu, rss, handedOver, elected, fullest } = figures;
  yield bounded({ what: what("packets sent"), unit: "/s", values: packets }, {});
  yield bounded({ what: what("bytes sent"), unit: "/s", values: bytes }, {});
  yield bounded({ what: what("CPU of a process"), unit: "ms/s", values: cpu }, {});
  yield bounded({ what: what("RSS of a process"), unit: "MiB", values: rss }, {});
  yield bounded({ what: what("all led from the start"), unit: "ms", values: [elected] }, {});
  yield bounded({ what: what("the fullest member against the mean"), unit: "x", values: [fullest] }, {});
  yield bounded({ what: what("all led again after close()"), unit: "ms", values: [handedOver] }, {});
}

/** All led again after the crash of one of three. */
async function* failover(elections: number): AsyncGenerator<Figure> {
  const ms = await withProcesses({ ...DEFAULT_TIMING, count: MEMBERS, sampleEvery: 0 }, async (cluster) => {
    await cluster.joinAll();
    await cluster.agreed();
    await Promise.all(cluster.members.map((member) => member.ask({ name: "stand", elections })));
    await allLed(cluster.members, elections, 0);
    await sleep(SETTLING);
    const [crashing, others] = await leaderOfMost(cluster);
    return await allLed(others, elections, await cluster.crash(crashing));
  });
  yield bounded({ what: `${elections} elections: all led again after a crash`, unit: "ms", values: [ms] }, {});
}

/** One membership, and 1 to 1000 elections. */
export const ELECTIONS: Section = {
  name: "elections",
  about: "three members, 200/1000, that stand in named elections beside the default one; per member and second",
  async *run(quick): AsyncGenerator<Figure> {
    for (const count of COUNTS) {
      yield* measure(count, quick);
      yield* failover(count);
    }
  },
};
