/**
 * A run of tests that is watched: it is ended when a test hangs, and then the test is named.
 *
 * @module
 */

import { follow, type RunOptions, sayBeforeEnding } from "../harness/process.ts";
import { closingLine, sum, type Tally } from "../tally.ts";
import type { LiveReport } from "./live_report.ts";

/** How long a run is waited for, in ms. */
export interface Patience {
  /** Between two signs of life of its tests: one that begins or ends, or a step of one. */
  readonly test: number;
  /** Until its first test begins: modules are fetched, types checked, and some files build what they need. */
  readonly start: number;
}

/** Enough for every test on a machine that is busy with other things, too. */
export const PATIENCE: Patience = { test: 300_000, start: 600_000 };

/** How a run of tests came out. */
export interface TestRun {
  readonly tally: Tally;
  /** What failed, in words: the names of tests, with their files. */
  readonly failures: readonly string[];
}

/** How a run is watched. */
export interface Watching {
  readonly patience?: Patience;
  /** Gets what is printed, as it comes. */
  readonly write: (text: string) => void;
  /** Is told every minute what a run is at. */
  readonly onWait?: (at: string) => void;
}

const MINUTE = 60_000;

/** The runs that go on, and those that have ended, so that a limit from outside leaves more than nothing. */
const going = new Set<LiveReport>();
const gone: Tally[] = [];

function soFar(): string {
  const places = [...going].map((live) => `  ${placeIn(live)}\n`).join("");
  const total = sum([...gone, ...[...going].map(({ tally }) => tally)]);
  return `\nENDED from outside, at\n${places}so far ${closingLine(total)}\n`;
}

/** What a run is at, for people. */
export function placeIn(live: LiveReport): string {
  return live.running ?? live.file ?? "before the first test";
}

/** A run without a report: what was counted as it went, and the one that it was at, which has failed. */
export function brokenRun(live: LiveReport, why: string): TestRun {
  const { passed, failed } = live.tally;
  return { tally: { passed, failed: failed + 1 }, failures: [...live.failures, why] };
}

/** Runs a program whose standard output `live` can read; `hung` says which test it was ended for. */
export async function watch(
  [program, args, options]: readonly [string, readonly string[], Omit<RunOptions, "timeout">],
  live: LiveReport,
  { patience = PATIENCE, write, onWait = () => {} }: Watching,
): Promise<{ readonly status: Deno.CommandStatus; readonly hung: string | undefined }> {
  let since = performance.now();
  let told = since;
  let hung: string | undefined;
  const child = follow(program, args, options, (text, stream) => {
    write(text);
    if (stream === "stdout" && live.take(text)) since = told = performance.now();
  });
  const timer = setInterval(() => {
    const now = performance.now();
    const seconds = Math.round((now - since) / 1000);
    if (now - since > (live.file === undefined ? patience.start : patience.test)) {
      hung ??= `${placeIn(live)}: gave no sign for ${seconds} s`;
      child.kill();
    } else if (now - told > MINUTE) {
      told = now;
      onWait(`${placeIn(live)}, for ${seconds} s`);
    }
  }, 200);
  going.add(live);
  sayBeforeEnding(soFar);
  const status = await child.ended;
  clearInterval(timer);
  going.delete(live);
  gone.push(live.tally);
  if (hung !== undefined) write(`\nKILLED: ${hung}\n`);
  return { status, hung };
}
