/**
 * What the rest of the library needs of a network: datagrams, between canonical addresses.
 *
 * @module
 */

/** What a bound socket reports. The functions must not throw. */
export interface DatagramHandlers {
  /**
   * A datagram came in. `from` is a canonical `ip:port`. What is kept of `bytes` must be copied: they may be a small part of a
   * large buffer.
   */
  onDatagram(bytes: Uint8Array, from: string): void;
  /** The socket failed after it was bound; what it still receives is not known. */
  onError(error: Error): void;
}

/** A bound socket. */
export interface Datagram {
  /** The canonical `ip:port` that is bound: the port is the real one where 0 was asked for. */
  readonly address: string;
  /** Datagrams that were not handed to the network: no route, no buffer, closed, a bad address. */
  readonly unsent: number;
  /** Sends one datagram, or counts it in {@linkcode unsent}: never throws. `bytes` may be changed afterwards. */
  send(bytes: Uint8Array, to: string): void;
  /** Frees the socket. After it has resolved no handler is called. More calls do no harm. */
  close(): Promise<void>;
}

/**
 * Binds a socket to `source`, a canonical `ip:port` (`[ip]:port` for IPv6; port 0 lets the system choose). Datagrams of more
 * than `longest` bytes may come in cut off. What fails for a reason that passes by itself is tried again for some seconds, or
 * until `signal` aborts.
 *
 * Rejects with AddressInUseError, BindError or PermissionError.
 */
export type Bind = (
  source: string,
  handlers: DatagramHandlers,
  longest: number,
  signal?: AbortSignal,
) => Promise<Datagram>;
