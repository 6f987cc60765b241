/**
 * A sweep on several cores.
 *
 * @module
 */

import type { Outcome } from "./run_seed.ts";

/** What a worker is told: run `seed, seed + stride, ...` below `end`. */
export interface Share {
  readonly seed: number;
  readonly stride: number;
  readonly end: number;
  /** Whether the seeds are those of walks. */
  readonly explore: boolean;
}

/** What all workers run together. */
export interface Work {
  readonly from: number;
  readonly count: number;
  readonly explore: boolean;
}

/** Runs all seeds in some workers; `done` hears of each. Rejects when a worker breaks down. */
export async function runWithWorkers(
  workers: number,
  { from, count, explore }: Work,
  done: (outcome: Outcome) => void,
): Promise<void> {
  const shares = Array.from({ length: workers }, (_, index): Share => {
    return { seed: from + index, stride: workers, end: from + count, explore };
  });
  await Promise.all(shares.map((share) => runShare(share, done)));
}

function runShare(share: Share, done: (outcome: Outcome) => void): Promise<void> {
  const worker = new Worker(new URL("./sweep_worker.ts", import.meta.url), { type: "module" });
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome | "done">): void => {
      if (data !== "done") return done(data);
      resolve();
    };
    worker.onerror = (event): void => {
      event.preventDefault();
      reject(new Error(`A worker of the sweep broke down: ${event.message}`));
    };
    worker.postMessage(share);
  }).finally(() => worker.terminate());
}
