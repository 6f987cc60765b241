/**
 * What happens to an application in a cluster, and what is asked of it.
 *
 * @module
 */

import { sleep } from "../../../scripts/harness/waiting.ts";
import type { Json } from "../../../scripts/kubernetes/admin_client.ts";
import type { Application } from "./application.ts";
import type { Cluster } from "./cluster.ts";
import type { Runtime } from "./images.ts";
import type { Expectation } from "./judge.ts";

/** ms, the library's defaults. */
const INTERVAL = 200;
const TIMEOUT = 1000;
/** Half a lease: a hand-over. */
const HANDED_OVER = TIMEOUT / 2;
/** A lease and two heartbeats: the others have to notice. */
const NOTICED = TIMEOUT + 2 * INTERVAL;

/** What may happen to an application. */
export interface Scene {
  readonly name: string;
  readonly runtime: Runtime;
  /** Of `democracy manifests`, beside its name and image. */
  readonly values: Json;
  /** Whether it is among those that are tried where time is short. */
  readonly short: boolean;
  readonly expected: Expectation;
  play(app: Application, cluster: Cluster): Promise<void>;
}

async function applied(app: Application): Promise<void> {
  await app.settled();
}

async function restarted(app: Application): Promise<void> {
  await app.restart();
  await app.settled();
}

async function deleted(app: Application): Promise<void> {
  await app.deletePod(app.leader());
  await sleep(TIMEOUT);
  await app.settled();
}

async function killed(app: Application, cluster: Cluster): Promise<void> {
  const { node, containerId } = await app.pod(app.leader());
  await cluster.node(node).node.killContainer(containerId);
  await sleep(3 * TIMEOUT);
  await app.settled();
}

async function cutOff(app: Application, cluster: Cluster): Promise<void> {
  const { node } = await app.pod(app.leader());
  const { number } = cluster.node(node);
  await cluster.network.cut(number);
  try {
    await sleep(5 * TIMEOUT);
  } finally {
    await cluster.network.heal(number);
  }
  await sleep(5 * TIMEOUT);
  await app.settled();
}

async function evicted(app: Application): Promise<void> {
  const leader = app.leader();
  const first = await app.evict(leader);
  if (first !== 201) throw new Error(`The eviction of ${leader} was answered with ${first}, and the budget allows it`);
  const other = (await app.pods()).find(({ name }) => name !== leader)?.name ?? "";
  const second = await app.evict(other);
  if (second !== 429) {
    throw new Error(`The eviction of ${other} was answered with ${second}, and the budget forbids it`);
  }
  await sleep(TIMEOUT);
  await app.settled();
}

async function scaled(app: Application): Promise<void> {
  for (const replicas of [5, 3]) {
    await app.scale(replicas);
    await app.settled();
    await sleep(2 * TIMEOUT);
  }
}

async function resized(app: Application): Promise<void> {
  for (const replicas of [5, 3]) {
    await app.apply({ replicas });
    await app.settled();
    await sleep(2 * TIMEOUT);
  }
}

async function outage(app: Application, cluster: Cluster): Promise<void> {
  await cluster.control.stopApiServer();
  try {
    await sleep(60_000);
  } finally {
    await cluster.control.startApiServer();
  }
  await sleep(5 * TIMEOUT);
  await app.settled();
}

/** A leader that ends hands over; a restart ends each pod once, and begins with those of the least weight. */
const GRACEFUL: Expectation = { longest: HANDED_OVER, moves: 1, voluntary: true };
const RESTART: Expectation = { ...GRACEFUL, moves: 2 };
const CRASH: Expectation = { longest: NOTICED, moves: 1, voluntary: false };
const UNTOUCHED: Expectation = { longest: 0, moves: 0, voluntary: true };

const API = { lease: true };
const DNS = { discovery: "dns" };

/** In the order in which they are played. */
export const SCENES: readonly Scene[] = [
  { name: "apply from nothing", runtime: "node", values: API, short: true, expected: UNTOUCHED, play: applied },
  { name: "rollout restart", runtime: "node", values: API, short: true, expected: RESTART, play: restarted },
  { name: "the leader's pod deleted", runtime: "node", values: API, short: true, expected: GRACEFUL, play: deleted },
  { name: "the leader's container killed", runtime: "node", values: API, short: true, expected: CRASH, play: killed },
  {
    name: "the leader's node cut off and healed",
    runtime: "node",
    values: API,
    short: true,
    expected: CRASH,
    play: cutOff,
  },
  {
    name: "evictions against the budget",
    runtime: "node",
    values: API,
    short: true,
    expected: GRACEFUL,
    play: evicted,
  },
  { name: "scale 3 to 5 to 3", runtime: "node", values: API, short: true, expected: UNTOUCHED, play: scaled },
  {
    name: "apply with 5 replicas, then 3",
    runtime: "node",
    values: API,
    short: false,
    expected: UNTOUCHED,
    play: resized,
  },
  { name: "rollout restart, by DNS", runtime: "node", values: DNS, short: false, expected: RESTART, play: restarted },
  { name: "scale 3 to 5 to 3, by DNS", runtime: "node", values: DNS, short: false, expected: UNTOUCHED, play: scaled },
  {
    name: "rollout restart of a Deployment with surge",
    runtime: "node",
    values: { ...API, workload: "deployment" },
    short: false,
    expected: { ...GRACEFUL, moves: 3 },
    play: restarted,
  },
  {
    name: "the API server away for a minute",
    runtime: "node",
    values: API,
    short: false,
    expected: UNTOUCHED,
    play: outage,
  },
  { name: "rollout restart, in Deno", runtime: "deno", values: API, short: true, expected: RESTART, play: restarted },
  {
    name: "the leader's pod deleted, in Deno",
    runtime: "deno",
    values: API,
    short: false,
    expected: GRACEFUL,
    play: deleted,
  },
  {
    name: "the leader's container killed, in Deno",
    runtime: "deno",
    values: API,
    short: false,
    expected: CRASH,
    play: killed,
  },
];

/** The scenes that are asked for: `all`, the `short` ones, or those whose name has that text. None where nothing is asked for. */
export function chosenScenes(asked: string | undefined): readonly Scene[] {
  if (asked === undefined || asked === "") return [];
  if (asked === "all") return SCENES;
  return SCENES.filter(({ name, short }) => asked === "short" ? short : name.includes(asked));
}
