/**
 * What a member sends when nothing happens.
 *
 * @module
 */

import type { Message } from "../../../src/core/message/message.ts";
import { createWire } from "../../../src/wire/wire.ts";
import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import { rate } from "./cells.ts";
import { INTERVAL } from "./cluster_plan.ts";
import { type Experiment, grid, type Run, type Setting, type Success, type Target } from "./experiment.ts";
import { Stage } from "./stage.ts";

/** One in so many messages is made into bytes; odd, so that no rhythm of a member hides the others. */
const SAMPLE = 7;

/** Cost at the large size against that at the small one. */
const TARGET = { members: 1000, against: 20, ratio: 1.5 };

const ROLES = ["leader", "voter", "other"] as const;
type Role = typeof ROLES[number];

/** Counts what the members of one role send. */
class RoleCount {
  members = 0;
  messages = 0;
  #sampled = 0;
  #sampledBytes = 0;

  get bytes(): number {
    return this.#sampled === 0 ? 0 : this.messages * this.#sampledBytes / this.#sampled;
  }

  count(seal: () => number): void {
    if (this.messages++ % SAMPLE !== 0) return;
    this.#sampled++;
    this.#sampledBytes += seal();
  }
}

function run<MemberState>(core: Core<MemberState>, setting: Setting): Run {
  const stage = new Stage(core, setting);
  const leader = stage.agreement()?.leader;
  if (leader === undefined) throw new Failure(stage.now, "convergence", "no leader on whom all agree");
  const roleOf = stage.machines.map(({ index, plan }): Role =>
    index === leader.index ? "leader" : plan.voter ? "voter" : "other"
  );
  const roles = { leader: new RoleCount(), voter: new RoleCount(), other: new RoleCount() };
  for (const role of roleOf) roles[role].members++;
  const kinds: Record<string, number> = {};
  const wire = createWire({ cluster: "simulated", boot: leader.boot, secrets: [] });
  stage.watch.onSent = ({ index }, cookie, message: Message): void => {
    kinds[message.kind] = (kinds[message.kind] ?? 0) + 1;
    roles[roleOf[index]!].count(() => wire.seal(cookie, message).length);
  };
  stage.runFor(setting.amount);
  stage.watch.onSent = undefined;
  if (stage.agreement()?.leader !== leader) throw new Failure(stage.now, "stability", "the leader was replaced");
  const counts: Record<string, number> = {};
  for (const role of ROLES) {
    const memberIntervals = roles[role].members * setting.amount / INTERVAL;
    if (memberIntervals === 0) continue;
    counts[`${role} members`] = roles[role].members;
    counts[`${role} messages`] = roles[role].messages / memberIntervals;
    counts[`${role} bytes`] = roles[role].bytes / memberIntervals;
  }
  const memberIntervals = setting.members * setting.amount / INTERVAL;
  const total = (read: (count: RoleCount) => number): number =>
    ROLES.reduce((sum, role) => sum + read(roles[role]), 0) / memberIntervals;
  counts.messages = total(({ messages }) => messages);
  counts.bytes = total(({ bytes }) => bytes);
  for (const [kind, count] of Object.entries(kinds)) counts[`kind ${kind}`] = count / memberIntervals;
  return { findings: { values: {}, counts }, simulated: stage.now, steps: stage.world.steps };
}

function targets(outcomes: readonly Success[]): Target[] {
  const at = (members: number): number | undefined =>
    outcomes.find(({ setting }) => setting.members === members)?.findings.counts.messages;
  const [large, small] = [at(TARGET.members), at(TARGET.against)];
  if (large === undefined || small === undefined) return [];
  return [{
    what: `messages of a member, ${TARGET.members} members against ${TARGET.against}: within ${TARGET.ratio} x`,
    measured: `${(large / small).toFixed(2)} x (${rate(large)} against ${rate(small)} an interval)`,
    met: large <= TARGET.ratio * small,
  }];
}

/** A calm cluster. */
export const TRAFFIC: Experiment = {
  name: "traffic",
  about: "nothing happens; sent per member and interval, bytes by the wire format without a secret",
  settings: ({ sizes, seed }) =>
    grid("traffic", { members: sizes, losses: [0], seed }, [true], (members) => members < 200 ? 20_000 : 10_000),
  run,
  table: (outcomes) => ({
    columns: [
      ...["members", "messages", "bytes", "full mesh"],
      ...ROLES.flatMap((role) => [`${role}: messages`, "bytes"]),
      "by kind",
    ],
    rows: outcomes.map(({ setting: { members }, findings: { counts } }) => [
      ...[String(members), rate(counts.messages ?? 0), (counts.bytes ?? 0).toFixed(0), String(2 * (members - 1))],
      ...ROLES.flatMap((role) => {
        const messages = counts[`${role} messages`];
        return messages === undefined ? ["-", "-"] : [rate(messages), (counts[`${role} bytes`] ?? 0).toFixed(0)];
      }),
      Object.entries(counts).filter(([name]) => name.startsWith("kind ")).sort(([, a], [, b]) => b - a)
        .map(([name, count]) => `${name.slice(5)} ${rate(count)}`).join(", "),
    ]),
  }),
  targets,
};
