/**
 * The command line in processes of its own.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../src/cli/mod.ts", import.meta.url));
const IMPORT_MAP = fileURLToPath(new URL("../../tests/npm_only.import_map.json", import.meta.url));

/** One run of `democracy`. */
export class Command {
  stdout = "";
  stderr = "";
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;

  readonly #exit: Promise<void>;
  #gone = false;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const deno = ["run", "-A", "--quiet", "--no-check", "--import-map", IMPORT_MAP, CLI];
    this.child = spawn(process.execPath, [...deno, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...environment },
    });
    this.child.stdout?.on("data", (chunk) => this.stdout += chunk);
    this.child.stderr?.on("data", (chunk) => this.stderr += chunk);
    this.#exit = new Promise((resolve) =>
      this.child.on("exit", () => {
        this.#gone = true;
        resolve();
      })
    );
    this.ended = new Promise((resolve) => this.child.on("close", (code, signal) => resolve({ code, signal })));
  }

  /** What it has said so far. */
  get output(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.stdout, stderr: this.stderr };
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error("The command did not start");
    return pid;
  }

  /** The events that were printed as JSON. */
  events(): Record<string, unknown>[] {
    return this.stdout.split("\n").slice(0, -1).filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  signal(name: NodeJS.Signals): void {
    // Not `child.kill`: Deno's sends a process one signal at most.
    if (!this.#gone) process.kill(this.pid, name);
  }

  /** Ends it without a word; resolves when it is gone. What it started may go on. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#exit;
  }
}

/** ms that one run may take. */
const LIMIT = 60_000;

/** Runs it to its end, which must come within a bounded time. */
export async function runCli(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const command = new Command(args, environment);
  const limit = setTimeout(() => {
    command.stderr += `killed by the test, because it ran for ${LIMIT} ms: ${args.join(" ")}\n`;
    command.signal("SIGKILL");
  }, LIMIT);
  const { code } = await command.ended;
  clearTimeout(limit);
  return { code, ...command.output };
}
