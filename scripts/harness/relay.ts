/**
 * A network of bad manners between members. Each member is known by an address of the relay, and sees every
 * other one write from the address that it is known by.
 *
 * @module
 */

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** Whether the datagram from one member to another, by their places, gets through. */
export type Passes = (from: number, to: number) => boolean;

/** In how many ms the copies of one datagram arrive. */
export type Delays = () => readonly number[];

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

function endpoint(address: string): Endpoint {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

/** Takes datagrams from members, and passes on what it likes to, when and as often as it likes to. */
export class Relay {
  passes: Passes = () => true;
  /** Once and at once, unless set. */
  delays: Delays | undefined;
  passed = 0;
  lost = 0;
  /** Copies beyond the first. */
  doubled = 0;
  /** Datagrams that came after a later one of the same member to the same. */
  overtaken = 0;
  readonly #sockets: Socket[] = [];
  readonly #latest = new Map<string, number>();
  #members: readonly Endpoint[] = [];

  /** Takes the addresses that members bind; resolves to those that they shall be known by, free ones unless given. */
  async open(bound: readonly string[], at: readonly string[] = bound.map(() => "127.0.0.1:0")): Promise<string[]> {
    this.#members = bound.map(endpoint);
    for (const [place, address] of at.entries()) {
      const { host, port } = endpoint(address);
      const socket = createSocket("udp4");
      await new Promise<void>((resolve) => socket.bind(port, host, resolve));
      socket.on("message", (bytes: Uint8Array, remote: RemoteInfo) => this.#pass(bytes, remote, place));
      this.#sockets.push(socket);
    }
    return this.#sockets.map((socket) => `${socket.address().address}:${socket.address().port}`);
  }

  /** Frees the sockets. */
  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #pass(bytes: Uint8Array, { address, port }: RemoteInfo, to: number): void {
    const from = this.#members.findIndex((member) => member.port === port && member.host === address);
    const target = this.#members[to];
    if (target === undefined || from === -1 || !this.passes(from, to)) {
      this.lost += 1;
      return;
    }
    const number = this.passed++;
    const send = (): void => this.#sockets[from]?.send(new Uint8Array(bytes), target.port, target.host);
    if (this.delays === undefined) return send();
    const way = `${from} ${to}`;
    for (const [copy, delay] of [...this.delays()].sort((one, other) => one - other).entries()) {
      if (copy > 0) this.doubled += 1;
      setTimeout(() => {
        const latest = this.#latest.get(way) ?? -1;
        if (copy === 0 && number < latest) this.overtaken += 1;
        this.#latest.set(way, Math.max(latest, number));
        send();
      }, delay);
    }
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
