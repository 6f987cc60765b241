/**
 * What the records of members say about a fault.
 *
 * @module
 */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { MemberBelief } from "../../scripts/harness/belief.ts";
import type { ClusterRecord } from "../../scripts/harness/cluster.ts";
import type { MemberProcess } from "../../scripts/harness/member_process.ts";
import { TIMING } from "./stage.ts";

/** When a fault began, no earlier, and ended, no later. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** All beliefs of one member under one token. */
export interface Leadership extends MemberBelief {
  readonly token: number;
  /** How often it was interrupted by the answer that it does not lead. */
  readonly doubts: number;
}

/** Who led, in order. */
export function leadershipsOf({ beliefs }: ClusterRecord): Leadership[] {
  const found: Leadership[] = [];
  for (const { token, ...belief } of [...beliefs].sort((one, other) => one.from - other.from)) {
    // The lease ended between the answer and the question for its token.
    if (token === null) continue;
    const last = found.at(-1);
    if (last?.member !== belief.member || last.token !== token) found.push({ ...belief, token, doubts: 0 });
    else found[found.length - 1] = { ...last, to: belief.to, doubts: last.doubts + 1 };
  }
  return found;
}

/** Members without a way to a majority, and back, lead only until the lease is over that they had. */
export function assertPowerless(record: ClusterRecord, members: readonly MemberProcess[], cut: Span): void {
  for (const belief of record.beliefs.filter(({ member }) => members.some(({ id }) => id === member))) {
    if (belief.from >= cut.to) continue;
    assert(belief.from <= cut.from, `${belief.member} was elected without a majority`);
    assertLessOrEqual(belief.to, cut.from + TIMING.timeout, `${belief.member} led longer than its lease`);
  }
}

/** Members that hear each other all the time do not remove each other. */
export function assertNoRemovals(record: ClusterRecord, members: readonly MemberProcess[]): void {
  const ids = members.map(({ id }) => id);
  for (const id of ids) {
    const removed = record.members.get(id)?.happenings.filter(({ type }) => type === "removed") ?? [];
    assertEquals(removed.filter((happening) => ids.includes(`${happening.id}`)), [], `removed by ${id}`);
  }
}

/** A member that was stopped does not believe that it leads at its first instruction. */
export function assertWokenAsFollower(record: ClusterRecord, member: MemberProcess): void {
  const [first] = record.members.get(member.id)?.firstAnswers.filter(({ pause }) => pause > TIMING.timeout) ?? [];
  assertEquals(first?.leads, false, `${member.id} believed that it leads after a pause of ${first?.pause} ms`);
}
