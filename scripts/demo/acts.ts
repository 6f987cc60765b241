/**
 * What the demo plays. Each act does something to the leader and looks at what everybody believed meanwhile.
 *
 * @module
 */

import type { Cluster, ClusterRecord } from "../harness/cluster.ts";
import { pause } from "../harness/stand.ts";
import { sleep } from "../harness/waiting.ts";
import type { MemberProcess } from "../harness/member_process.ts";

/** Something that must hold. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
}

/** How an act ended. */
export interface Outcome {
  readonly before: string;
  readonly after: string;
  /** ms from `since` to the first instant at which the new leader answered `isLeader()` with true; absent without a new leader. */
  readonly failover?: number;
  /** What the failover counts from. */
  readonly since?: string;
  /** ms during which two processes answered true. */
  readonly doubled: number;
  /** What `isLeader()` of the former leader said first after its pause; absent when it had none. */
  readonly firstAnswer?: boolean;
  /** How often the members asked, and the longest between two answers. */
  readonly samples: number;
  readonly longestGap: number;
  readonly checks: readonly Check[];
}

/** One part of the play. */
export interface Act {
  readonly name: string;
  /** What is done, and why it matters. */
  readonly story: readonly string[];
  play(cluster: Cluster): Promise<Outcome>;
}

/** What should come of it. */
interface Expectation {
  /** What the failover counts from; absent where the leader should stay. */
  readonly since?: string;
  /** ms that the failover may take. */
  readonly within: number;
}

/** What is done to the leader; resolves to the machine time from which the failover counts. */
type Deed = (
  cluster: Cluster,
  leader: MemberProcess,
) => Promise<{ readonly at: number; readonly firstAnswer?: boolean }>;

async function observe(
  cluster: Cluster,
  expected: Expectation,
  deed: Deed,
): Promise<Outcome> {
  const { since, within } = expected;
  const leader = await cluster.settled();
  await cluster.watch();
  const token = leader.status?.token ?? 0;
  // Somewhere within an interval, as real trouble comes.
  await sleep(Math.random() * cluster.settings.interval);
  const { at, firstAnswer } = await deed(cluster, leader);
  const successor = since === undefined ? await cluster.agreed() : await cluster.successor(leader);
  const record = await cluster.record();
  const first = record.beliefs.filter(({ member }) => member !== leader.id).map(({ from }) => from).sort()[0];
  const { ms, pairs } = record.contradiction;
  const checks: Check[] = [{ what: "no two processes believed that they led", ok: pairs === 0 }];
  const newToken = successor.status?.token ?? 0;
  if (since === undefined) {
    checks.push({ what: "the leader and its token stay", ok: successor.id === leader.id && newToken === token });
  } else {
    checks.push({ what: "the token has grown", ok: newToken > token });
    checks.push({
      what: `another leads within ${within} ms`,
      ok: first !== undefined && first - at <= within,
    });
  }
  if (firstAnswer !== undefined) {
    const truth = since === undefined;
    checks.push({ what: `isLeader() is ${truth} at the first instruction after`, ok: firstAnswer === truth });
  }
  return {
    before: leader.id,
    after: successor.id,
    failover: first === undefined ? undefined : first - at,
    since,
    doubled: ms,
    firstAnswer,
    ...density(record),
    checks,
  };
}

function density({ members }: ClusterRecord): { samples: number; longestGap: number } {
  const records = [...members.values()];
  return {
    samples: records.reduce((total, { samples }) => total + samples, 0),
    longestGap: Math.max(...records.map(({ longestGap }) => longestGap)),
  };
}

async function block(leader: MemberProcess, ms: number): Promise<{ from: number; leads: boolean }> {
  leader.condition = "blocked";
  const blocked = await leader.ask({ name: "block", ms });
  leader.condition = "running";
  return blocked;
}

/** The whole play. */
export function acts({ interval, timeout, stallTimeout }: Cluster["settings"]): Act[] {
  const short = Math.round(stallTimeout * 0.6);
  const long = stallTimeout + 2 * timeout;
  return [
    {
      name: "crash",
      story: [
        "The leader is killed (SIGKILL): it cannot say goodbye.",
        `Its lease of ${timeout} ms runs out on the voters' clocks, and only then do they give their votes to another.`,
      ],
      play: (cluster) =>
        observe(cluster, { since: "the kill", within: 2 * timeout }, async (_, leader) => {
          const at = await cluster.crash(leader);
          await cluster.successor(leader);
          await cluster.restart(leader);
          return { at };
        }),
    },
    {
      name: "short block",
      story: [
        `The leader's main thread is blocked for ${short} ms, more than its lease of ${timeout} ms, as by a long computation.`,
        "Elections run in a worker of their own, so nothing happens: nobody is replaced for being busy.",
      ],
      play: (cluster) =>
        observe(cluster, { within: 0 }, async (_, leader) => {
          const { from, leads } = await block(leader, short);
          return { at: from, firstAnswer: leads };
        }),
    },
    {
      name: "long block",
      story: [
        `Now it is blocked for ${long} ms, longer than stallTimeout (${stallTimeout} ms): an application that hangs must not lead for ever.`,
        "Its worker gives the lead away; when the main thread wakes up, its first question is answered truthfully.",
      ],
      play: (cluster) =>
        observe(cluster, { since: "the block", within: stallTimeout + 2 * timeout }, async (_, leader) => {
          const { from, leads } = await block(leader, long);
          return { at: from, firstAnswer: leads };
        }),
    },
    {
      name: "pause",
      story: [
        `The leader's whole process is stopped (SIGSTOP) for ${
          3 * timeout
        } ms and continued (SIGCONT), as by a virtual machine that moves.`,
        "It could not know that it was replaced. Its lease is a time on its clock, so it knows at its first instruction.",
      ],
      play: (cluster) => observe(cluster, { since: "SIGSTOP", within: 2 * timeout }, pause),
    },
    {
      name: "resign",
      story: [
        "The leader resigns, as before a deployment. It stops believing first, then names its successor and frees the votes.",
        `Nobody waits for a lease, nor for an interval (${interval} ms): a round trip or two is enough.`,
      ],
      play: (cluster) =>
        observe(cluster, { since: "resign()", within: timeout }, (_, leader) => leader.ask({ name: "resign" })),
    },
  ];
}
