/**
 * How a simulated datagram is carried: in most seeds as it is, in some with nobody allowed to change it, in some as bytes.
 *
 * @module
 */

import type { Boot } from "../../src/core/message/message.ts";
import { createWire, type Wire } from "../../src/wire/wire.ts";
import { keepMessage } from "../harness/keep.ts";
import type { Carry } from "./spectator.ts";

/** Opens everything; no member has this boot. */
const OPENER: Boot = "00000000000000ff";

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

const plain: Carry = (packet) => packet;

const frozen: Carry = (packet) => {
  freeze(packet);
  return packet;
};

/** Through the codec: what arrives is what a remote machine would read. */
function onWire(): Carry {
  const wires = new Map<Boot, Wire>();
  const wireOf = (boot: Boot): Wire => {
    let wire = wires.get(boot);
    if (wire === undefined) wires.set(boot, wire = createWire({ cluster: "simulated", boot, secrets: [] }));
    return wire;
  };
  return (packet) => {
    const opened = wireOf(OPENER).open(wireOf(packet.from).seal(packet.cookie, packet.message));
    if (!opened.ok) return undefined;
    const { from, cookie, payload } = opened.packet;
    return "kind" in payload && payload.kind !== "data"
      ? { ...packet, from, cookie, message: keepMessage(payload) }
      : undefined;
  };
}

/** How the datagrams of a seed are carried. */
export function carryOf(seed: number): Carry {
  if (seed % 8 === 3) return onWire();
  return seed % 8 === 5 ? frozen : plain;
}
