import { assert, assertEquals, assertThrows } from "@std/assert";
import * as core from "../../src/core/citizen.ts";
import type { Effect, MemberInfo } from "../../src/core/effect.ts";
import type { Core } from "../../scripts/simulate/core.ts";
import { parseScale } from "../../scripts/simulate/scale/arguments.ts";
import { clusterPlan, INTERVAL, TIMEOUT } from "../../scripts/simulate/scale/cluster_plan.ts";
import type { Findings, Outcome, Setting } from "../../scripts/simulate/scale/experiment.ts";
import { EXPERIMENTS, runSetting } from "../../scripts/simulate/scale/experiments.ts";
import { ratioOf } from "../../scripts/simulate/scale/false_alarms.ts";
import { runAll } from "../../scripts/simulate/scale/pool.ts";
import { replayOf, targetsOf, tell, toJson } from "../../scripts/simulate/scale/report.ts";

const SMALL: Setting = { experiment: "crash", members: 12, loss: 0.2, lifeguard: true, seed: 1, amount: 2 };

function found(setting: Setting, cluster: Core<core.MemberState> = core): Findings {
  const { findings, failure } = runSetting(cluster, setting);
  assertEquals(failure, undefined);
  assert(findings !== undefined);
  return findings;
}

/** What does not depend on how busy this machine is. */
function told(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map(({ setting, findings, failure, simulated, steps }) => ({
    ...{ setting, findings, failure, simulated, steps },
  }));
}

/** Every experiment in a few seconds. */
const SETTINGS: readonly Setting[] = [
  SMALL,
  { ...SMALL, lifeguard: false },
  { ...SMALL, experiment: "slow", amount: 20 * TIMEOUT },
  { ...SMALL, experiment: "healthy", amount: 10 * TIMEOUT },
  { ...SMALL, experiment: "leader", loss: 0 },
  { ...SMALL, experiment: "correlated", loss: 0 },
  { ...SMALL, experiment: "partition", loss: 0, amount: 1 },
  { ...SMALL, experiment: "traffic", loss: 0, amount: 10 * TIMEOUT },
];

Deno.test("scale: a setting gives the same whenever it is run, here or in a worker", async () => {
  const here = await runAll(SETTINGS, 1, () => {});
  const heard: Setting[] = [];
  const there = await runAll(SETTINGS, 2, ({ setting }) => heard.push(setting));
  assertEquals(told(there), told(here));
  assertEquals(heard.length, SETTINGS.length);
  assertEquals(here.map(({ failure }) => failure), SETTINGS.map(() => undefined));
  assertEquals(here.map(({ setting }) => setting), [...SETTINGS]);
});

Deno.test("scale: another seed is another cluster", () => {
  const { values } = found(SMALL);
  assert(JSON.stringify(found({ ...SMALL, seed: 2 }).values) !== JSON.stringify(values));
});

Deno.test("scale: of 100 members all notice a crash, some of them first", () => {
  const { values, counts } = found({ ...SMALL, members: 100, loss: 0, amount: 3 });
  const { first = [], median = [], all = [] } = values;
  assertEquals([first.length, median.length, all.length], [3, 3, 3]);
  for (const [index, last] of all.entries()) {
    assert(0 < first[index]! && first[index]! <= median[index]! && median[index]! <= last, `crash ${index}`);
    assert(last < 5 * TIMEOUT, `the last notices after ${last} ms`);
  }
  assertEquals(counts.observers, 3 * 99);
});

Deno.test("scale: a third crashes, and 100 members agree on a leader where a quorum is left", () => {
  const { values, counts } = found({ ...SMALL, experiment: "correlated", members: 100, loss: 0, amount: 1 });
  assertEquals(values.all?.length, 1);
  assert(values.all?.every(Number.isFinite));
  assertEquals((values.leader?.length ?? 0) + (counts.leaderKept ?? 0) + (counts.leaderless ?? 0), 1);
});

Deno.test("scale: slow members are slow at the same times with either detector", () => {
  const slow: Setting = { ...SMALL, experiment: "slow", members: 20, loss: 0, amount: 30 * TIMEOUT };
  const counts = [true, false].map((lifeguard) => found({ ...slow, lifeguard }).counts);
  assertEquals(counts[0]?.slow, 2);
  assert((counts[0]?.blocks ?? 0) > 4);
  assertEquals(counts[0]?.blocks, counts[1]?.blocks);
});

Deno.test("scale: traffic is counted by role, and in bytes", () => {
  const { counts } = found({ ...SMALL, experiment: "traffic", members: 20, loss: 0, amount: 10 * TIMEOUT });
  const roles = ["leader", "voter", "other"];
  const members = (role: string): number => counts[`${role} members`] ?? 0;
  const sent = roles.reduce((sum, role) => sum + members(role) * (counts[`${role} messages`] ?? 0), 0);
  assertEquals(roles.reduce((sum, role) => sum + members(role), 0), 20);
  assert(Math.abs(sent / 20 - (counts.messages ?? 0)) < 1e-6);
  assert((counts["other messages"] ?? 0) >= 1, "each member says something in each interval");
  const size = (counts.bytes ?? 0) / (counts.messages ?? 0);
  assert(20 < size && size < 1200, `${size} bytes a message`);
  const kinds = Object.entries(counts).filter(([name]) => name.startsWith("kind "));
  assert(Math.abs(kinds.reduce((sum, [, count]) => sum + count, 0) - (counts.messages ?? 0)) < 1e-6);
});

