/**
 * What puppets may tell of one another.
 *
 * @module
 */

import type { AliveRumor, DeadRumor, SuspectRumor } from "../../src/core/message/message.ts";
import { bootOf, type Puppet } from "./harness.ts";

export type Subject = Pick<Puppet, "address" | "boot" | "incarnation">;

export function alive(puppet: Puppet, changes: Partial<AliveRumor> = {}): AliveRumor {
  const { address, boot, incarnation, id, weight, eligible } = puppet;
  return { kind: "alive", address, boot, incarnation, id, weight, eligible, ...changes };
}

export function suspect({ address, boot, incarnation }: Subject, by = bootOf(3)): SuspectRumor {
  return { kind: "suspect", address, boot, incarnation, by };
}

export function dead({ address, boot, incarnation }: Subject, left = false): DeadRumor {
  return { kind: "dead", address, boot, incarnation, left };
}
