/**
 * Cables that are cut, in both directions or in one.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { countHappenings } from "../../scripts/harness/stand.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import type { MemberProcess } from "../../scripts/harness/member_process.ts";
import { displacing } from "./displace.ts";
import { deaf, isolated, mute, oneWay, parted } from "./faults.ts";
import { assertNoRemovals, assertPowerless } from "./record.ts";
import type { Outcome, Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

function places(members: readonly MemberProcess[]): string[] {
  return members.map(({ id }) => id);
}

/** A leader that nobody hears, and that hears nobody. */
export const ISOLATED: Scene = displacing({
  name: "leader alone",
  strike: (stage, leader) => stage.impose(...isolated(leader.id)),
  cutsOff: true,
});

async function splitInThree(stage: Stage): Promise<Outcome> {
  const leader = await stage.begin();
  const [a, b, c, d] = stage.others(leader);
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("Too few members");
  const groups = [[leader, a], [b, c], [d]];
  await stage.network.impose(...parted(...groups.map(places)));
  const from = stage.now();
  await stage.nobodyLeads();
  await stage.hold(2);
  const to = stage.now();
  const { last, healing } = await stage.reunite();
  return {
    leaders: `${stage.name(leader)} -> nobody -> ${stage.name(last)}`,
    healing,
    always: (record: ClusterRecord): void => assertPowerless(record, stage.cluster.members, { from, to }),
    usually(record: ClusterRecord): void {
      for (const group of groups) assertNoRemovals(record, group);
      assertEquals(countHappenings(record, "elected"), 1, "elections");
    },
  };
}

/** Nobody but the lightest reaches a majority: whoever is heavier must not keep it from leading. */
async function starAroundLightest(stage: Stage): Promise<Outcome> {
  const leader = await stage.begin();
  const center = stage.others(leader).at(-1);
  if (center === undefined) throw new Error("Too few members");
  const leaves = places(stage.others(center));
  const at = await stage.impose(...oneWay(leaves, leaves));
  await stage.electedAmong([center]);
  await stage.hold(5);
  const { last, healing } = await stage.reunite();
  return {
    leaders: `${stage.name(leader)} -> ${stage.name(center)}`,
    struck: { at, id: leader.id },
    healing,
    usually(record: ClusterRecord): void {
      assertEquals(last.id, center.id, "who leads in the end");
      assertEquals(countHappenings(record, "elected"), 1, "elections");
    },
  };
}

/** All that cables can do. */
export const CUTS: readonly Scene[] = [
  displacing({
    name: "2 | 3, leader among 2",
    company: (stage, leader) => stage.others(leader).slice(-1),
    strike: (stage, leader, company) =>
      stage.impose(...parted(places([leader, ...company]), places(stage.others(leader, ...company)))),
    cutsOff: true,
  }),
  ISOLATED,
  displacing({
    name: "leader sends, hears nothing",
    strike: (stage, leader) => stage.impose(...deaf(leader.id)),
    cutsOff: true,
  }),
  displacing({
    name: "leader hears, sends nothing",
    strike: (stage, leader) => stage.impose(...mute(leader.id)),
    cutsOff: true,
  }),
  displacing({
    name: "two heaviest are deaf to three",
    company: (stage, leader) => stage.others(leader).slice(0, 1),
    strike: (stage, leader, company) => {
      const deafened = [leader, ...company];
      return stage.impose(...oneWay(places(stage.others(...deafened)), places(deafened)));
    },
    cutsOff: true,
  }),
  { name: "star around the lightest", play: starAroundLightest },
  { name: "2 | 2 | 1", play: splitInThree },
];
