/**
 * UDP over `node:dgram`, for Deno and Node alike.
 *
 * @module
 */

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import process from "node:process";
import { canonicalHost, parseAddress } from "../base/address.ts";
import { AddressInUseError, BindError, PermissionError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { sleep } from "../base/sleep.ts";
import type { Datagram, DatagramHandlers } from "./datagram.ts";
import { localHosts } from "./interfaces.ts";
import { OutgoingPool } from "./outgoing.ts";
import { canonicalSource, Sources } from "./sources.ts";
import { remember } from "../base/remembered.ts";

const SYSTEM_BUFFER_BYTES = 1_048_576;
/** Twice as many on Linux. */
const DATAGRAM_BUFFER_BYTES = 8192;
/** Deno says that a socket is closed before its port is free; a service that starts anew must not fail for it. */
const IN_USE = { tries: 10, pause: 20 } as const;
/**
 * A new IPv6 address cannot be bound before its network has been asked whether somebody has it (RFC 4862, duplicate address
 * detection): a second or two, in which services of a machine that has just started would fail.
 */
const TENTATIVE = { tries: 50, pause: 100 } as const;
const NEVER: AbortSignal = new AbortController().signal;

/** Where a datagram goes, as the socket wants it. */
interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * Binds a UDP socket to `source`, a canonical `ip:port` (`[ip]:port` for IPv6; port 0 lets the system choose).
 * A socket on `[::]` also speaks IPv4. Datagrams of more than `longest` bytes may come in cut off. A port that was given up a
 * moment ago, and an IPv6 address that is still tentative, are tried again, for up to 5 s or until `signal` aborts.
 *
 * Rejects with a TypeError or RangeError where `source` is no such address, with an AddressInUseError where
 * another socket has it, with a BindError where this machine does not have it, and with a PermissionError
 * where the runtime or the system forbids it.
 *
 * @example
 * ```ts
 * import { bindUdp } from "./udp.ts";
 *
 * const socket = await bindUdp("127.0.0.1:0", {
 *   onDatagram: (bytes, from) => console.log(from, bytes),
 *   onError: console.error,
 * }, 1200);
 * socket.send(new Uint8Array([1, 2, 3]), "127.0.0.1:9");
 * await socket.close();
 * ```
 */
export async function bindUdp(
  source: string,
  handlers: DatagramHandlers,
  longest: number,
  signal: AbortSignal = NEVER,
): Promise<Datagram> {
  const { host, port, kind } = parseAddress(source, { action: "Cannot bind", label: "source", portZero: true });
  if (kind === "name") throw new TypeError(`Cannot bind: "source" must be an IP address and a port, got "${source}"`);
  const ipv6 = kind === "ipv6";
  for (let tries = 1;; tries++) {
    const socket = createSocket({ type: ipv6 ? "udp6" : "udp4", lookup: answerLiteral });
    try {
      await bound(socket, host, port);
      setReceiveBuffer(socket, longest);
      return new UdpDatagram(socket, ipv6, handlers);
    } catch (error) {
      release(socket);
      const passing = passingOf(error, host, ipv6);
      if (passing === undefined || tries >= passing.tries || signal.aborted) throw explain(error, source);
      await sleep(passing.pause, signal);
    }
  }
}

/**
 * What the system may say of a datagram that did not get through, when the socket is used next. Bun hands it on; it is no fault of the
 * socket, and anybody can bring it about.
 */
const UNDELIVERED: ReadonlySet<string> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "EMSGSIZE", "EPERM"],
]);

class UdpDatagram implements Datagram {
  readonly address: string;
  unsent = 0;
  readonly #socket: Socket;
  readonly #ipv6: boolean;
  /** Parsing an address costs more than sending to it, and members speak to the same ones for ever. */
  readonly #targets = new Map<string, Target>();
  readonly #sources = new Sources();
  readonly #outgoing = new OutgoingPool(() => this.unsent++);
  #closed: Promise<void> | undefined;

