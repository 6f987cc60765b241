/**
 * Follows a discovery, for tests.
 *
 * @module
 */

import type { Discovery } from "../../src/discovery/discovery.ts";
import type { Logger } from "../../src/logger.ts";

/** What was logged. */
export interface Logged {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** Keeps what a discovery yields, logs and throws. */
export class Watcher {
  /** All updates so far. */
  readonly updates: (readonly string[])[] = [];
  /** Who votes of each update, and how many do. */
  readonly voters: (readonly [voters: readonly string[] | undefined, clusterSize: number | undefined])[] = [];
  /** All messages so far. */
  readonly log: Logged[] = [];
  /** Whether the last update may be out of date, each time that was told. */
  readonly stale: boolean[] = [];
  /** What the iteration threw. */
  error: Error | undefined;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  /** Starts at once. */
  constructor(discovery: Discovery, source = "10.0.0.1:12345") {
    this.#done = this.#follow(discovery, source);
  }

  /** The update of this number, once it is there; rejects after 10 s. */
  async update(index: number): Promise<readonly string[]> {
    await this.until(() => this.updates.length > index);
    return this.updates[index] ?? [];
  }

  /** Waits for a condition. Rejects after 10 s. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`Not within 10 s: ${JSON.stringify([this.updates, this.log])}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The messages of a level. */
  messages(level: Logged["level"]): readonly string[] {
    return this.log.filter((each) => each.level === level).map(({ message }) => message);
  }

  /** Ends the iteration. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #follow(discovery: Discovery, source: string): Promise<void> {
    const method = (level: Logged["level"]) => (message: string) => void this.log.push({ level, message });
    const logger: Logger = {
      debug: method("debug"),
      info: method("info"),
      warn: method("warn"),
      error: method("error"),
    };
    const onStale = (isStale: boolean): void => void this.stale.push(isStale);
    try {
      for await (const update of discovery.watch({ signal: this.#stop.signal, source, logger, onStale })) {
        this.voters.push([update.voters, update.clusterSize]);
        this.updates.push(update.peers);
      }
    } catch (error) {
      this.error = error as Error;
    }
  }
}
