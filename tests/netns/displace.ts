/**
 * Faults that cost the leader its lead: the others elect one of them, and keep it when all is well again.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { countHappenings } from "../../scripts/harness/stand.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import type { MemberProcess } from "../../scripts/harness/member_process.ts";
import { assertNoRemovals, assertPowerless, assertWokenAsFollower } from "./record.ts";
import type { Outcome, Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** What is done to a leader. */
export interface Blow {
  readonly name: string;
  /** Who shares the leader's lot; nobody unless given. */
  company?(stage: Stage, leader: MemberProcess): MemberProcess[];
  /** Resolves to when it was done, or a little earlier; machine time. */
  strike(stage: Stage, leader: MemberProcess, company: readonly MemberProcess[]): Promise<number>;
  /** Whether the leader is left without a way to a majority and back, but runs on. */
  readonly cutsOff: boolean;
  /** Whether the others lose datagrams, too: then they may take several attempts, and miss each other. */
  readonly lossy?: boolean;
}

/** The scene of a blow. */
export function displacing(blow: Blow): Scene {
  return { name: blow.name, play: (stage) => displace(stage, blow) };
}

async function displace(stage: Stage, blow: Blow): Promise<Outcome> {
  const leader = await stage.begin();
  const company = blow.company?.(stage, leader) ?? [];
  const others = stage.others(leader, ...company);
  const at = await blow.strike(stage, leader, company);
  const from = stage.now();
  const successor = await stage.electedAmong(others);
  await stage.hold(2);
  const to = stage.now();
  const stopped = [leader, ...company].filter(({ condition }) => condition === "paused");
  const { last, healing } = await stage.reunite();
  return {
    leaders: `${stage.name(leader)} -> ${stage.name(successor)}`,
    struck: { at, id: leader.id },
    stopped: stopped.map(({ id }) => id),
    healing,
    always(record: ClusterRecord): void {
      if (blow.cutsOff) assertPowerless(record, [leader, ...company], { from, to });
      for (const member of stopped) assertWokenAsFollower(record, member);
    },
    usually(record: ClusterRecord): void {
      if (blow.lossy) return;
      assertNoRemovals(record, others);
      assertEquals(last.id, successor.id, "who leads in the end");
      assertEquals(countHappenings(record, "elected"), 1, "elections");
    },
  };
}
