/**
 * Somebody on the network who speaks the protocol in due form, from a socket of its own: it can write in anybody's name, and reads
 * only what is sent to it.
 *
 * @module
 */

import { createSocket, type Socket } from "node:dgram";
import type { Ack, Boot, Message, Status } from "../../src/core/message/message.ts";
import type { Payload } from "../../src/wire/codec.ts";
import { createWire, type Packet, type Wire } from "../../src/wire/wire.ts";
import { until } from "../../scripts/harness/waiting.ts";

/** What an attacker goes by. */
export interface Persona {
  readonly boot: Boot;
  readonly id: string;
  readonly cluster: string;
  readonly secrets?: readonly string[];
}

const UNSET = { request: undefined, answer: undefined, gossip: undefined, voters: undefined } as const;

/** One attacker. */
export class Attacker {
  readonly persona: Persona;
  readonly heard: Packet[] = [];
  /** The process that answered last at each address. */
  readonly #bootAt = new Map<string, Boot>();
  readonly #wire: Wire;
  readonly #socket: Socket = createSocket("udp4");
  /** What each process wants to be shown, by its boot. */
  readonly #cookies = new Map<Boot, string>();
  #address = "";
  #beat = 1e6;

  constructor(persona: Persona) {
    this.persona = persona;
    this.#wire = createWire({ secrets: [], ...persona });
  }

  /** Binds to any port of loopback that is free. */
  async bind(): Promise<this> {
    const reader = createWire({ secrets: [], ...this.persona, boot: "f".repeat(16) });
    this.#socket.on("message", (bytes, { address, port }) => {
      const opened = reader.open(bytes);
      if (!opened.ok) return;
      const packet = structuredClone(opened.packet);
      this.heard.push(packet);
      this.#bootAt.set(`${address}:${port}`, packet.from);
      const { payload } = packet;
      if (payload.kind === "ack" && payload.cookie !== "") this.#cookies.set(packet.from, payload.cookie);
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, "127.0.0.1", resolve));
    const { address, port } = this.#socket.address();
    this.#address = `${address}:${port}`;
    return this;
  }

  /** The boot of the process at an address: it is in the clear in whatever that answers. */
  async bootOf(address: string): Promise<Boot> {
    this.#bootAt.delete(address);
    this.ping(address);
    await until(`${address} answers`, () => this.#bootAt.has(address));
    return this.#bootAt.get(address)!;
  }

  /** What it says of itself, or of whom it speaks for. */
  status(changes: Partial<Status> = {}): Status {
    return {
      ...{ beat: ++this.#beat, incarnation: Date.now(), id: this.persona.id, address: this.#address, weight: 1 },
      ...{ eligible: true, idle: true, voting: true, highestTerm: 0, leading: undefined, roll: 0 },
      ...changes,
    };
  }

  ping(address: string, changes: Partial<Status> = {}, message: Partial<Message> = {}, cookie = ""): void {
    const ping = { kind: "ping", nonce: 7, hears: true, status: this.status(changes), ...UNSET, ...message };
    this.send(address, ping as Message, cookie);
  }

  /** Becomes a member of the process at that address, if that takes strangers. */
  async join(address: string): Promise<{ readonly boot: Boot; readonly cookie: string }> {
    const boot = await this.bootOf(address);
    await until(`${address} tells what to show`, () => this.#cookies.has(boot));
    const cookie = this.#cookies.get(boot)!;
    const ack: Ack = {
      ...{ kind: "ack", nonce: 0, cookie: this.persona.boot, status: this.status() },
      ...{ answer: undefined, gossip: undefined, voters: undefined },
    };
    this.send(address, ack, cookie);
    return { boot, cookie };
  }

  send(address: string, payload: Payload, cookie: string): void {
    const [host, port] = address.split(":");
    this.#socket.send(this.#wire.seal(cookie, payload).slice(), Number(port), host);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
