/**
 * Whether what the pods told of a scene is what the chapter promises.
 *
 * @module
 */

import type { PodEvent } from "./pod_logs.ts";

/** ms between two samples of a pod, twice, and what a busy machine adds: what is shorter is no gap that a member could see. */
const RESOLUTION = 60;

/** How long a pod has led, by its own samples. */
export interface Span {
  readonly pod: string;
  readonly from: number;
  readonly to: number;
}

/** What is asked of a scene. */
export interface Expectation {
  /** How long nobody may lead at most, in ms, for each of the gaps. */
  readonly longest: number;
  /** How often another pod may begin to lead. */
  readonly moves: number;
  /** Whether nothing was broken: then no lease may expire. */
  readonly voluntary: boolean;
}

/** What a scene was. */
export interface Verdict {
  /** ms during which nobody led, each time that there was such a time. */
  readonly gaps: readonly number[];
  readonly moves: number;
  /** Why leaders ended. */
  readonly reasons: readonly string[];
  /** What is not as it was asked for; empty where all is. */
  readonly problems: readonly string[];
}

/** The spans in which pods led, in order of their beginnings. */
export function spansOf(events: readonly PodEvent[]): Span[] {
  const open = new Map<string, { pod: string; from: number; to: number }>();
  const spans: Span[] = [];
  for (const { pod, at, leads, event } of events) {
    const current = open.get(pod);
    if (leads === true) {
      if (current !== undefined) current.to = at;
      else {
        const span = { pod, from: at, to: at };
        open.set(pod, span);
        spans.push(span);
      }
    } else if (leads === false || event === "start") open.delete(pod);
  }
  return spans;
}

/** Judges what happened from one moment to another; before, somebody led. */
export function judge(events: readonly PodEvent[], from: number, expected: Expectation): Verdict {
  const spans = spansOf(events);
  const since = spans.filter(({ to }) => to >= from);
  const gaps = gapsIn(since);
  const moves = since.length - 1;
  const reasons = events.flatMap(({ at, event, reason }) =>
    at >= from && event === "resigned" && reason ? [reason] : []
  );
  const problems = [...overlaps(spans), ...falling(events)];
  for (const gap of gaps.filter((each) => each > expected.longest)) {
    problems.push(`nobody led for ${gap} ms, and it may be ${expected.longest}`);
  }
  if (moves > expected.moves) problems.push(`the lead moved ${moves} times, and it may ${expected.moves}`);
  if (since.length === 0) problems.push("nobody led");
  if (expected.voluntary && reasons.includes("lease-expired")) {
    problems.push("a lease expired, though nothing was broken");
  }
  return { gaps, moves, reasons, problems };
}

function gapsIn(spans: readonly Span[]): number[] {
  const gaps: number[] = [];
  let led = spans[0]?.to ?? 0;
  for (const { from, to } of spans.slice(1)) {
    if (from - led > RESOLUTION) gaps.push(from - led);
    led = Math.max(led, to);
  }
  return gaps;
}

/** One clock is good for all pods, so that two who led at one time are two leaders. */
function overlaps(spans: readonly Span[]): string[] {
  return spans.flatMap((one, index) =>
    spans.slice(index + 1)
      .filter(({ pod, from }) => pod !== one.pod && from <= one.to)
      .map((other) => `${one.pod} and ${other.pod} led at the same time, for ${one.to - other.from} ms`)
  );
}

function falling(events: readonly PodEvent[]): string[] {
  const tokens = events.flatMap(({ pod, token }) => token === undefined ? [] : [{ pod, token }]);
  return tokens.slice(1).flatMap(({ pod, token }, index) => {
    const before = tokens[index];
    return before !== undefined && token <= before.token
      ? [`${pod} got token ${token} after ${before.pod} had got ${before.token}`]
      : [];
  });
}
