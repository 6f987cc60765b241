/**
 * The end of the process, as far as its runtime tells of it: whoever leads hands over before it is gone.
 *
 * In Node and Bun `exit` is emitted for whatever ends a process from within: an exception, a rejection, `process.exit`, nothing left to
 * do. Deno tells of `Deno.exit` and of an ordinary end by `unload`, and of what nobody catches by an event that others may still
 * take care of: then the process goes on, and so does the member.
 *
 * @module
 */

import process from "node:process";
import { clearInterval, setInterval } from "node:timers";
import { LIMITS } from "../limits.ts";

/** One member in a process that ends. */
export interface Departing {
  /** The process ends: leave for good. Returns at once. */
  leave(): void;
  /** The process ends in all likelihood: give the lead away. Returns at once. */
  handOver(): void;
  /** Blocks until that is done, for `ms` at most. */
  settle(ms: number): void;
}

const isDeno = "Deno" in globalThis;
const TROUBLE = ["error", "unhandledrejection"] as const;
/** ms in which handlers that the application adds later come before the one here. */
const RENEWAL = 1000;

const departing = new Set<Departing>();
let renewal: ReturnType<typeof setInterval> | undefined;

/** From now on the member takes part in the end of its process; returns what calls that off. */
export function atExit(member: Departing): () => void {
  if (departing.size === 0) listen();
  departing.add(member);
  return () => {
    if (departing.delete(member) && departing.size === 0) unlisten();
  };
}

function listen(): void {
  if (!isDeno) return void process.on("exit", leaveAll);
  globalThis.addEventListener("unload", leaveAll);
  for (const name of TROUBLE) globalThis.addEventListener(name, handOverAll);
  renewal = setInterval(comeLast, RENEWAL);
  renewal.unref();
}

function unlisten(): void {
  if (!isDeno) return void process.off("exit", leaveAll);
  clearInterval(renewal);
  globalThis.removeEventListener("unload", leaveAll);
  for (const name of TROUBLE) globalThis.removeEventListener(name, handOverAll);
}

/** Listeners are called in the order in which they came: what others take care of is known only to the last. */
function comeLast(): void {
  for (const name of TROUBLE) {
    globalThis.removeEventListener(name, handOverAll);
    globalThis.addEventListener(name, handOverAll);
  }
}

function leaveAll(): void {
  settleAll((member) => member.leave());
}

function handOverAll(event: Event): void {
  if (!event.defaultPrevented) settleAll((member) => member.handOver());
}

function settleAll(depart: (member: Departing) => void): void {
  const end = performance.now() + LIMITS.exitPatience;
  const members = [...departing];
  members.forEach(depart);
  for (const member of members) member.settle(end - performance.now());
}
