/**
 * A TCP proxy that can be cut: the network between a pod and the API server.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Passes bytes on, unless it is cut. */
export class Proxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #accepted = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Listens on a free port of the loopback interface, for connections to another. */
  static async listen(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** The port to connect to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections were asked for, cut or not. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Breaks all connections, and all that come. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets connections pass again. */
  heal(): void {
    this.#cut = false;
  }

  /** Ends. */
  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#accepted++;
    if (this.#cut) {
      socket.destroy();
      return;
    }
    const upstream = connect({ host: "127.0.0.1", port: this.#target });
    for (const [one, other] of [[socket, upstream], [upstream, socket]] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
