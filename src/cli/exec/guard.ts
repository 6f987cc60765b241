/**
 * The guard of a command: a small process of its own between the member and the command, so that the command ends in time
 * also when the member's process is killed or stopped. It leads the process group that the command and its children are
 * in, so that whoever survives can end them all at one blow. This module is the entry of that process; the
 * {@linkcode Assignment} is its first argument.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { clearTimeout, setInterval, setTimeout } from "node:timers";
import type { Assignment, GuardCommand, GuardReport } from "./protocol.ts";
import { GUARDED_SIGNALS } from "./signals.ts";
import { type Lease, leftOf } from "./timing.ts";

class Guard {
  readonly #assignment: Assignment;
  #child: ChildProcess | undefined;
  #lease: Lease = { until: -Infinity, wallUntil: -Infinity };
  #token = 0;
  #armed = false;
  #orphaned = false;
  /** When the command is killed at the latest because it was told to end; the lease may say earlier. */
  #killAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(assignment: Assignment) {
    this.#assignment = assignment;
  }

  serve(): void {
    // Signals of the group are the command's; the guard outlives them.
    for (const signal of GUARDED_SIGNALS) process.on(signal, () => {});
    process.on("message", (command: GuardCommand) => this.#obey(command));
    process.on("disconnect", () => this.#abandon());
    // However this process ends, an error of its own included: nothing goes on unguarded.
    process.on("exit", () => this.#kill());
    setInterval(() => this.#beat(), this.#assignment.timing.period);
  }

  #obey(command: GuardCommand): void {
    if (command.type === "arm") {
      this.#armed = true;
      return this.#beat();
    }
    if (command.type === "signal") return this.#pass(command);
    const { at, wall, remaining, token } = command;
    if (this.#child !== undefined && token !== this.#token) return this.#kill();
    this.#lease = { until: at + remaining, wallUntil: wall + remaining };
    if (this.#child === undefined) this.#start(token);
    else this.#watch();
  }

  #pass({ name, ends }: Extract<GuardCommand, { type: "signal" }>): void {
    if (this.#child !== undefined) process.kill(-process.pid, name);
    else if (ends) this.#kill();
  }

  #beat(): void {
    if (this.#child !== undefined) this.#watch();
    if (this.#armed && !this.#orphaned) this.#say({ type: "ask", at: performance.now(), wall: Date.now() });
  }

  /** Only under a lease that leaves time to end the command again. */
  #start(token: number): void {
    const { command, timing } = this.#assignment;
    if (this.#orphaned || token === 0 || this.#left() < timing.margin + timing.grace) return;
    const [program = "", ...args] = command;
    this.#token = token;
    const failed = (error: unknown): void => {
      const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
      this.#say({ type: "failed", code, message: error instanceof Error ? error.message : String(error) });
    };
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        stdio: "inherit",
        env: { ...process.env, DEMOCRACY_TOKEN: String(token), NODE_CHANNEL_FD: undefined },
      });
    } catch (error) {
      return failed(error);
    }
    this.#child = child;
    child.on("spawn", () => this.#say({ type: "started" }));
    child.on("error", failed);
    child.on("exit", (code, signal) => {
      // What the command leaves behind in its group must not outlive the lease either: the member ends it, or nobody does.
      if (this.#orphaned) this.#kill();
      else this.#say({ type: "exited", code, signal });
    });
    this.#watch();
  }

  /** Ends the command when the lease leaves no more time than that takes. */
  #watch(): void {
    const { margin, grace } = this.#assignment.timing;
    const left = this.#left() - margin;
    if (left <= 0 || performance.now() >= this.#killAt) return this.#kill();
    if (left <= grace) this.#terminate();
    const next = this.#killAt === Infinity ? left - grace : Math.min(left, this.#killAt - performance.now());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(), Math.max(0, next));
  }

  /** Asks the command to end; from then on its days are numbered, whatever becomes of the lease. */
  #terminate(): void {
    if (this.#killAt !== Infinity) return;
    this.#killAt = performance.now() + this.#assignment.timing.grace;
    if (!this.#orphaned) this.#say({ type: "ending" });
    process.kill(-process.pid, "SIGTERM");
  }

  /** The member's process is gone, and with it the lease's renewals. */
  #abandon(): void {
    this.#orphaned = true;
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) this.#kill();
    this.#terminate();
    this.#watch();
  }

  /** The end of the whole group, this process included. */
  #kill(): void {
    process.kill(-process.pid, "SIGKILL");
  }

  #left(): number {
    return leftOf(this.#lease, performance.now(), Date.now());
  }

  #say(report: GuardReport): void {
    // The member may be gone a moment before this process hears of it.
    if (process.connected) process.send?.(report, undefined, undefined, () => {});
  }
}

new Guard(JSON.parse(process.argv[2] ?? "")).serve();
