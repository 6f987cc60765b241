/**
 * A process that takes part in an election, seen from outside.
 *
 * @module
 */

import { readLines } from "../../harness/lines.ts";
import { until } from "../../harness/waiting.ts";
import type { Program } from "./contender.ts";

/** What a member answered to the question whether it leads. */
export interface Answer {
  /** ms since 1970. */
  readonly at: number;
  readonly leads: boolean;
  /** Whether the process had been stopped before it. */
  readonly woke: boolean;
}

/** ms that a member may take to start, on a busy machine. */
const START = 30_000;
/** ms that a member may take to end in good order. */
const FAREWELL = 10_000;
/** Characters of what a member wrote to standard error. */
const KEPT_COMPLAINT = 2000;

const encoder = new TextEncoder();

/** One member. */
export class Rival {
  readonly pid: number;
  /** In the order in which they were given. */
  readonly answers: Answer[] = [];
  #isReady = false;
  #hasEnded = false;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #over: Promise<void>;
  #complaint = "";

  constructor({ program, args }: Program) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#stdin = this.#child.stdin.getWriter();
    const reading = [this.#readAnswers(), this.#readComplaints()];
    this.#over = Promise.all([this.#child.status, ...reading]).then(() => {
      this.#hasEnded = true;
    });
  }

  /** Whether it leads, as it said last. */
  get leads(): boolean {
    return !this.#hasEnded && this.answers.at(-1)?.leads === true;
  }

  /** Resolves when it takes part. */
  async started(): Promise<void> {
    await until("a member has started", () => this.#isReady || this.#hasEnded, START);
    if (!this.#isReady) throw new Error(`A member ended before it took part: ${this.#complaint.trim()}`);
  }

  /** Ends the asking: from now on the process does nothing but take part. */
  async rest(): Promise<void> {
    await this.#stdin.write(encoder.encode("rest\n"));
  }

  /** Tells it to end in good order, and returns when that was, in ms since 1970. Does not wait. */
  async stop(): Promise<number> {
    const at = Date.now();
    await this.#stdin.write(encoder.encode("stop\n"));
    return at;
  }

  /** Sends a signal, and returns when that was, in ms since 1970. */
  signal(name: Deno.Signal): number {
    const at = Date.now();
    this.#child.kill(name);
    return at;
  }

  /** Waits until the process is gone; kills it if it takes too long. */
  async gone(): Promise<void> {
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), FAREWELL);
    await this.#over;
    clearTimeout(limit);
    await this.#stdin.close().catch(() => {});
  }

  /** Kills the process and waits until it is gone. */
  async end(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
    await this.gone();
  }

  async #readAnswers(): Promise<void> {
    for await (const line of readLines(this.#child.stdout)) {
      const told = JSON.parse(line);
      if (told.ready === true) this.#isReady = true;
      else this.answers.push({ at: told.at, leads: told.leads, woke: told.woke });
    }
  }

  async #readComplaints(): Promise<void> {
    for await (const line of readLines(this.#child.stderr)) {
      this.#complaint = `${this.#complaint}${line}\n`.slice(-KEPT_COMPLAINT);
    }
  }
}
