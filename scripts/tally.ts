/**
 * Counts of what passed and failed, and the line that closes a run.
 *
 * @module
 */

/** How many passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The sum of all. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, each) => total + each.passed, 0),
    failed: tallies.reduce((total, each) => total + each.failed, 0),
  };
}

/** The last line of a run: `12 passed, 0 failed`. */
export function closingLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

function attribute(tag: string, name: string): number {
  return Number(new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
}

/** Reads the counts off a JUnit report. A test that was ignored counts neither way. */
export function tallyOfJUnit(report: string): Tally {
  const tag = /<testsuites\s[^>]*>/.exec(report)?.[0] ?? "";
  const failed = attribute(tag, "failures") + attribute(tag, "errors");
  const ignored = report.match(/<skipped\b/g)?.length ?? 0;
  return { passed: attribute(tag, "tests") - failed - ignored, failed };
}

/** Reads the counts off the last lines of a TAP report of `node --test`. */
export function tallyOfTap(report: string): Tally {
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(report)?.[1] ?? 0);
  return { passed: count("pass"), failed: count("fail") + count("cancelled") };
}

/** A run that ended badly has failed at least once, whatever its report says. */
export function withExit(tally: Tally, ok: boolean): Tally {
  return ok || tally.failed > 0 ? tally : { passed: tally.passed, failed: 1 };
}
