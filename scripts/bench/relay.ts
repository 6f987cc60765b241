/**
 * A network of bad manners between members on loopback. Each member is known by an address of the relay, and sees every
 * other one write from the address that it is known by.
 *
 * @module
 */

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** Whether the datagram from one member to another, by their places, gets through. */
export type Passes = (from: number, to: number) => boolean;

/** Takes datagrams from members, and passes on what it likes to. */
export class Relay {
  passes: Passes = () => true;
  passed = 0;
  lost = 0;
  readonly #sockets: Socket[] = [];
  #ports: readonly number[] = [];

  /** Takes the addresses that members bind; resolves to those that they shall be known by. */
  async open(bound: readonly string[]): Promise<string[]> {
    this.#ports = bound.map((address) => Number(address.slice(address.lastIndexOf(":") + 1)));
    for (const place of bound.keys()) {
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
      socket.on("message", (bytes: Uint8Array, remote: RemoteInfo) => this.#pass(bytes, remote.port, place));
      this.#sockets.push(socket);
    }
    return this.#sockets.map((socket) => `127.0.0.1:${socket.address().port}`);
  }

  /** Frees the sockets. */
  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #pass(bytes: Uint8Array, port: number, to: number): void {
    const from = this.#ports.indexOf(port);
    const target = this.#ports[to];
    if (target === undefined || from === -1 || !this.passes(from, to)) {
      this.lost += 1;
      return;
    }
    this.passed += 1;
    this.#sockets[from]?.send(new Uint8Array(bytes), target, "127.0.0.1");
  }
}

/** Loses this share of all datagrams, each by itself. */
export function losing(share: number): Passes {
  return () => Math.random() >= share;
}

/** Lets nothing pass between the members of two sides. */
export function parting(side: ReadonlySet<number>): Passes {
  return (from, to) => side.has(from) === side.has(to);
}

/** A member that is heard, and hears nothing. */
export function deafening(member: number): Passes {
  return (_, to) => to !== member;
}
