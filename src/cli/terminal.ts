/**
 * What the program says.
 *
 * @module
 */

import process from "node:process";
import { escapeUnprintable } from "../base/printable.ts";

/** Whether people read standard output. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true;
}

/** Lines on standard output: what was asked for. What others put into them does not act on the terminal. */
export function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${escapeUnprintable(line)}\n`).join(""));
}

/** A message on standard error: what somebody should know. Its other lines are indented, so that none looks like a message. */
export function complain(message: string): void {
  process.stderr.write(`democracy: ${message.split("\n").map(escapeUnprintable).join("\n  ")}\n`);
}

const known = new WeakSet<Error>();

/** An error on standard error, with what it is about; each is told once, though more than one may come upon it. */
export function complainOf(error: unknown, about?: string): void {
  if (!(error instanceof Error)) return complain([about, String(error)].filter(Boolean).join(": "));
  if (known.has(error)) return;
  known.add(error);
  complain([about, error.message].filter(Boolean).join(": "));
}

/** The signal that asks this program to end. */
export interface EndingSignal {
  /** Resolves with its name. */
  readonly received: Promise<string>;
  /** Its name, once it was received. */
  readonly name: () => string | undefined;
  /** Stops waiting. */
  readonly release: () => void;
}

/** Waits for the signal that asks this program to end. */
export function endingSignal(): EndingSignal {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = new Map<typeof names[number], () => void>();
  let first: string | undefined;
  const received = new Promise<string>((resolve) => {
    for (const name of names) {
      handlers.set(name, () => {
        first ??= name;
        resolve(name);
      });
    }
  });
  for (const [name, handler] of handlers) process.on(name, handler);
  // Who reads this program's output has had enough: `democracy join | head`.
  const closed = (): void => process.exit(0);
  process.stdout.on("error", closed);
  const release = (): void => {
    for (const [name, handler] of handlers) process.off(name, handler);
    process.stdout.off("error", closed);
  };
  return { received, name: () => first, release };
}
