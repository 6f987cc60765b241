/**
 * A member that is told its options by its first argument, says what it sees, and closes at the first line of its stdin. With a
 * name to probe it is an application that looks that up again and again.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import process from "node:process";
import { createInterface } from "node:readline";
import { Democracy, type Options } from "../../../mod.ts";

/** Its argument. */
export interface Task {
  readonly options: Omit<Options, "logger">;
  /** What the application looks up. */
  readonly probe?: string;
}

/** A line of its output. */
export type Word =
  | {
    readonly type: "state";
    readonly leads: boolean;
    readonly leader: string | null;
    readonly nodes: readonly string[];
  }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "ready"; readonly ms: number }
  | { readonly type: "log"; readonly level: string; readonly message: string }
  /** How long close() took, how many look-ups were answered of how many, and how long the slowest took. */
  | {
    readonly type: "closed";
    readonly ms: number;
    readonly asked: number;
    readonly answered: number;
    readonly worst: number;
  };

const started = performance.now();

function say(word: Word): void {
  process.stdout.write(`${JSON.stringify(word)}\n`);
}

const log = (level: string) => (message: string): void => say({ type: "log", level, message });
const { options, probe }: Task = JSON.parse(process.argv[2] ?? "");
const democracy = new Democracy({
  ...options,
  logger: { debug: () => {}, info: log("info"), warn: log("warn"), error: log("error") },
});
democracy.ready.then(
  () => say({ type: "ready", ms: performance.now() - started }),
  (error) => say({ type: "failed", error: String(error) }),
);

const lookups = { asked: 0, answered: 0, worst: 0 };
const timer = setInterval(() => {
  const leader = democracy.leader()?.id ?? null;
  say({ type: "state", leads: democracy.isLeader(), leader, nodes: Object.keys(democracy.nodes()) });
  if (probe === undefined) return;
  const from = performance.now();
  lookups.asked++;
  lookup(probe).then(() => {
    lookups.answered++;
    lookups.worst = Math.max(lookups.worst, performance.now() - from);
  }, () => {});
}, 100);

const lines = createInterface({ input: process.stdin });
lines.once("line", async () => {
  clearInterval(timer);
  const from = performance.now();
  await democracy.close();
  say({ type: "closed", ms: performance.now() - from, ...lookups });
  lines.close();
  process.stdin.destroy();
});
