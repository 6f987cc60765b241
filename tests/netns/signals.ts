/**
 * Processes that are stopped or killed while the network is well.
 *
 * @module
 */

import { displacing } from "./displace.ts";
import type { Scene } from "./scene.ts";

/** All that signals can do. */
export const SIGNALS: readonly Scene[] = [
  displacing({
    name: "leader stopped",
    strike(stage, leader): Promise<number> {
      leader.signal("SIGSTOP");
      return Promise.resolve(stage.now());
    },
    cutsOff: false,
  }),
  displacing({
    name: "leader killed",
    strike: ({ cluster }, leader) => cluster.crash(leader),
    cutsOff: false,
  }),
];
