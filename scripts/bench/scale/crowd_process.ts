/**
 * A process with many members, seen by the script that started it.
 *
 * @module
 */

import { Conversation } from "../../harness/conversation.ts";
import { readLines } from "../../harness/lines.ts";
import { ROOT } from "../../harness/process.ts";
import type { CrowdAnswers, CrowdCommand } from "./crowd_protocol.ts";

/** ms that a process may take to end by itself: its members say goodbye. */
const FAREWELL = 15_000;
/** ms that a process may take to answer, with members that keep it busy. */
const CROWD_ANSWER_TIME = 60_000;
const KEPT_STDERR = 2000;

const encoder = new TextEncoder();

/** A process that runs `crowd.ts`. */
export class CrowdProcess {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #conversation: Conversation;
  #stderr = "";

  /** With `profile`, a folder, it writes there where its time went when it ends. */
  constructor(name: string, profile: string | undefined) {
    const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--allow-net", "--allow-read", "--v8-flags=--expose-gc"],
        ...[...profiling, "scripts/bench/scale/crowd.ts"],
      ],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#conversation = new Conversation(name, (line) => {
      this.#stdin.write(encoder.encode(`${line}\n`)).catch(() => {});
    });
    void this.#readStdout();
    void this.#readStderr();
    void this.#awaitEnd(name);
  }

  /** Tells it to do something. */
  async ask<Name extends keyof CrowdAnswers>(
    command: Extract<CrowdCommand, { name: Name }>,
  ): Promise<CrowdAnswers[Name]> {
    return await this.#conversation.ask(command, CROWD_ANSWER_TIME) as CrowdAnswers[Name];
  }

  /** Ends it, by its own will if it has any. */
  async end(): Promise<void> {
    this.#stdin.close().catch(() => {});
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), FAREWELL);
    await this.#child.status;
    clearTimeout(timer);
  }

  async #readStdout(): Promise<void> {
    for await (const line of readLines(this.#child.stdout)) this.#conversation.hear(JSON.parse(line));
  }

  async #readStderr(): Promise<void> {
    for await (const line of readLines(this.#child.stderr)) {
      this.#stderr = `${this.#stderr}${line}\n`.slice(-KEPT_STDERR);
    }
  }

  async #awaitEnd(name: string): Promise<void> {
    const { code, signal } = await this.#child.status;
    this.#conversation.end(new Error(`${name} has ended with ${signal ?? `code ${code}`}\n${this.#stderr}`));
  }
}
