/**
 * Where HTTP is served.
 *
 * @module
 */

/** A host and a port. */
export interface HttpAddress {
  /** An IP address or a host name. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** This machine only, at the port that programs for the leader-elector sidecar ask. */
export const DEFAULT_HTTP: HttpAddress = { host: "127.0.0.1", port: 4040 };

/**
 * Reads `127.0.0.1:4040`, `[::1]:4040`, `4040` (this machine only) and, as Go's flags have it, `:4040` (all interfaces).
 *
 * Throws a TypeError or a RangeError for anything else.
 */
export function parseHttpAddress(text: string): HttpAddress {
  const [, ipv6, name, digits] = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s/]*)):)?([0-9]{1,5})$/iu.exec(text) ?? [];
  if (digits === undefined) {
    throw new TypeError(`An address of HTTP must be like "127.0.0.1:4040", got ${JSON.stringify(text)}`);
  }
  const port = Number(digits);
  if (port > 65_535) throw new RangeError(`The port of an address of HTTP must be at most 65535, got ${port}`);
  if (ipv6 === undefined && name === undefined) return { host: DEFAULT_HTTP.host, port };
  return { host: ipv6 ?? (name || "0.0.0.0"), port };
}

/** The address as text, for people and for URLs. */
export function formatHttpAddress({ host, port }: HttpAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
