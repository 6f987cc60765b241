/**
 * Names of namespaces that tell which process they belong to, so that a later run can remove those of a run that was
 * killed, and leaves alone those of one that runs beside it.
 *
 * @module
 */

import { capture } from "./process.ts";

const PREFIX = "democracy";
/** Where a process's start is, counted from the end of its name. */
const START_FIELD = 19;

let networks = 0;

/** When a process was started, in ticks since the machine was; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_FIELD];
  } catch {
    return undefined;
  }
}

/** The beginning of names that nobody else has. */
export function ownName(): string {
  return `${PREFIX}_${Deno.pid}_${startOf(Deno.pid)}_${networks++}`;
}

/** Where `ip netns exec` takes a namespace's files of `/etc` from. */
export function furnitureOf(namespace: string): string {
  return `/etc/netns/${namespace}`;
}

/** The text with the part of the names that is the same in no two runs cut off. */
export function withoutOwnNames(text: string): string {
  return text.replaceAll(new RegExp(`${PREFIX}_\\d+_\\w+?_\\d+_`, "g"), "");
}

/** Whether the namespace is one of a process that is gone. */
export function isLeftover(namespace: string): boolean {
  const [, pid, start] = new RegExp(`^${PREFIX}_(\\d+)_(\\d+)_\\d+_`).exec(namespace) ?? [];
  return pid !== undefined && startOf(Number(pid)) !== start;
}

/** Kills the processes in a namespace; returns how many there were. */
export async function killIn(namespace: string): Promise<number> {
  const { stdout } = await capture("ip", ["netns", "pids", namespace]);
  const pids = stdout.split("\n").map(Number).filter((pid) => pid > 0);
  for (const pid of pids) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It went a moment ago.
    }
  }
  return pids.length;
}

async function remove(namespace: string): Promise<void> {
  await killIn(namespace);
  await capture("ip", ["netns", "delete", namespace]);
  await Deno.remove(furnitureOf(namespace), { recursive: true }).catch(() => {});
}

/** Removes the namespaces of runs that were killed, and the processes in them. */
export async function removeLeftovers(): Promise<void> {
  const { stdout } = await capture("ip", ["netns", "list"]);
  const names = stdout.split("\n").map((line) => line.split(" ")[0] ?? "");
  for (const name of names.filter(isLeftover)) await remove(name);
}
