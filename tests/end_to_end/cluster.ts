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

/** Addresses on loopback that were free a moment ago. */
export async function freeAddresses(count: number): Promise<string[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  const addresses: string[] = [];
  for (const socket of sockets) {
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    addresses.push(`127.0.0.1:${socket.address().port}`);
  }
  for (const socket of sockets) await new Promise<void>((resolve) => socket.close(() => resolve()));
  return addresses;
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
  count = 3,
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
  try {
    await Promise.all(members.map((member) => member.ready));
    await test(members);
  } finally {
    await Promise.all(members.map((member) => member.close()));
  }
}

/** Logs nothing. */
export const quiet = { debug(): void {}, info(): void {}, warn(): void {}, error(): void {} };
