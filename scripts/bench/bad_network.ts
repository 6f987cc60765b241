/**
 * Loss and partitions.
 *
 * @module
 */

import type { Cluster } from "../harness/cluster.ts";
import { sleep } from "../harness/waiting.ts";
import { bounded, digits, type Figure, type Section, zero } from "./figure.ts";
import { deafening, losing, parting, type Passes, Relay } from "../harness/relay.ts";
import {
  countHappenings,
  DEFAULT_TIMING,
  displace,
  QUICK_TIMING,
  type Timing,
  withProcesses,
} from "../harness/stand.ts";

const LOSS_TIMING: Timing = { interval: 100, timeout: 500 };

async function withRelay<Result>(
  settings: Timing & { readonly count: number; readonly sampleEvery?: number },
  use: (cluster: Cluster, relay: Relay) => Promise<Result>,
): Promise<Result> {
  const relay = new Relay();
  try {
    return await withProcesses({ ...settings, relay: (bound) => relay.open(bound) }, async (cluster) => {
      await cluster.joinAll();
      await cluster.settled();
      return await use(cluster, relay);
    });
  } finally {
    await relay.close();
  }
}

interface Cut {
  readonly what: string;
  network(leader: number): Passes;
}

const CUTS: Cut[] = [
  {
    what: "leader and one other cut off from three",
    network: (leader) => parting(new Set([leader, (leader + 1) % 5])),
  },
  { what: "leader that is heard and hears nothing", network: (leader) => deafening(leader) },
];

async function* partitions({ what, network }: Cut, timing: Timing, times: number): AsyncGenerator<Figure> {
  const doubled: number[] = [];
  const failovers: number[] = [];
  await withRelay({ ...timing, count: 5 }, async (cluster, relay) => {
    for (let time = 0; time < times; time++) {
      const { record, failover } = await displace(cluster, async (leader) => {
        relay.passes = network(cluster.members.indexOf(leader));
        const at = cluster.clock.now();
        await sleep(3 * timing.timeout);
        return at;
      });
      doubled.push(record.contradiction.ms);
      failovers.push(failover);
      relay.passes = () => true;
      await cluster.settled();
    }
  });
  yield zero(`${what}, ${timing.interval}/${timing.timeout}: two answering true`, "ms", doubled);
  yield bounded({ what: "  cut to new leader", unit: "ms", values: failovers }, {});
}

/** The leader is cut off. */
export const PARTITION: Section = {
  name: "partition",
  about: "5 processes behind a relay that cuts the leader off for 3 x timeout",
  async *run(quick): AsyncGenerator<Figure> {
    for (const cut of CUTS) {
      yield* partitions(cut, DEFAULT_TIMING, quick ? 1 : 5);
      yield* partitions(cut, QUICK_TIMING, quick ? 2 : 10);
    }
  },
};

async function* lossy(share: number, seconds: number, isTarget: boolean): AsyncGenerator<Figure> {
  const { record, real } = await withRelay({ ...LOSS_TIMING, count: 5, sampleEvery: 2 }, async (cluster, relay) => {
    await cluster.watch();
    relay.passes = losing(share);
    relay.passed = relay.lost = 0;
    await sleep(seconds * 1000);
    const real = relay.lost / (relay.lost + relay.passed);
    const record = await cluster.record();
    relay.passes = () => true;
    return { record, real };
  });
  const note = `${digits(real * 100)} % of the datagrams were lost`;
  const led = record.beliefs.reduce((total, { from, to }) => total + to - from, 0);
  const percent = Math.round(share * 100);
  const figures = [
    zero(`${percent} % loss for ${seconds} s: removals, all members`, "", [countHappenings(record, "removed")], note),
    zero(`${percent} % loss for ${seconds} s: leader changes`, "", [countHappenings(record, "elected")], note),
  ];
  yield* figures.map((figure) => isTarget ? figure : { ...figure, target: "report", met: undefined });
  yield bounded({ what: "  time with a leader", unit: "%", values: [Math.min(100, led / seconds / 10)] }, {});
  yield zero("  two members answering true", "ms", [record.contradiction.ms]);
}

/** Datagrams are lost at random. */
export const LOSS: Section = {
  name: "loss",
  about: "5 processes, 100/500, behind a relay that loses datagrams",
  async *run(quick): AsyncGenerator<Figure> {
    const seconds = quick ? 10 : 60;
    yield* lossy(0.2, seconds, true);
    yield* lossy(0.4, seconds, false);
  },
};
