/**
 * Jobs side by side. Those that depend on the time of real clocks run one after the other in one lane, with the processor of that lane to
 * themselves; the others fill the rest.
 *
 * @module
 */

/** Something to do. */
export interface Job<Result> {
  readonly name: string;
  /** Whether it is in trouble when others of its kind run beside it. */
  readonly timed: boolean;
  run(): Promise<Result>;
}

/** Runs all jobs in so many lanes, in their order as far as that goes; the results come in the order of the jobs. */
export async function runJobs<Result>(jobs: readonly Job<Result>[], lanes: number): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = jobs.map((job, index) => ({ job, index }));
  const take = (timedToo: boolean): typeof waiting[number] | undefined => {
    const timed = timedToo ? waiting.findIndex(({ job }) => job.timed) : -1;
    const chosen = timed === -1 ? waiting.findIndex(({ job }) => !job.timed) : timed;
    return chosen === -1 ? undefined : waiting.splice(chosen, 1)[0];
  };
  const work = async (lane: number): Promise<void> => {
    for (;;) {
      const next = take(lane === 0);
      if (next === undefined) return;
      results[next.index] = await next.job.run();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, (_, lane) => work(lane)));
  return results;
}
