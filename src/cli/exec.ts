/**
 * `democracy exec`: a command that runs while this member leads.
 *
 * @module
 */

import process from "node:process";
import { BOUNDS, DEFAULTS } from "../limits.ts";
import { execute } from "./exec/execute.ts";
import { yieldToInit } from "./exec/init.ts";
import { timingOf } from "./exec/timing.ts";
import { startMember } from "./member.ts";
import type { Environment, Values } from "./settings.ts";
import { complain } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** Runs the command while leading; resolves with its exit code. */
export async function exec(command: readonly string[], values: Values, environment: Environment): Promise<number> {
  if (process.platform === "win32") throw new UsageError("Cannot run a command: Windows has no process groups");
  if (command[0] === "") throw new UsageError('Cannot run a command without a name, got ""');
  if (values.preempt !== undefined && values.preempt !== false) {
    throw new UsageError(
      "Cannot run a command with preempt: the lead is then handed over while the command still runs",
    );
  }
  if (values.quorum === "none") complain('with quorum "none" each side of a partition runs the command');
  const { interval, timeout } = paceOf(values);
  const { grace } = values;
  const timing = timingOf({ interval, timeout, ...(typeof grace === "number" ? { grace } : {}) });
  const stallTimeout = stallTimeoutOf(values.stallTimeout, timeout);
  yieldToInit(complain);
  // Here it is not the name of the cluster, as the leader-elector sidecar has it.
  const { election: name, ...others } = values;
  const { democracy } = await startMember({ ...others, stallTimeout }, environment);
  // What a platform sends, which starts another in the place of this one; nobody waits for that at a terminal.
  let graceful = false;
  const replaced = (): void => void (graceful = true);
  process.once("SIGTERM", replaced);
  try {
    await democracy.ready;
    // A lead that moved by itself would cost the command its life.
    const election = name === undefined ? democracy : democracy.election(String(name), { rebalance: false });
    return await execute({
      election,
      source: democracy.source,
      command,
      timing,
      once: values.once === true,
      tell: complain,
    });
  } finally {
    process.off("SIGTERM", replaced);
    await democracy.close({ graceful });
  }
}

function paceOf({ interval, timeout }: Values): { readonly interval: number; readonly timeout: number } {
  return {
    interval: typeof interval === "number" ? interval : DEFAULTS.interval,
    timeout: typeof timeout === "number" ? timeout : DEFAULTS.timeout,
  };
}

/** A stalled member gives its lead away at once: its command must be gone by then, for want of renewals. */
function stallTimeoutOf(given: unknown, timeout: number): unknown {
  const least = Math.min(2 * timeout, BOUNDS.maxStallTimeout);
  if (given === undefined) return Math.max(DEFAULTS.stallTimeout, least);
  if (typeof given !== "number" || given >= least) return given;
  throw new UsageError(
    `Cannot run a command: "stallTimeout" must be at least twice "timeout" (${timeout}), so that a member that hangs ` +
      `has lost its command before it gives the lead away, got ${given}`,
  );
}
