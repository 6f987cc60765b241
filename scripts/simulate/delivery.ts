/**
 * Datagrams that will arrive.
 *
 * @module
 */

import type { Machine, Packet } from "./machine.ts";
import type { Task } from "./timeline.ts";

/** Who takes what arrives. */
export interface Recipient<Citizen> {
  arrive(machine: Machine<Citizen>, packet: Packet, era: number): void;
}

/** One datagram on its way. There are millions of them: each is one object, and no closure. */
export class Delivery<Citizen> implements Task {
  constructor(
    readonly recipient: Recipient<Citizen>,
    readonly machine: Machine<Citizen>,
    readonly packet: Packet,
    readonly era: number,
  ) {}

  run(): void {
    this.recipient.arrive(this.machine, this.packet, this.era);
  }
}
