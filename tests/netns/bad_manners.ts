/**
 * Datagrams that come late, in another order, and twice.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { countHappenings } from "../../scripts/harness/stand.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import { ISOLATED } from "./cuts.ts";
import { assertNoRemovals } from "./record.ts";
import type { RelayProcess } from "./relay_process.ts";
import type { Outcome, Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** ms that a datagram may take. */
export const JITTER = 200;
/** The share of datagrams that arrive twice. */
export const TWICE = 0.2;
/** How long it is looked at, in timeouts. */
const LENGTH = 8;

async function endure(stage: Stage, relay: RelayProcess): Promise<Outcome> {
  const leader = await stage.begin();
  const before = await relay.deeds();
  await stage.hold(LENGTH);
  const after = await relay.deeds();
  const passed = after.passed - before.passed;
  const doubled = after.doubled - before.doubled;
  const overtaken = after.overtaken - before.overtaken;
  const last = await stage.cluster.agreed();
  return {
    leaders: `${stage.name(leader)} -> ${stage.name(last)}`,
    remark: `${passed} datagrams, ${doubled} twice, ${overtaken} overtaken`,
    always(): void {
      assertGreater(doubled, 0);
      assertGreater(overtaken, 0);
    },
    usually(record: ClusterRecord): void {
      assertNoRemovals(record, stage.cluster.members);
      assertEquals(countHappenings(record, "elected"), 0, "elections");
    },
  };
}

/** The names of the scenes with this relay, and the scenes. */
export function badManners(relay?: RelayProcess): Scene[] {
  const name = `${JITTER} ms jitter, reordered, ${100 * TWICE} % twice`;
  return [
    {
      name,
      play(stage: Stage): Promise<Outcome> {
        if (relay === undefined) throw new Error("There is no relay");
        return endure(stage, relay);
      },
    },
    { name: `the same, ${ISOLATED.name}`, play: ISOLATED.play },
  ];
}
