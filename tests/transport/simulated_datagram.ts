/**
 * An in-memory network with the manners of UDP on one machine, for tests that need no real one.
 *
 * @module
 */

import { canonicalAddress, canonicalHost, formatAddress, isWildcard, parseAddress } from "../../src/base/address.ts";
import { AddressInUseError, BindError } from "../../src/errors.ts";
import type { Datagram, DatagramHandlers } from "../../src/transport/datagram.ts";

const LARGEST_DATAGRAM = 65_507;
const FIRST_EPHEMERAL_PORT = 49_152;

/** One machine with the loopback addresses. Delivers each datagram in a later task, unless told to lose it. */
export class SimulatedNetwork {
  readonly #sockets = new Map<string, SimulatedDatagram>();
  #nextPort = FIRST_EPHEMERAL_PORT;

  /** Says which datagrams are lost. */
  loses: (bytes: Uint8Array, from: string, to: string) => boolean = () => false;

  /** Sockets that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Like `bindUdp`. */
  readonly bind = async (source: string, handlers: DatagramHandlers): Promise<Datagram> => {
    const wanted = parseAddress(source, { action: "Cannot bind", label: "source", portZero: true });
    if (wanted.kind === "name") throw new TypeError(`Cannot bind: "source" must be an IP address, got "${source}"`);
    if (!isWildcard(wanted) && !/^127\.|^::1$/.test(wanted.host)) throw new BindError(`Cannot bind ${source}`);
    const address = formatAddress({ ...wanted, port: wanted.port === 0 ? this.#nextPort++ : wanted.port });
    if (this.#sockets.has(address)) throw new AddressInUseError(`Cannot bind ${source}`);
    const socket: SimulatedDatagram = new SimulatedDatagram(address, handlers, {
      deliver: (bytes, to) => this.#deliver(bytes, address, to),
      forget: () => this.#sockets.delete(address),
    });
    this.#sockets.set(address, socket);
    return await Promise.resolve(socket);
  };

  #deliver(bytes: Uint8Array, from: string, to: string): void {
    if (this.loses(bytes, from, to)) return;
    const copy = new Uint8Array(bytes);
    setTimeout(() => this.#sockets.get(to)?.receive(copy, from), 0);
  }
}

interface Wiring {
  deliver(bytes: Uint8Array, to: string): void;
  forget(): void;
}

class SimulatedDatagram implements Datagram {
  readonly address: string;
  unsent = 0;
  readonly #handlers: DatagramHandlers;
  readonly #wiring: Wiring;
  #closed = false;

  constructor(address: string, handlers: DatagramHandlers, wiring: Wiring) {
    this.address = address;
    this.#handlers = handlers;
    this.#wiring = wiring;
  }

  receive(bytes: Uint8Array, from: string): void {
    if (!this.#closed) this.#handlers.onDatagram(bytes, from);
  }

  send(bytes: Uint8Array, to: string): void {
    const target = canonicalAddress(to);
    const family = this.address.startsWith("[") ? "ipv6" : "ipv4";
    const kind = canonicalHost(to.slice(0, to.lastIndexOf(":")).replace(/^\[|\]$/g, ""))?.kind;
    if (this.#closed || target === undefined || kind !== family || bytes.length > LARGEST_DATAGRAM) this.unsent++;
    else this.#wiring.deliver(bytes, target);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#wiring.forget();
    return Promise.resolve();
  }
}
