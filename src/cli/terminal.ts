/**
 * What the program says.
 *
 * @module
 */

import process from "node:process";

/** Whether people read standard output. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true;
}

/** A line on standard output: what was asked for. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line on standard error: what somebody should know. */
export function complain(line: string): void {
  process.stderr.write(`democracy: ${line}\n`);
}

const known = new WeakSet<Error>();

/** An error on standard error, with what it is about; each is told once, though more than one may come upon it. */
export function complainOf(error: unknown, about?: string): void {
  if (!(error instanceof Error)) return complain([about, String(error)].filter(Boolean).join(": "));
  if (known.has(error)) return;
  known.add(error);
  complain([about, error.message].filter(Boolean).join(": "));
}

/** Resolves with the name of the signal that asks this program to end; `release` stops waiting. */
export function endingSignal(): { readonly received: Promise<string>; readonly release: () => void } {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handlers = new Map<typeof names[number], () => void>();
  const received = new Promise<string>((resolve) => {
    for (const name of names) handlers.set(name, () => resolve(name));
  });
  for (const [name, handler] of handlers) process.on(name, handler);
  // Who reads this program's output has had enough: `democracy join | head`.
  const closed = (): void => process.exit(0);
  process.stdout.on("error", closed);
  const release = (): void => {
    for (const [name, handler] of handlers) process.off(name, handler);
    process.stdout.off("error", closed);
  };
  return { received, release };
}