/** The core, but each member claims once that a peer, which it sees, has left and come back. */
function slanderous(after: number): Core<core.MemberState> {
  const peers = new Map<core.MemberState, MemberInfo>();
  const due = new Map<core.MemberState, number>();
  return {
    ...core,
    step(citizen, input): readonly Effect[] {
      const effects = core.step(citizen, input);
      const added = effects.find((effect) => effect.kind === "added");
      if (added !== undefined && !peers.has(citizen)) peers.set(citizen, added.member);
      const at = due.get(citizen) ?? input.now + after;
      due.set(citizen, at);
      const member = peers.get(citizen);
      if (input.now < at || member === undefined) return effects;
      due.set(citizen, Infinity);
      return [...effects, { kind: "removed", member }, { kind: "added", member }];
    },
  };
}

Deno.test("scale: each false positive is counted, once", () => {
  const healthy: Setting = { ...SMALL, experiment: "healthy", loss: 0, amount: 20 * TIMEOUT };
  assertEquals(found(healthy).counts.any, 0);
  const { counts } = found(healthy, slanderous(20 * TIMEOUT));
  assertEquals([counts.any, counts.healthy], [12, 12]);
});

Deno.test("scale: the checkers of every simulation watch", () => {
  const stuttering: Core<core.MemberState> = {
    ...core,
    step: (citizen, input) =>
      core.step(citizen, input).flatMap((effect): Effect[] => effect.kind === "added" ? [effect, effect] : [effect]),
  };
  const { failure, findings } = runSetting(stuttering, SMALL);
  assert(failure?.startsWith("events at "), failure);
  assertEquals(findings, undefined);
  const lines = tell(EXPERIMENTS, [runSetting(stuttering, SMALL)]);
  assertEquals(lines.at(-1)?.trim(), replayOf(SMALL));
});

Deno.test("scale: no event in either is no ratio, and none against some is a bound", () => {
  const ratio = (baseline: number, events: number, hours = 1) =>
    ratioOf({ events: baseline, hours: 1 }, { events, hours });
  assertEquals(ratio(100, 2), { least: 50, text: "50.0 x" });
  assertEquals(ratio(100, 2, 4), { least: 200, text: "200 x" });
  assertEquals(ratio(300, 0), { least: 100, text: "> 100 x" });
  assertEquals(ratio(300, 0, 2), { least: 200, text: "> 200 x" });
  assertEquals(ratio(0, 0), { least: 0, text: "none in either" });
});

Deno.test("scale: up to nine members all vote, of more seven do, and five must agree", () => {
  const voters = (members: number): number =>
    clusterPlan(members, 1, true).machines.filter(({ voter }) => voter).length;
  assertEquals([1, 9, 10, 1000].map(voters), [1, 9, 7, 7]);
  assertEquals([8, 9, 10].map((members) => clusterPlan(members, 1, true).quorum), ["majority", 6, 5]);
  const addresses = clusterPlan(1000, 1, true).machines.map(({ address }) => address);
  assertEquals(new Set(addresses).size, 1000);
  assertEquals(TIMEOUT, 5 * INTERVAL);
});

Deno.test("scale: a report has all samples, and the targets that were measured", () => {
  const setting: Setting = { ...SMALL, members: 1000, loss: 0 };
  const values = { first: [900], median: [1400, Infinity, 1200], all: [2000] };
  const outcome: Outcome = {
    ...{ setting, findings: { values, counts: {} }, failure: undefined, simulated: 1, steps: 1, seconds: 1 },
  };
  const targets = targetsOf(EXPERIMENTS, [outcome]);
  assertEquals(targets.map(({ met, measured }) => [met, measured]), [[true, "1.40 x timeout"]]);
  const { outcomes } = JSON.parse(toJson([outcome], targets));
  assertEquals(outcomes[0].findings.values.median, [1400, null, 1200]);
  assert(tell(EXPERIMENTS, [outcome]).some((line) => line.includes("not yet")));
});

Deno.test("scale: arguments are read, and wrong ones refused with their value", () => {
  const { only, extent, workers, json } = parseScale(
    ["--scale", "--only", "crash", "--only=slow", "--members", "10,20", "--loss=0,5", "--workers", "2", "--hours=0.5"],
  );
  assertEquals([only, extent.members, extent.sizes, extent.losses], [["crash", "slow"], [10, 20], [10, 20], [0, 0.05]]);
  assertEquals([workers, json, extent.hours, extent.seed], [2, undefined, 0.5, 1]);
  assertEquals(parseScale(["--scale", "--quick"]).extent.members, [10, 100]);
  assertEquals(parseScale(["--scale"]).extent.members, [10, 100, 1000]);
  assertEquals(parseScale(["--scale", "--help"]).help, true);
  assertThrows(() => parseScale(["--only", "speed"]), RangeError, `got "speed"`);
  assertThrows(() => parseScale(["--members", "10,x"]), RangeError, `got "x"`);
  assertThrows(() => parseScale(["--loss", "95"]), RangeError, `from 0 to 90, got "95"`);
  assertThrows(() => parseScale(["--crashes"]), RangeError, `"--crashes" needs a value`);
  assertThrows(() => parseScale(["--fast"]), RangeError, `unknown argument "--fast"`);
});
