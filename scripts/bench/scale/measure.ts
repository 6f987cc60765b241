/**
 * A cluster of a certain size in some processes, for as long as it takes to know what a member costs.
 *
 * @module
 */

import { freeAddresses } from "../../harness/addresses.ts";
import { sleep } from "../../harness/waiting.ts";
import { capture } from "../../harness/process.ts";
import { CrowdProcess } from "./crowd_process.ts";
import type { CrowdMemory, CrowdUsage, CrowdView } from "./crowd_protocol.ts";

/** How to measure. */
export interface MeasureSettings {
  readonly members: number;
  /** At most so many; no process is without a member. */
  readonly processes: number;
  readonly interval: number;
  readonly timeout: number;
  /** ms between the agreement of all and the measurement, and ms of that. */
  readonly warmUp: number;
  readonly window: number;
  /** ms that it may take until all see all. */
  readonly patience: number;
  /** A folder for the profiles of the processes. */
  readonly profile?: string;
}

/** What a member costs in a cluster of that size, in steady state. */
export interface Measurement {
  readonly members: number;
  readonly processes: number;
  /** ms until all saw all and followed one leader; undefined when that did not come. */
  readonly formation: number | undefined;
  /** Sent, of each member but the leader, and of the leader; a second. */
  readonly packets: readonly number[];
  readonly bytes: readonly number[];
  readonly leaderPackets: number;
  readonly leaderBytes: number;
  /** ms of a core, a second and member. */
  readonly cpu: number;
  /** Cores that all members together kept busy. */
  readonly cores: number;
  /** Programs that wanted a core before this began: what is starved by others is not carried either. */
  readonly load: number;
  /** Members removed by others, though all ran; and the share of the datagrams that did not arrive. */
  readonly removals: number;
  readonly lost: number;
  /** Bytes that a member of such a cluster remembers, by a simulation. */
  readonly state: number;
  /** Bytes that the members added to their processes, for each member: objects in use, and memory of the process. */
  readonly heap: number;
  readonly rss: number;
  /** The measured window of each process, in ms since its start. */
  readonly windows: readonly { readonly from: number; readonly to: number }[];
}

const LOOK_EVERY = 250;
/** ms that it may take to simulate a cluster until it is at rest. */
const PROBE_LIMIT = 600_000;

/** Measures one size. The processes are ended whatever happens. */
export async function measure(settings: MeasureSettings): Promise<Measurement> {
  const state = await stateOf(settings.members);
  const count = Math.min(settings.processes, settings.members);
  const crowds = Array.from(
    { length: count },
    (_, index) => new CrowdProcess(`process ${index + 1}`, settings.profile),
  );
  try {
    return { ...await watch(settings, crowds), state };
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.end()));
  }
}

async function watch(settings: MeasureSettings, crowds: readonly CrowdProcess[]): Promise<Omit<Measurement, "state">> {
  const { members, interval, timeout, warmUp, window, patience } = settings;
  const memory = (): Promise<CrowdMemory[]> => Promise.all(crowds.map((crowd) => crowd.ask({ name: "memory" })));
  const usage = (): Promise<CrowdUsage[]> => Promise.all(crowds.map((crowd) => crowd.ask({ name: "usage" })));
  const look = (): Promise<CrowdView[]> => Promise.all(crowds.map((crowd) => crowd.ask({ name: "look" })));
  const load = Deno.loadavg()[0] ?? NaN;
  const empty = await memory();
  const peers = await freeAddresses(members);
  const cluster = crypto.randomUUID();
  const begun = performance.now();
  await Promise.all(crowds.map((crowd, index) => {
    const sources = peers.filter((_, place) => place % crowds.length === index);
    return crowd.ask({ name: "join", settings: { sources, peers, cluster, interval, timeout } });
  }));
  const leader = await agreement(look, members, begun + patience);
  const formation = leader === undefined ? undefined : performance.now() - begun;
  if (leader !== undefined) await sleep(warmUp);
  const seen = await look();
  const before = await usage();
  await sleep(window);
  const after = await usage();
  const removals = total(await look(), ({ removals }) => removals) - total(seen, ({ removals }) => removals);
  return {
    ...{ members, processes: crowds.length, load, formation, removals },
    ...trafficOf(before, after, leader),
    ...costOf(before, after, members),
    ...growth(empty, await memory(), members),
    windows: before.map(({ at }, index) => ({ from: at, to: after[index]?.at ?? at })),
  };
}

async function stateOf(members: number): Promise<number> {
  const script = "scripts/simulate/scale/memory_probe.ts";
  const args = ["run", "--quiet", "--allow-read", "--v8-flags=--expose-gc", script, String(members)];
  const { ok, stdout, stderr } = await capture(Deno.execPath(), args, { timeout: PROBE_LIMIT });
  if (!ok) throw new Error(`What ${members} members remember could not be measured\n${stderr}`);
  return JSON.parse(stdout).bytes;
}

/** The one leader whom all follow once all see all; undefined when it has not come to that by `end`. */
async function agreement(look: () => Promise<CrowdView[]>, members: number, end: number): Promise<string | undefined> {
  while (performance.now() < end) {
    const views = await look();
    const leaders = new Set(views.flatMap(({ leaders }) => leaders));
    const [leader] = leaders;
    if (views.every(({ fewest }) => fewest === members) && leaders.size === 1 && typeof leader === "string") {
      return leader;
    }
    await sleep(LOOK_EVERY);
  }
  return undefined;
}

type Traffic = Pick<Measurement, "packets" | "bytes" | "leaderPackets" | "leaderBytes" | "lost">;

function trafficOf(
  before: readonly CrowdUsage[],
  after: readonly CrowdUsage[],
  leader: string | undefined,
): Traffic {
  const members = after.flatMap((usage, index) => {
    const base = before[index] ?? usage;
    const seconds = (usage.at - base.at) / 1000;
    return usage.members.map((member, place) => {
      const start = base.members[place] ?? member;
      const [sent, received] = [member.sent - start.sent, member.received - start.received];
      return {
        id: member.id,
        sent,
        received,
        rate: sent / seconds,
        bytes: (member.bytesSent - start.bytesSent) / seconds,
      };
    });
  });
  const others = members.filter(({ id }) => id !== leader);
  const chief = members.find(({ id }) => id === leader);
  return {
    packets: others.map(({ rate }) => rate),
    bytes: others.map(({ bytes }) => bytes),
    leaderPackets: chief?.rate ?? NaN,
    leaderBytes: chief?.bytes ?? NaN,
    // Windows of processes do not begin and end together: a little more may come in than went out.
    lost: Math.max(0, 1 - total(members, ({ received }) => received) / total(members, ({ sent }) => sent)),
  };
}

function costOf(
  before: readonly CrowdUsage[],
  after: readonly CrowdUsage[],
  members: number,
): Pick<Measurement, "cpu" | "cores"> {
  const cores = total(
    after.map((usage, index) => {
      const base = before[index] ?? usage;
      return (usage.cpu - base.cpu) / (usage.at - base.at);
    }),
    (share) => share,
  );
  return { cores, cpu: cores * 1000 / members };
}

function growth(
  empty: readonly CrowdMemory[],
  full: readonly CrowdMemory[],
  members: number,
): Pick<Measurement, "heap" | "rss"> {
  const grown = (read: (memory: CrowdMemory) => number): number => (total(full, read) - total(empty, read)) / members;
  return { heap: grown(({ heap }) => heap), rss: grown(({ rss }) => rss) };
}

function total<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0);
}
