/**
 * A leader that stands still: its main thread, or the whole process.
 *
 * @module
 */

import { sleep } from "../harness/waiting.ts";
import type { MemberProcess } from "../harness/member_process.ts";
import { bounded, type Figure, type Section, zero } from "./figure.ts";
import {
  countHappenings,
  DEFAULT_TIMING,
  displace,
  named,
  pause,
  QUICK_TIMING,
  type Timing,
  withProcesses,
} from "../harness/stand.ts";

const BELOW = 5_000;

async function block(leader: MemberProcess, ms: number): Promise<{ from: number; leads: boolean }> {
  leader.condition = "blocked";
  const { from, leads } = await leader.ask({ name: "block", ms }, ms + 15_000);
  leader.condition = "running";
  return { from, leads };
}

async function* below(times: number): AsyncGenerator<Figure> {
  const changes: number[] = [];
  const denied: number[] = [];
  await withProcesses(DEFAULT_TIMING, async (cluster) => {
    await cluster.joinAll();
    const leader = await cluster.settled();
    for (let time = 0; time < times; time++) {
      await cluster.watch();
      const { leads } = await block(leader, BELOW);
      await sleep(DEFAULT_TIMING.interval);
      const record = await cluster.record();
      changes.push(countHappenings(record, "elected") + countHappenings(record, "removed"));
      denied.push(leads ? 0 : 1);
    }
  });
  yield zero("main thread blocked 5 s: leader changes and removals", "", changes);
  yield zero("  leader that denies it at the first instruction after", "", denied);
}

async function* beyond(stallTimeout: number, times: number): AsyncGenerator<Figure> {
  const late: number[] = [];
  const believed: number[] = [];
  const doubled: number[] = [];
  await withProcesses({ ...DEFAULT_TIMING, stallTimeout }, async (cluster) => {
    await cluster.joinAll();
    for (let time = 0; time < times; time++) {
      await cluster.settled();
      const { failover, record } = await displace(cluster, async (leader) => {
        const { from, leads } = await block(leader, stallTimeout + 1.5 * DEFAULT_TIMING.timeout);
        believed.push(leads ? 1 : 0);
        return from;
      });
      late.push(failover - stallTimeout);
      doubled.push(record.contradiction.ms);
    }
  });
  const what = `blocked beyond stallTimeout ${stallTimeout}: new leader after the deadline`;
  const note = "below 0: the deadline counts from the main thread's last sign of life, up to 250 ms before the block";
  yield bounded({ what, unit: "ms", values: late, note }, { most: DEFAULT_TIMING.timeout });
  yield zero("  old leader that believes at the first instruction after", "", believed);
  yield zero("  two members answering true", "ms", doubled);
}

/** The leader's main thread is blocked. */
export const BLOCK: Section = {
  name: "block",
  about: "3 processes, 200/1000; the leader's main thread is blocked by Atomics.wait",
  async *run(quick): AsyncGenerator<Figure> {
    yield* below(quick ? 1 : 4);
    yield* beyond(2_000, quick ? 2 : 10);
    if (!quick) yield* beyond(10_000, 2);
  },
};

async function* stops(timing: Timing, times: number): AsyncGenerator<Figure> {
  const failovers: number[] = [];
  const believed: number[] = [];
  const doubled: number[] = [];
  await withProcesses(timing, async (cluster) => {
    await cluster.joinAll();
    for (let time = 0; time < times; time++) {
      await cluster.settled();
      const { failover, record } = await displace(cluster, async (leader) => {
        const { at, firstAnswer } = await pause(cluster, leader);
        believed.push(firstAnswer ? 1 : 0);
        return at;
      });
      failovers.push(failover);
      doubled.push(record.contradiction.ms);
    }
  });
  yield zero(`SIGSTOP of 3 x timeout: two members answering true, ${named(timing)}`, "ms", doubled);
  yield zero(`  old leader that believes at the first instruction after, ${named(timing)}`, "", believed);
  yield bounded({ what: `  SIGSTOP to new leader, ${named(timing)}`, unit: "ms", values: failovers }, {});
}

/** The leader's process is stopped and continued. */
export const STOP: Section = {
  name: "stop",
  about: "3 processes; SIGSTOP of the leader's, SIGCONT after 3 x timeout",
  async *run(quick): AsyncGenerator<Figure> {
    yield* stops(DEFAULT_TIMING, quick ? 2 : 8);
    yield* stops(QUICK_TIMING, quick ? 3 : 20);
  },
};
