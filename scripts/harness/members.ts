/**
 * Clusters on loopback within this process: everything waits for a condition, and for a bounded time.
 *
 * @module
 */

import { Democracy } from "../../mod.ts";
import type { Options } from "../../mod.ts";
import { freeAddresses } from "./addresses.ts";
import { until } from "./waiting.ts";

/** Quick enough for tests, slow enough for a busy machine. */
export const QUICK = { interval: 50, timeout: 500 } as const;

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
