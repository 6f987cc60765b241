/**
 * A cluster of processes for a while, and what came of what was done to its leader.
 *
 * @module
 */

import { Cluster, type ClusterRecord, type ClusterSettings } from "./cluster.ts";
import { sleep } from "./waiting.ts";
import type { MemberProcess } from "./member_process.ts";

/** Heartbeat and lease, in ms. */
export interface Timing {
  readonly interval: number;
  readonly timeout: number;
}

/** What a user gets who says nothing. */
export const DEFAULT_TIMING: Timing = { interval: 200, timeout: 1000 };
/** For those who want it quicker. */
export const QUICK_TIMING: Timing = { interval: 50, timeout: 250 };

/** How a figure names its timing. */
export function named({ interval, timeout }: Timing): string {
  return `${interval}/${timeout}`;
}

/** Starts a cluster of processes, and ends it whatever happens. */
export async function withProcesses<Result>(
  settings: Partial<ClusterSettings> & Timing,
  use: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  const cluster = await Cluster.start({ count: 3, stallTimeout: 10_000, sampleEvery: 1, statusEvery: 0, ...settings });
  try {
    return await use(cluster);
  } finally {
    await cluster.end();
  }
}

/** What came of it. */
export interface Displacement {
  readonly leader: MemberProcess;
  readonly successor: MemberProcess;
  readonly record: ClusterRecord;
  /** ms from the deed to the first `true` that another member answered. */
  readonly failover: number;
}

/** Does something to the leader at a random moment of its interval, and waits for another. The deed tells when it was done. */
export async function displace(
  cluster: Cluster,
  deed: (leader: MemberProcess) => Promise<number>,
): Promise<Displacement> {
  const before = await cluster.agreed();
  await cluster.watch();
  await sleep(Math.random() * cluster.settings.interval);
  const leader = cluster.leader() ?? before;
  const at = await deed(leader);
  const successor = await cluster.successor(leader);
  const record = await cluster.record();
  const first = Math.min(
    ...record.beliefs.filter(({ member, from }) => member !== leader.id && from >= at).map(({ from }) => from),
  );
  return { leader, successor, record, failover: first - at };
}

/** Pauses the whole process, threads and all. */
export async function pause(cluster: Cluster, leader: MemberProcess): Promise<{ at: number; firstAnswer: boolean }> {
  leader.signal("SIGSTOP");
  const at = cluster.clock.now();
  await sleep(3 * cluster.settings.timeout);
  leader.signal("SIGCONT");
  await sleep(cluster.settings.interval);
  const { firstAnswers } = await leader.ask({ name: "record" });
  // The machine itself may have stood still for a moment, too.
  const longest = [...firstAnswers].sort((one, other) => other.pause - one.pause)[0];
  return { at, firstAnswer: longest?.leads ?? true };
}

/** How often something was elected while it was recorded. */
export function countHappenings(record: ClusterRecord, type: "elected" | "removed"): number {
  return [...record.members.values()].reduce(
    (total, { happenings }) => total + happenings.filter((happening) => happening.type === type).length,
    0,
  );
}
