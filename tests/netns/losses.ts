/**
 * Datagrams that are lost at random, alone and with what comes on top.
 *
 * @module
 */

import { assertLessOrEqual } from "@std/assert";
import { countHappenings } from "../../scripts/harness/stand.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import { displacing } from "./displace.ts";
import { deaf, lossy } from "./faults.ts";
import type { Outcome, Scene } from "./scene.ts";
import { SCENE_TIME, type Stage, TIMING } from "./stage.ts";

const PERCENT = 30;
/** How long datagrams are lost, in timeouts. */
const LENGTH = 12;
/** A leader that loses a lease to bad luck is a rare thing; more than this is no luck. */
const MOST_CHANGES = 3;

function timeWithLeader(record: ClusterRecord): number {
  return record.beliefs.reduce((total, { from, to }) => total + to - from, 0);
}

async function loseAtRandom(stage: Stage): Promise<Outcome> {
  const leader = await stage.begin();
  await stage.network.impose(...lossy(PERCENT));
  await stage.hold(LENGTH);
  const { seen, dropped } = await stage.network.counted();
  const during = await stage.cluster.record();
  const to = stage.now();
  await stage.network.heal();
  const last = await stage.cluster.agreed(SCENE_TIME);
  const share = timeWithLeader(during) / (LENGTH * TIMING.timeout);
  return {
    leaders: `${stage.name(leader)} -> ${stage.name(last)}`,
    healing: stage.now() - to,
    remark: `${(100 * dropped / seen).toFixed(1)} % of ${seen} datagrams lost, ` +
      `led ${Math.min(100, 100 * share).toFixed(1)} % of the time`,
    usually: (record: ClusterRecord): void => {
      assertLessOrEqual(countHappenings(record, "elected"), MOST_CHANGES, "changes of leader");
    },
  };
}

/** All with losses. */
export const LOSSES: readonly Scene[] = [
  { name: `${PERCENT} % loss`, play: loseAtRandom },
  displacing({
    name: `${PERCENT} % loss, leader killed`,
    async strike(stage, leader): Promise<number> {
      await stage.impose(...lossy(PERCENT));
      return await stage.cluster.crash(leader);
    },
    cutsOff: false,
    lossy: true,
  }),
  displacing({
    name: `${PERCENT} % loss, leader deaf, another stopped`,
    company: (stage, leader) => stage.others(leader).slice(0, 1),
    strike(stage, leader, company): Promise<number> {
      for (const member of company) member.signal("SIGSTOP");
      return stage.impose(...lossy(PERCENT), ...deaf(leader.id));
    },
    cutsOff: true,
    lossy: true,
  }),
];
