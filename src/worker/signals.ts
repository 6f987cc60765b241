/**
 * Signals that close members, and then end the process as they would have.
 *
 * @module
 */

import { constants } from "node:os";
import process from "node:process";
import { setTimeout } from "node:timers";

type Close = (name: NodeJS.Signals) => Promise<void>;

/** ms in which a signal must have ended the process, or it never does. */
const PATIENCE = 100;
/** Process 1 of a container is not ended by signals that it does not handle. */
const PROCESS_ONE = 1;

const closings = new Map<NodeJS.Signals, Set<Close>>();
const handlers = new Map<NodeJS.Signals, () => void>();

/** From now on these signals call `close`; returns what calls that off. */
export function closeOn(signals: readonly NodeJS.Signals[], close: Close): () => void {
  for (const name of signals) {
    const known = closings.get(name);
    if (known === undefined) listen(name, new Set([close]));
    else known.add(close);
  }
  return () => {
    for (const name of signals) forget(name, close);
  };
}

function listen(name: NodeJS.Signals, closes: Set<Close>): void {
  closings.set(name, closes);
  const handler = (): void => void end(name, [...closes]);
  handlers.set(name, handler);
  process.on(name, handler);
}

function forget(name: NodeJS.Signals, close: Close): void {
  const closes = closings.get(name);
  if (closes?.delete(close) !== true || closes.size > 0) return;
  closings.delete(name);
  const handler = handlers.get(name);
  handlers.delete(name);
  if (handler !== undefined) process.off(name, handler);
}

async function end(name: NodeJS.Signals, closes: readonly Close[]): Promise<void> {
  await Promise.all(closes.map((close) => close(name)));
  // What the application wants of the signal is for its own handlers to do.
  if (process.listenerCount(name) > 0) return;
  const exit = (): never => process.exit(128 + (constants.signals[name] ?? 0));
  if (process.pid === PROCESS_ONE) return exit();
  try {
    process.kill(process.pid, name);
  } catch {
    // Deno may not be allowed to send signals.
    exit();
  }
  setTimeout(exit, PATIENCE);
}
