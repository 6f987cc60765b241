/**
 * One member as a process of its own. The options come as JSON in the first argument, orders as lines on standard
 * input; each thing that happens goes out as a line of JSON. It watches, millisecond by millisecond, when `isLeader()` is true.
 *
 * @module
 */

import { createInterface } from "node:readline";
import process from "node:process";
import { Democracy } from "../../mod.ts";
import type { Options } from "../../mod.ts";
import { block } from "../../scripts/harness/waiting.ts";
import { quiet } from "../../scripts/harness/members.ts";

/** What a member tells. Times are ms since 1970. */
export type Line =
  | { readonly type: "ready" | "added" | "removed" | "closed" }
  | { readonly type: "leader"; readonly id: string | null }
  | { readonly type: "elected"; readonly token: number }
  | { readonly type: "resigned"; readonly reason: string }
  /** `isLeader()` was true when it was asked from the first to the last of these times. */
  | { readonly type: "led"; readonly first: number; readonly last: number }
  /** What `isLeader()` said when the blocking began, and by the first instruction after it. */
  | { readonly type: "unblocked"; readonly before: boolean; readonly after: boolean };

function say(line: Line): void {
  console.log(JSON.stringify(line));
}

function watch(democracy: Democracy): () => void {
  let led: { first: number; last: number } | undefined;
  const ask = (): void => {
    // The time is read first: if the process is stopped between the two, the answer is the later one.
    const at = Date.now();
    if (democracy.isLeader()) led = { first: led?.first ?? at, last: at };
    else if (led !== undefined) {
      say({ type: "led", ...led });
      led = undefined;
    }
  };
  const timer = setInterval(ask, 1);
  return (): void => {
    ask();
    clearInterval(timer);
    if (led !== undefined) say({ type: "led", ...led });
  };
}

async function main(options: Options): Promise<void> {
  const democracy = new Democracy({ ...options, logger: quiet });
  democracy.on("added", () => say({ type: "added" }));
  democracy.on("removed", () => say({ type: "removed" }));
  democracy.on("leader", (leader) => say({ type: "leader", id: leader?.id ?? null }));
  democracy.on("elected", ({ token }) => say({ type: "elected", token }));
  democracy.on("resigned", ({ reason }) => say({ type: "resigned", reason }));
  const unwatch = watch(democracy);
  await democracy.ready;
  say({ type: "ready" });
  for await (const line of createInterface({ input: process.stdin })) {
    const [order, ms] = line.split(" ");
    if (order === "close") break;
    if (order === "resign") await democracy.resign();
    if (order === "block") {
      const before = democracy.isLeader();
      block(Number(ms));
      const after = democracy.isLeader();
      say({ type: "unblocked", before, after });
    }
  }
  unwatch();
  await democracy.close();
  say({ type: "closed" });
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? "{}"));
