/**
 * One run of a command under one token, with its guard, as the member's process sees it.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { setTimeout } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Environment, SECRET_VARIABLES } from "../settings.ts";
import { guardEntry } from "./guard_entry.ts";
import type { Assignment, GuardCommand, GuardReport } from "./protocol.ts";

/** How a run ended. */
export type Outcome =
  /** The command ended by itself. */
  | { readonly kind: "exited"; readonly code: number | null; readonly signal: string | null }
  /** The command could not be started. */
  | { readonly kind: "failed"; readonly code: string | undefined; readonly message: string }
  /** The lead was lost, or was about to be, and the command was ended for it; how it ended, where it did so when it was asked to. */
  | { readonly kind: "lost"; readonly code?: number | null; readonly signal?: string | null };

/** A group that was killed is gone within this time, in ms, unless the system hangs. */
const BURIAL = 1000;
/** ms in which a guard must have done what a signal asks, unless it hangs. */
const OBEDIENCE_TIME = 5000;

/** A guard and, once armed, its command. */
export class GuardedCommand {
  /** Resolves when the command has ended, and everything of its process group with it. */
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;
  /** ms of the lease that are left under the token of this run, and that token. */
  readonly #lease: () => { readonly remaining: number; readonly token: number };
  #said: Outcome | undefined;
  /** Whether the guard has said that the command runs; it may, before that is heard. */
  #started = false;
  #buried = false;

  /** Starts the guard; the command waits for {@linkcode GuardedCommand.arm}. */
  constructor(assignment: Assignment, lease: () => { readonly remaining: number; readonly token: number }) {
    this.#lease = lease;
    this.#child = startGuard(assignment);
    this.#child.on("message", (report: GuardReport) => this.#hear(report));
    const gone = new Promise<void>((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.on("error", (error) => {
        // Whatever else goes wrong with a guard that runs: its end is told by `exit`.
        if (this.#child.pid !== undefined) return;
        this.#said ??= { kind: "failed", code: undefined, message: `Its guard does not start: ${error.message}` };
        resolve();
      });
    });
    this.outcome = gone.then(async () => {
      // Whatever ended the guard: nothing that it guarded may go on.
      this.kill();
      await this.#bury();
      return this.#said ?? { kind: "lost" };
    });
  }

  /** This member leads: the command may start. */
  arm(): void {
    this.#tell({ type: "arm" });
  }

  /** Passes a signal on to the command and its children; where there is none yet, one that `ends` keeps it from being started. */
  signal(name: NodeJS.Signals, { ends }: { readonly ends: boolean }): void {
    if (this.#started) return void this.#signal(name);
    // A guard that starts does not know what to do with signals, and only it knows whether the command has begun.
    this.#tell({ type: "signal", name, ends });
    if (ends) setTimeout(() => this.#started || this.kill(), OBEDIENCE_TIME).unref();
  }

  /** Ends the command, its children and its guard at once. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #hear(report: GuardReport): void {
    switch (report.type) {
      case "ask":
        return this.#tell({ type: "lease", at: report.at, wall: report.wall, ...this.#lease() });
      case "ending":
        this.#said ??= { kind: "lost" };
        return;
      case "started":
        this.#started = true;
        return;
      case "exited":
        this.#said = {
          kind: this.#said?.kind === "lost" ? "lost" : "exited",
          code: report.code,
          signal: report.signal,
        };
        return this.kill();
      case "failed":
        this.#said ??= { kind: "failed", code: report.code, message: report.message };
        return this.kill();
    }
  }

  #tell(command: GuardCommand): void {
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  /** Whether the group got the signal; 0 only asks whether there is one. */
  #signal(name: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    // By then the number may be another group's.
    if (pid === undefined || this.#buried) return false;
    try {
      return process.kill(-pid, name);
    } catch {
      return false;
    }
  }

  async #bury(): Promise<void> {
    const limit = performance.now() + BURIAL;
    while (this.#signal(0) && performance.now() < limit) await sleep(5);
    this.#buried = true;
  }
}

/** The command inherits the guard's environment, and anybody who may be the command may read the guard's. */
function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET_VARIABLES.includes(name)));
}

function startGuard(assignment: Assignment): ChildProcess {
  const entry = guardEntry();
  const isDeno = "deno" in process.versions;
  const script = isDeno ? ["run", "--quiet", "--no-config", "--allow-all", entry] : [fileURLToPath(entry)];
  return spawn(process.execPath, [...script, JSON.stringify(assignment)], {
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: withoutSecrets(process.env),
  });
}
