/**
 * One run of `deno test`.
 *
 * @module
 */

import { NPM_IMPORTS } from "../harness/process.ts";
import { tallyOfJUnit, withExit } from "../tally.ts";
import { LiveReport } from "./live_report.ts";
import { brokenRun, placeIn, type TestRun, watch, type Watching } from "./watched.ts";

/** Runs `deno test -A` with these arguments, in the root of the repository; ends it when a test hangs. */
export async function runDenoTests(args: readonly string[], watching: Watching): Promise<TestRun> {
  const report = await Deno.makeTempFile({ prefix: "democracy_", suffix: ".xml" });
  try {
    const live = new LiveReport();
    const { status, hung } = await watch(
      [Deno.execPath(), ["test", "-A", NPM_IMPORTS, `--junit-path=${report}`, ...args], {}],
      live,
      watching,
    );
    if (hung !== undefined) return brokenRun(live, hung);
    const text = await Deno.readTextFile(report);
    // Deno has written none where it crashed, or where a module could not be loaded.
    if (!text.includes("<testsuites")) {
      return brokenRun(
        live,
        `${placeIn(live)}: deno test ${args.join(" ")} ended with ${status.code}, without a report`,
      );
    }
    const tally = withExit(tallyOfJUnit(text), status.success);
    if (status.success || live.failures.length > 0) return { tally, failures: live.failures };
    return { tally, failures: [`deno test ${args.join(" ")} ended with ${status.code}`] };
  } finally {
    await Deno.remove(report);
  }
}
