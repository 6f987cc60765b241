/**
 * How long it takes until another leads.
 *
 * @module
 */

import { sleep } from "../harness/waiting.ts";
import { bounded, type Figure, type Section, zero } from "./figure.ts";
import { DEFAULT_TIMING, displace, named, QUICK_TIMING, type Timing, withProcesses } from "../harness/stand.ts";

async function* crashes(
  timing: Timing,
  times: number,
  bounds: { median: number; p99?: number },
): AsyncGenerator<Figure> {
  const failovers: number[] = [];
  const doubled: number[] = [];
  await withProcesses(timing, async (cluster) => {
    await cluster.joinAll();
    for (let time = 0; time < times; time++) {
      await cluster.settled();
      const { leader, failover, record } = await displace(cluster, (leader) => cluster.crash(leader));
      failovers.push(failover);
      doubled.push(record.contradiction.ms);
      await cluster.restart(leader);
    }
  });
  yield bounded({ what: `crash (SIGKILL) to new leader, ${named(timing)}`, unit: "ms", values: failovers }, bounds);
  yield zero(`  two members answering true, ${named(timing)}`, "ms", doubled);
}

/** SIGKILL of the leader's process. */
export const CRASH: Section = {
  name: "crash",
  about: "3 processes; the leader's is killed, and started anew",
  async *run(quick): AsyncGenerator<Figure> {
    const times = quick ? 5 : 30;
    yield* crashes(DEFAULT_TIMING, times, { median: 1100, p99: 1500 });
    yield* crashes(QUICK_TIMING, times, { median: 300 });
  },
};

async function* resignations(timing: Timing, times: number): AsyncGenerator<Figure> {
  const resigned: number[] = [];
  const closed: number[] = [];
  const doubled: number[] = [];
  await withProcesses(timing, async (cluster) => {
    await cluster.joinAll();
    await cluster.settled();
    for (let time = 0; time < times; time++) {
      const { failover, record } = await displace(cluster, async (leader) => (await leader.ask({ name: "resign" })).at);
      resigned.push(failover);
      doubled.push(record.contradiction.ms);
      // A member that resigned stands aside for two timeouts: when all have, nobody is left to hand over to.
      await sleep(2 * timing.timeout + timing.interval);
    }
    for (let time = 0; time < times / 3; time++) {
      const { failover, record, leader } = await displace(
        cluster,
        async (leader) => (await leader.ask({ name: "leave" })).at,
      );
      closed.push(failover);
      doubled.push(record.contradiction.ms);
      leader.status = undefined;
      await cluster.join(leader);
      await cluster.settled();
    }
  });
  yield bounded({ what: `hand-over by resign(), ${named(timing)}`, unit: "ms", values: resigned }, {
    median: 20,
    p99: 100,
  });
  yield bounded({ what: `hand-over by close(), ${named(timing)}`, unit: "ms", values: closed }, {
    median: 20,
    p99: 100,
  });
  yield zero(`  two members answering true, ${named(timing)}`, "ms", doubled);
}

/** The leader goes in good order. */
export const HAND_OVER: Section = {
  name: "hand-over",
  about: "3 processes; the leader resigns, and later closes and joins again",
  async *run(quick): AsyncGenerator<Figure> {
    yield* resignations(DEFAULT_TIMING, quick ? 6 : 30);
    yield* resignations(QUICK_TIMING, quick ? 6 : 60);
  },
};

/** How soon, in ms, those that have just started may elect: after a quarantine, or as soon as nobody can have promised anything. */
const COLD_STARTS = [
  { quarantine: undefined, within: ({ interval, timeout }: Timing) => timeout + 2 * interval },
  { quarantine: "until-idle", within: ({ interval }: Timing) => 2 * interval },
] as const;

async function coldStarts(
  timing: Timing,
  { quarantine, within }: (typeof COLD_STARTS)[number],
  count: number,
  times: number,
): Promise<Figure> {
  const values: number[] = [];
  await withProcesses({ ...timing, count, quarantine }, async (cluster) => {
    for (let time = 0; time < times; time++) {
      await cluster.watch();
      const joined = await cluster.joinAll();
      const leader = await cluster.agreed();
      const { members } = await cluster.record();
      const lastUp = Math.max(...joined.map(({ ready }) => ready));
      // When each member heard for the last time who leads: a leader that was replaced at once counts against us.
      const heard = [...members.values()].map(({ happenings }) =>
        happenings.findLast(({ type, id }) => type === "leader" && id === leader.id)?.at ?? NaN
      );
      values.push(Math.max(...heard) - lastUp);
      await cluster.leaveAll();
    }
  });
  const how = quarantine === undefined ? "" : `, quarantine ${quarantine}`;
  const what = `cold start of ${count} to one agreed leader, ${named(timing)}${how}`;
  return bounded({ what, unit: "ms", values }, { most: within(timing) });
}

/** All members start at once. */
export const COLD_START: Section = {
  name: "cold-start",
  about: "all members join at once; counted from the last one's `ready` until each has heard of the one leader",
  async *run(quick): AsyncGenerator<Figure> {
    for (const start of COLD_STARTS) {
      for (const timing of [DEFAULT_TIMING, QUICK_TIMING]) {
        for (const count of [3, 5]) yield await coldStarts(timing, start, count, quick ? 4 : 20);
      }
    }
  },
};
