/**
 * Settings on several cores.
 *
 * @module
 */

import * as core from "../../../src/core/citizen.ts";
import type { Outcome, Setting } from "./experiment.ts";
import { runSetting } from "./experiments.ts";

/**
 * Runs all settings, each once, and gives their outcomes in the order of the settings; `done` hears of each at once.
 * Rejects when a worker breaks down.
 */
export async function runAll(
  settings: readonly Setting[],
  workers: number,
  done: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes = new Map<Setting, Outcome>();
  const waiting = bulkyFirst(settings);
  const next = (): Setting | undefined => waiting.shift();
  const take = (setting: Setting, outcome: Outcome): void => {
    outcomes.set(setting, outcome);
    done(outcome);
  };
  if (workers <= 1) {
    for (let setting = next(); setting !== undefined; setting = next()) take(setting, runSetting(core, setting));
  } else {
    await Promise.all(Array.from({ length: Math.min(workers, settings.length) }, () => runInWorker(next, take)));
  }
  return settings.map((setting) => outcomes.get(setting)!);
}

/** What takes longest begins first, so that no core waits for it at the end. */
function bulkyFirst(settings: readonly Setting[]): Setting[] {
  return [...settings].sort((a, b) => b.members - a.members);
}

function runInWorker(
  next: () => Setting | undefined,
  take: (setting: Setting, outcome: Outcome) => void,
): Promise<void> {
  const worker = new Worker(new URL("./pool_worker.ts", import.meta.url), { type: "module" });
  return new Promise<void>((resolve, reject) => {
    let current = next();
    const proceed = (): void => {
      if (current === undefined) resolve();
      else worker.postMessage(current);
    };
    worker.onmessage = ({ data }: MessageEvent<Outcome>): void => {
      if (current !== undefined) take(current, data);
      current = next();
      proceed();
    };
    worker.onerror = (event): void => {
      event.preventDefault();
      reject(new Error(`A worker broke down: ${event.message}`));
    };
    proceed();
  }).finally(() => worker.terminate());
}
