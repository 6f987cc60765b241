/**
 * Who the peers are, as long as somebody wants to know.
 *
 * @module
 */

import type { Settings } from "../options.ts";
import type { Discovery } from "./discovery.ts";
import { followDiscovery, type FollowOptions } from "./follow.ts";

/** A member that is new to a list has as many timeouts to answer before another of its addresses is tried. */
const PATIENCE_TIMEOUTS = 2;

/** What is to be done with what is found, and what is known of it. */
type Followers = Pick<FollowOptions, "logger" | "isAlive" | "onStale" | "onVoters"> & {
  readonly settings: Pick<Settings, "clusterSize" | "timeout">;
};

/** Follows a discovery from when the own address is known until it is told to stop. */
export class Following {
  readonly #discovery: Discovery;
  readonly #followers: Followers;
  readonly #stop = new AbortController();

  constructor(discovery: Discovery, followers: Followers) {
    this.#discovery = discovery;
    this.#followers = followers;
  }

  /** Begins, unless it was told to stop; `source` is the own address as others know it. */
  begin(source: string): void {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    const { settings: { clusterSize, timeout }, ...followers } = this.#followers;
    const patience = PATIENCE_TIMEOUTS * timeout;
    void followDiscovery(this.#discovery, { ...followers, clusterSize, patience, source, signal });
  }

  /** Ends for good. */
  stop(): void {
    this.#stop.abort();
  }
}
