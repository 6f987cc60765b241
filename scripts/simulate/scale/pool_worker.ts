/// <reference lib="deno.worker" />
/**
 * Runs settings in a worker, one after the other.
 *
 * @module
 */

import * as core from "../../../src/core/citizen.ts";
import type { Setting } from "./experiment.ts";
import { runSetting } from "./experiments.ts";

self.onmessage = ({ data }: MessageEvent<Setting>): void => self.postMessage(runSetting(core, data));
