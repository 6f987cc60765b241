/**
 * One fault, what it came to, and what must hold of it.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { countHappenings } from "../../scripts/harness/stand.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import { table } from "../../scripts/harness/table.ts";
import { leadershipsOf } from "./record.ts";
import { type Stage, TIMING } from "./stage.ts";

/** What came of a scene. */
export interface Outcome {
  /** Who led before and after. */
  readonly leaders: string;
  /** When a fault struck the leader, and which member that was. */
  readonly struck?: { readonly at: number; readonly id: string };
  /** Members that were stopped for a while. */
  readonly stopped?: readonly string[];
  /** ms from the end of the fault until all agree. */
  readonly healing?: number;
  readonly remark?: string;
  /** What must hold whatever the machine was busy with. */
  always?(record: ClusterRecord): void;
  /** What must hold on a machine that was not itself away for a good part of a lease. */
  usually?(record: ClusterRecord): void;
}

/** A scene. */
export interface Scene {
  readonly name: string;
  /** Whether its members elect without a majority, so that there may be several leaders. */
  readonly plain?: boolean;
  play(stage: Stage): Promise<Outcome>;
}

/** What was found in a scene. */
export interface Report {
  /** Its line of the table. */
  readonly row: readonly string[];
  /** How often members were asked whether they lead. */
  readonly answers: number;
  /** The longest time between two answers of a member that nobody had stopped, in ms. */
  readonly stall: number;
}

/** The names of the table's columns. */
const COLUMNS: readonly string[] = [
  "fault",
  "leader",
  "failover ms",
  "healing ms",
  "two led ms",
  "least gap ms",
  "elections",
  "removals",
  "doubts",
  "remark",
];

/** The shortest time between the last true answer of one leader and the first of the next; Infinity for one leader. */
function leastGap(record: ClusterRecord): number {
  const leaderships = leadershipsOf(record);
  return Math.min(Infinity, ...leaderships.slice(1).map(({ from }, index) => from - (leaderships[index]?.to ?? from)));
}

/** Never two leaders, each with a greater token than the one before. */
function assertSafe(record: ClusterRecord): void {
  const leaderships = leadershipsOf(record);
  const story = Deno.inspect(leaderships);
  assertEquals(record.contradiction, { ms: 0, pairs: 0 }, story);
  const tokens = leaderships.map(({ token }) => token);
  for (const [index, token] of tokens.slice(1).entries()) assertGreater(token, tokens[index] ?? Infinity, story);
}

/** All members were asked, and none is in trouble. */
function assertCalm(record: ClusterRecord): void {
  for (const [id, { samples, happenings }] of record.members) {
    assertGreater(samples, 0, id);
    assertEquals(happenings.filter(({ type }) => type === "error"), [], id);
  }
}

/** The longest time for which a member, though nobody had stopped it, was not running; in ms. */
function longestStall(record: ClusterRecord, stopped: readonly string[] = []): number {
  const stalls = [...record.members].filter(([id]) => !stopped.includes(id)).flatMap(([, member]) => [
    member.longestGap,
    ...member.firstAnswers.map(({ pause }) => pause),
  ]);
  return Math.max(0, ...stalls);
}

/** ms from the fault to the first true answer of another member; Infinity when there was none. */
function failover(record: ClusterRecord, { struck }: Outcome): number {
  if (struck === undefined) return Infinity;
  const next = record.beliefs.filter(({ member, from }) => member !== struck.id && from >= struck.at);
  return Math.min(Infinity, ...next.map(({ from }) => from - struck.at));
}

function digits(ms: number | undefined): string {
  return ms === undefined || !Number.isFinite(ms) ? "" : ms.toFixed(0);
}

/** All that was found, for people. */
export function summary(reports: readonly Report[]): string {
  const answers = reports.reduce((total, report) => total + report.answers, 0);
  const stall = Math.max(0, ...reports.map((report) => report.stall));
  return [
    ...table(COLUMNS, reports.map(({ row }) => row)),
    `doubts: times at which a leader answered that it does not lead, and then again that it does`,
    `${answers} answers of isLeader(), ${stall.toFixed(1)} ms between two of one member at most`,
  ].join("\n");
}

/** Plays a scene, and judges it. */
export async function perform(scene: Scene, stage: Stage): Promise<Report> {
  const outcome = await scene.play(stage);
  const record = await stage.cluster.record();
  assertCalm(record);
  if (!scene.plain) assertSafe(record);
  outcome.always?.(record);
  const stall = longestStall(record, outcome.stopped);
  if (stall < TIMING.timeout / 2) outcome.usually?.(record);
  else console.log(`${scene.name}: a process got no processor for ${digits(stall)} ms; only safety was judged`);
  const row = [
    scene.name,
    outcome.leaders,
    digits(failover(record, outcome)),
    digits(outcome.healing),
    record.contradiction.ms.toFixed(1),
    scene.plain ? "" : digits(leastGap(record)),
    String(countHappenings(record, "elected")),
    String(countHappenings(record, "removed")),
    String(leadershipsOf(record).reduce((total, { doubts }) => total + doubts, 0)),
    outcome.remark ?? "",
  ];
  const answers = [...record.members.values()].reduce((total, { samples }) => total + samples, 0);
  return { row, answers, stall };
}
