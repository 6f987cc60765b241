/**
 * Plain democracy, where each side of a partition has a leader. It shows that the other scenes would see two.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import { parted } from "./faults.ts";
import type { Outcome, Scene } from "./scene.ts";
import { type Stage, TIMING } from "./stage.ts";

async function splitInTwo(stage: Stage): Promise<Outcome> {
  const leader = await stage.begin();
  const others = stage.others(leader);
  const near = [leader, ...others.slice(-1)];
  const far = others.slice(0, -1);
  const at = await stage.impose(...parted(near.map(({ id }) => id), far.map(({ id }) => id)));
  const second = await stage.electedAmong(far);
  await stage.hold(2);
  const { last, healing } = await stage.reunite();
  return {
    leaders: `${stage.name(leader)}, ${stage.name(second)}`,
    struck: { at, id: leader.id },
    healing,
    remark: "quorum: none; two leaders are what it is for",
    always(record: ClusterRecord): void {
      assertGreater(record.contradiction.ms, TIMING.timeout, "ms for which both sides had a leader");
      assertEquals(last.id, stage.cluster.members.find(({ id }) => [leader.id, second.id].includes(id))?.id);
    },
  };
}

/** The scene. */
export const PLAIN: Scene = { name: "plain democracy, 2 | 3", plain: true, play: splitInTwo };
