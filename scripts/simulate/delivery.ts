/**
 * Datagrams that will arrive.
 *
 * @module
 */

import type { Machine, Packet } from "./machine.ts";
import type { Task } from "./timeline.ts";

/** Who takes what arrives. */
export interface Recipient<MemberState> {
  arrive(machine: Machine<MemberState>, packet: Packet, era: number): void;
}

/** One datagram on its way. There are millions of them: each is one object, and no closure. */
export class Delivery<MemberState> implements Task {
  constructor(
    readonly recipient: Recipient<MemberState>,
    readonly machine: Machine<MemberState>,
    readonly packet: Packet,
    readonly era: number,
  ) {}

  run(): void {
    this.recipient.arrive(this.machine, this.packet, this.era);
  }
}
