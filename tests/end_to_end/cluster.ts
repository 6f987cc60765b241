/**
 * Clusters on loopback for tests: everything waits for a condition, and for a bounded time.
 *
 * @module
 */

import { createSocket } from "node:dgram";
import { Democracy } from "../../mod.ts";
import type { Options } from "../../mod.ts";

/** Quick enough for tests, slow enough for a busy machine. */
export const QUICK = { interval: 50, timeout: 500 } as const;

/** Below the ports that systems give to whoever binds port 0, so that nobody is given one in between. */
const PORTS = { first: 20_000, count: 12_000 };
let nextPort = Math.floor(Math.random() * PORTS.count);

/** Addresses on loopback that were free a moment ago. */
export async function freeAddresses(count: number): Promise<string[]> {
  const addresses: string[] = [];
  for (let tries = 0; addresses.length < count; tries++) {
    if (tries > PORTS.count) throw new Error("No port is free");
    const port = PORTS.first + nextPort++ % PORTS.count;
    if (await isFree(port)) addresses.push(`127.0.0.1:${port}`);
  }
  return addresses;
}

function isFree(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}

/** Waits until `condition` holds. */
export async function until(what: string, condition: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await sleep(5);
  }
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Blocks this thread. */
export function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** The members that believe that they lead. */
export function leaders(members: readonly Democracy[]): Democracy[] {
  return members.filter((member) => member.isLeader());
}

/** Waits until one member leads, and all agree on it; returns it. */
export async function agreed(members: readonly Democracy[]): Promise<Democracy> {
  let leader: Democracy | undefined;
  await until("all agree on one leader", () => {
    const leading = leaders(members);
    leader = leading[0];
    return leading.length === 1 && members.every((member) => member.leader()?.id === leader?.id);
  });
  if (leader === undefined) throw new Error("No leader");
  return leader;
}

/** Members of one cluster, the first the heaviest, each with an id of its own. */
export async function withCluster(
  options: Partial<Options> | ((index: number) => Partial<Options>),
  test: (members: Democracy[]) => Promise<void>,
  { count = 3, onMember = () => {} }: { readonly count?: number; readonly onMember?: (member: Democracy) => void } = {},
): Promise<void> {
  const peers = await freeAddresses(count);
  const cluster = `test ${crypto.randomUUID()}`;
  const members = peers.map((source, index) =>
    new Democracy({
      ...QUICK,
      cluster,
      broadcast: cluster,
      source,
      peers,
      id: `m${index}`,
      weight: count - index,
      logger: quiet,
      ...(typeof options === "function" ? options(index) : options),
    })
  );
  members.forEach(onMember);
  try {
    await Promise.all(members.map((member) => member.ready));
    await test(members);
  } finally {
    await Promise.all(members.map((member) => member.close()));
  }
}

/** Logs nothing. */
export const quiet = { debug(): void {}, info(): void {}, warn(): void {}, error(): void {} };
