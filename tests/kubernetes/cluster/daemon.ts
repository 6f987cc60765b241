/**
 * Programs that run until they are ended, each with a log of its own.
 *
 * @module
 */

import { sleep } from "../../../scripts/harness/waiting.ts";

/** A program that runs. */
export class Daemon {
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #log: string;

  /** Starts it; a shell sends its log to the file. */
  constructor(folder: string, name: string, command: readonly string[]) {
    this.#name = name;
    this.#log = `${folder}/${name}.log`;
    const [program = "", ...args] = command;
    this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", 'log="$1"; shift; exec "$@" >>"$log" 2>&1', "sh", this.#log, program, ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until the condition holds; rejects with the end of the log when it has not after `ms`. */
  async until(what: string, condition: () => Promise<boolean>, ms = 60_000): Promise<void> {
    const end = performance.now() + ms;
    while (!await condition()) {
      if (performance.now() > end) {
        const log = await Deno.readTextFile(this.#log).catch(() => "");
        throw new Error(
          `${this.#name}: waited ${ms} ms in vain until ${what}:\n${log.split("\n").slice(-15).join("\n")}`,
        );
      }
      await sleep(200);
    }
  }

  /** Kills it, and waits until it is gone. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }
}
