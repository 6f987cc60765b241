/**
 * Work that only a leader may do, and that has to stop when the lead is lost.
 *
 * @module
 */

import { onAbort } from "../base/abort.ts";
import type { ResignReason } from "../core/effect.ts";

/** What the work of `lead` is given. */
export interface LeadContext {
  /** The fencing token of this leadership: send it along with every write. */
  readonly token: number;
  /** Aborts when the lead is lost; its reason is an Error that says why. */
  readonly signal: AbortSignal;
}

/** The works that run while this member leads. */
export class LeadTasks {
  readonly #running = new Set<{ readonly token: number; readonly controller: AbortController }>();

  /**
   * Runs `work`, and returns what it returns. Its signal aborts on {@linkcode LeadTasks.end}, when `signal` does, and when
   * `holds`, asked every `period` ms, says no: a worker that hangs would not tell.
   */
  async run<Result>(
    work: (lead: LeadContext) => Result | Promise<Result>,
    token: number,
    options: { readonly signal: AbortSignal | undefined; readonly holds: () => boolean; readonly period: number },
  ): Promise<Result> {
    const { signal, holds, period } = options;
    const controller = new AbortController();
    const task = { token, controller };
    this.#running.add(task);
    const callOff = signal && onAbort(signal, () => controller.abort(signal.reason));
    const watch = setInterval(() => {
      if (!holds()) controller.abort(lost(token, "lease-expired"));
    }, period);
    try {
      return await work({ token, signal: controller.signal });
    } finally {
      clearInterval(watch);
      callOff?.();
      this.#running.delete(task);
    }
  }

  /** The lead is lost. */
  end(reason: ResignReason): void {
    for (const { token, controller } of this.#running) controller.abort(lost(token, reason));
  }
}

function lost(token: number, reason: ResignReason): Error {
  return new Error(`Lost the lead (token ${token}): ${reason}`);
}
