/// <reference lib="deno.worker" />
/**
 * One share of a sweep, in a worker.
 *
 * @module
 */

import * as core from "../../src/core/citizen.ts";
import { carryOf } from "./carry.ts";
import { runWalk } from "./explore/run_walk.ts";
import { runSeed } from "./run_seed.ts";
import type { Share } from "./workers.ts";

self.onmessage = ({ data }: MessageEvent<Share>): void => {
  const run = data.explore ? runWalk : runSeed;
  for (let { seed } = data; seed < data.end; seed += data.stride) self.postMessage(run(core, seed, carryOf(seed)));
  self.postMessage("done");
};
