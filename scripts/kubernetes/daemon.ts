/**
 * Programs that run until they are ended, each with a log of its own.
 *
 * @module
 */

import { sleep } from "../harness/waiting.ts";

/** ms. */
const STOP_TIMEOUT = 15_000;

/** A program that runs. */
export class Daemon {
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #log: string;

  /** Starts it. A shell sends the log to a file: nobody here has to read it to keep the program going. */
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
          `${this.#name}: waited ${ms} ms in vain until ${what}:\n${log.split("\n").slice(-20).join("\n")}`,
        );
      }
      await sleep(200);
    }
  }

  /** Kills it, and waits until it is gone, or for 15 s. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_TIMEOUT));
    await Promise.race([this.#child.status, late]);
    clearTimeout(timer);
  }
}
