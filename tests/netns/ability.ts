/**
 * Whether this machine lets a test make networks.
 *
 * @module
 */

import { capture } from "../../scripts/harness/process.ts";
import { isolated, lossy, parted } from "./faults.ts";
import { withoutOwnNames } from "../../scripts/harness/leftovers.ts";
import { Network } from "./network.ts";

async function tryOut(): Promise<void> {
  const network = await Network.make({ one: [1], other: [2] });
  try {
    await network.impose(...parted(["one"], ["other"]), ...isolated("one"), ...lossy(1));
    await network.counted();
    const [program = "", ...args] = [...network.enter("one"), "true"];
    const { ok, stderr } = await capture(program, args);
    if (!ok) throw new Error(`A program cannot be started in a namespace: ${stderr.trim()}`);
  } finally {
    await network.remove();
  }
}

/** Why no network can be made; undefined when one could. */
export async function reasonAgainst(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "network namespaces are Linux's";
  if (Deno.uid() !== 0) return "only root may make network namespaces";
  for (const [program, flag, name] of [["ip", "-V", "iproute2"], ["nft", "-v", "nftables"]] as const) {
    if (!(await capture(program, [flag])).ok) return `there is no "${program}"; the package ${name} has it`;
  }
  try {
    await tryOut();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The same on every run, because it is part of the names of tests.
    return `this machine does not let them be made: ${withoutOwnNames(message).split("\n")[0]}`;
  }
}
