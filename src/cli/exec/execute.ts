/**
 * Runs a command while this member leads, and only then.
 *
 * A lease is the right to lead until a deadline, so the command has to be gone before: its guard, a process of its own,
 * asks again and again how long the lease lasts, asks the command to end (SIGTERM) as soon as no more time is left than
 * that takes, and kills the whole process group (SIGKILL) before the deadline. If the guard is killed, the member kills the
 * group; if the member is killed or stopped, the guard does. A new leader waits a moment before it starts the command, for
 * leads that are given away at once. What is beyond reach is a machine, or a container, that is stopped as a whole: its command
 * can make a step after it wakes, before the guard does; the token in DEMOCRACY_TOKEN is for that.
 *
 * @module
 */

import process from "node:process";
import { clearInterval, setInterval } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Election } from "../../election.ts";
import { ENDING_SIGNALS, exitCodeOf, OTHER_SIGNALS } from "./signals.ts";
import type { Timing } from "./timing.ts";
import { GuardedCommand, type Outcome } from "./guarded_command.ts";

/** What to run, and how. */
export interface Execution {
  readonly election: Election;
  /** The address of this member, for people. */
  readonly source: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly timing: Timing;
  /** Whether to end, with {@linkcode LOST}, when the lead is lost, instead of waiting for it again. */
  readonly once: boolean;
  /** Told what happens, for people. */
  readonly tell: (message: string) => void;
}

/** The exit code when the lead was lost: `EX_TEMPFAIL` of sysexits.h. */
export const LOST = 75;
/** A shell's exit codes for programs that are not there, and that cannot be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such program, neither at that path nor in PATH",
  EACCES: "it may not be executed",
};

/** Runs the command each time this member leads, until it ends by itself; resolves with the exit code to end with. */
export async function execute(execution: Execution): Promise<number> {
  const run = new Run(execution);
  try {
    return await run.untilOver();
  } finally {
    run.release();
  }
}

class Run {
  readonly #execution: Execution;
  readonly #stop = new AbortController();
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  #stoppedBy: string | undefined;
  #guarded: GuardedCommand | undefined;

  constructor(execution: Execution) {
    this.#execution = execution;
    for (const name of ENDING_SIGNALS) this.#handlers.set(name, () => this.#end(name));
    for (const name of OTHER_SIGNALS) this.#handlers.set(name, () => this.#guarded?.signal(name, { ends: false }));
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  async untilOver(): Promise<number> {
    const { election, source, once, tell } = this.#execution;
    for (;;) {
      if (!election.isLeader()) tell(`Waiting for the lead as ${election.id} at ${source}`);
      const outcome = await this.#next();
      if (outcome?.kind === "exited") return outcome.code ?? exitCodeOf(outcome.signal ?? "");
      if (outcome?.kind === "failed") {
        const why = WHY[outcome.code ?? ""] ?? outcome.message;
        tell(`Cannot run ${JSON.stringify(this.#execution.command[0])}: ${why}`);
        return outcome.code === "ENOENT" ? NOT_FOUND : NOT_RUNNABLE;
      }
      if (this.#stoppedBy !== undefined) return outcome?.code ?? exitCodeOf(outcome?.signal ?? this.#stoppedBy);
      // Nothing of the command is left; whoever is better off shall have the lead.
      await election.resign();
      if (once) return LOST;
    }
  }

  release(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }

  /** Waits for the lead, and runs the command once; undefined when a signal ended the waiting. */
  async #next(): Promise<Outcome | undefined> {
    try {
      return await this.#execution.election.lead(({ token, signal }) => this.#runLeading(token, signal), {
        signal: this.#stop.signal,
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      throw error;
    }
  }

  async #runLeading(token: number, lost: AbortSignal): Promise<Outcome> {
    const { command, election, timing, tell } = this.#execution;
    const given = (): { remaining: number; token: number } => {
      const remaining = election.token === token ? election.remaining() : 0;
      return { remaining, token: remaining > 0 ? token : 0 };
    };
    // If the lead was given away at once, the command of the leader before is being killed at this moment.
    await sleep(timing.margin, undefined, { signal: lost }).catch(() => {});
    if (lost.aborted) return { kind: "lost" };
    tell(`Leading with token ${token}: running ${command.join(" ")}`);
    const guarded = new GuardedCommand({ command, timing }, given);
    this.#guarded = guarded;
    const kill = (): void => guarded.kill();
    lost.addEventListener("abort", kill);
    // The guard does that in time, unless somebody stopped it.
    const watch = setInterval(() => given().remaining > timing.margin / 2 || guarded.kill(), timing.period);
    guarded.arm();
    const outcome = await guarded.outcome;
    clearInterval(watch);
    lost.removeEventListener("abort", kill);
    this.#guarded = undefined;
    if (outcome.kind === "lost" && this.#stoppedBy === undefined) tell(`Lost the lead of token ${token}`);
    return outcome;
  }

  #end(name: NodeJS.Signals): void {
    this.#stoppedBy ??= name;
    if (this.#guarded === undefined) this.#stop.abort();
    else this.#guarded.signal(name, { ends: true });
  }
}
