/**
 * What a process costs, as Linux counts it.
 *
 * @module
 */

/** What a process has taken so far. */
export interface ProcessUsage {
  /** ms of CPU, of all of its threads. */
  readonly cpu: number;
  /** MiB in memory. */
  readonly memory: number;
}

/** ms of one tick of `/proc/PID/stat`, which is 100 Hz on every Linux that Deno or Node runs on. */
const TICK = 10;

/** Reads what a process takes; undefined where there is no `/proc`. */
export async function usageOf(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    // The name of the program, in parentheses, may have spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [user, system] = [Number(fields[11]), Number(fields[12])];
    const kibibytes = Number(/^VmRSS:\s+(\d+)/mu.exec(status)?.[1]);
    return { cpu: (user + system) * TICK, memory: kibibytes / 1024 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
