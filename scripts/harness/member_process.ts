/**
 * The process of one member, seen by the script that started it.
 *
 * @module
 */

import { ROOT } from "./process.ts";
import { Conversation } from "./conversation.ts";
import { readLines } from "./lines.ts";
import type { Answers, Command, Line, MemberStatus } from "./protocol.ts";

/** What is known to have been done to a process. */
export type Condition = "starting" | "running" | "blocked" | "paused" | "killed" | "ended";

/** ms that a process may take to end by itself. */
const FAREWELL = 5_000;
const KEPT_STDERR = 2_000;

/** How to start a member's program. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the worker's module is, when a bundler has moved it. */
  readonly workerUrl?: string;
}

/** In Deno, on this machine's own network. */
export const IN_DENO: Launch = {
  program: Deno.execPath(),
  args: ["run", "--quiet", "--allow-net", "--allow-read", "scripts/harness/member.ts"],
};

const encoder = new TextEncoder();

/** A process that runs `member.ts`. */
export class MemberProcess {
  readonly id: string;
  readonly pid: number;
  condition: Condition = "starting";
  /** What it said last. */
  status: MemberStatus | undefined;
  /** Called at each status. */
  onStatus: () => void = () => {};
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #conversation: Conversation;
  #stderr = "";

  constructor(id: string, { program, args }: Launch = IN_DENO) {
    this.id = id;
    this.#child = new Deno.Command(program, {
      args: [...args],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#stdin = this.#child.stdin.getWriter();
    this.#conversation = new Conversation(id, (line) => {
      this.#stdin.write(encoder.encode(`${line}\n`)).catch(() => {});
    });
    void this.#readStdout();
    void this.#readStderr();
    void this.#awaitEnd();
  }

  /** Whether it was heard of, and nothing was done to it that keeps it from answering. */
  get answers(): boolean {
    return this.condition === "running" && this.status !== undefined;
  }

  /** Tells it to do something. Rejects when it fails, ends, or does not answer in time. */
  async ask<Name extends keyof Answers>(
    command: Extract<Command, { name: Name }>,
    patience?: number,
  ): Promise<Answers[Name]> {
    return await this.#conversation.ask(command, patience) as Answers[Name];
  }

  /** Sends a signal, unless the process is gone already. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    if (this.condition === "killed" || this.condition === "ended") return;
    this.condition = name === "SIGKILL" ? "killed" : name === "SIGSTOP" ? "paused" : "running";
    this.#child.kill(name);
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    await this.#child.status;
  }

  /** Ends it, by its own will if it has any; resolves to whether it had, and ended with 0. */
  async end(): Promise<boolean> {
    if (this.condition === "killed") {
      await this.#child.status;
      return true;
    }
    if (this.condition === "paused") this.signal("SIGCONT");
    // Its stdin ends, and so does it.
    this.#stdin.close().catch(() => {});
    let forced = false;
    const timer = setTimeout(() => {
      forced = true;
      this.signal("SIGKILL");
    }, FAREWELL);
    const { success } = await this.#child.status;
    clearTimeout(timer);
    return success && !forced;
  }

  async #readStdout(): Promise<void> {
    for await (const line of readLines(this.#child.stdout)) this.#hear(JSON.parse(line));
  }

  async #readStderr(): Promise<void> {
    for await (const line of readLines(this.#child.stderr)) {
      this.#stderr = `${this.#stderr}${line}\n`.slice(-KEPT_STDERR);
    }
  }

  async #awaitEnd(): Promise<void> {
    const { code, signal } = await this.#child.status;
    if (this.condition !== "killed") this.condition = "ended";
    this.#conversation.end(new Error(`${this.id} has ended with ${signal ?? `code ${code}`}\n${this.#stderr}`));
  }

  #hear(line: Line): void {
    if ("status" in line) {
      this.status = line.status;
      if (this.condition === "starting") this.condition = "running";
      return this.onStatus();
    }
    this.#conversation.hear(line);
  }
}