  constructor(socket: Socket, ipv6: boolean, handlers: DatagramHandlers) {
    this.#socket = socket;
    this.#ipv6 = ipv6;
    const { address, port } = socket.address();
    this.address = canonicalSource(address, port);
    socket.on("message", (message: Uint8Array, remote: RemoteInfo) => {
      if (this.#closed === undefined) handlers.onDatagram(message, this.#sources.of(remote.address, remote.port));
    });
    socket.on("error", (error: Error & { readonly code?: string }) => {
      if (this.#closed !== undefined) return;
      if (UNDELIVERED.has(error.code ?? "")) this.unsent++;
      else handlers.onError(error);
    });
  }

  send(bytes: Uint8Array, to: string): void {
    const target = this.#targets.get(to) ?? this.#learn(to);
    if (target === undefined || this.#closed !== undefined) {
      this.unsent++;
      return;
    }
    try {
      const outgoing = this.#outgoing.copy(bytes);
      this.#socket.send(outgoing.bytes, target.port, target.host, outgoing.sent);
    } catch {
      this.unsent++;
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#socket.close(resolve));
    return this.#closed;
  }

  #learn(to: string): Target | undefined {
    const target = parseTarget(to, this.#ipv6);
    return target && remember(this.#targets, LIMITS.cachedAddresses, to, target);
  }
}

function bound(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    // Exclusive, and never with reuseAddr: of two sockets that share a port silently, one is deaf.
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

/** Every host is an IP address by now: asking a resolver would cost a turn of the event loop, or a thread. */
function answerLiteral(
  host: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, host, host.includes(":") ? 6 : 4);
}

/** How often, and in which distance, to try again what failed for a reason that may pass; undefined for others. */
function passingOf(error: unknown, host: string, ipv6: boolean): typeof IN_USE | typeof TENTATIVE | undefined {
  const { code } = error as { code?: string };
  if (code === "EADDRINUSE") return IN_USE;
  if (code !== "EADDRNOTAVAIL" || !ipv6) return undefined;
  const local = localHosts();
  // Where it can be known, an address that no interface has is a mistake, and told at once.
  return local.size === 0 || local.has(host) ? TENTATIVE : undefined;
}

function explain(error: unknown, source: string): Error {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  const options = { cause: error };
  if (name === "NotCapable" || name === "PermissionDenied") {
    return new PermissionError(
      `Cannot bind ${source}: Deno has no permission for it; run with --allow-net, or with --allow-net=${source} ` +
        "and the addresses of all peers",
      options,
    );
  }
  if (code === "EADDRINUSE") {
    return new AddressInUseError(
      `Cannot bind ${source}: another socket has it; stop that process or give "source" another port`,
      options,
    );
  }
  if (code === "EADDRNOTAVAIL") {
    return new BindError(
      `Cannot bind ${source}: no interface of this machine has that address; bind a wildcard such as 0.0.0.0 and give ` +
        'the address that others see as "advertise"',
      options,
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    return new PermissionError(
      `Cannot bind ${source}: the system does not permit it; ports below 1024 need a privilege, take a higher one`,
      options,
    );
  }
  return new BindError(`Cannot bind ${source}: ${message ?? String(error)}`, options);
}

function release(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // A socket that never opened refuses to close.
  }
}

/**
 * In Node the size is that of the system's buffer. In Deno the system's stays what it is: the size, or on Linux twice as much, is
 * what Deno allocates anew for every datagram, 64 KiB if nobody says less, and collecting that takes half of its time.
 */
function setReceiveBuffer(socket: Socket, longest: number): void {
  const isDeno = "deno" in process.versions;
  // Windows does not cut off what is longer: it reports an error, which anybody could bring about.
  if (isDeno && process.platform === "win32") return;
  try {
    socket.setRecvBufferSize(isDeno ? Math.max(longest, DATAGRAM_BUFFER_BYTES) : SYSTEM_BUFFER_BYTES);
  } catch {
    // The default holds some hundred heartbeats.
  }
}

function parseTarget(to: string, ipv6: boolean): Target | undefined {
  const colon = to.lastIndexOf(":");
  const text = to.slice(0, colon);
  const port = Number(to.slice(colon + 1));
  const parsed = canonicalHost(text.startsWith("[") ? text.slice(1, -1) : text);
  if (parsed === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (ipv6 && parsed.kind === "ipv4") return { host: `::ffff:${parsed.host}`, port };
  return ipv6 === (parsed.kind === "ipv6") ? { host: parsed.host, port } : undefined;
}
