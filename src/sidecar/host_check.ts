/**
 * Whether a request was meant for this server.
 *
 * A page that somebody opens in a browser may have its own name resolve to this server's address (DNS rebinding), and then
 * reads what is served here as if it were its own. The name is still in the header `Host`, so that only names that are
 * known to be this server's are answered. An IP address is no name: nobody can have it resolve to another.
 *
 * @module
 */

import { canonicalHost } from "../base/address.ts";
import { describe } from "../errors.ts";

/** `example.org`, `.example.org` for all names that end so, or `*`. */
const NAME = /^(?:\*|\.?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*)$/u;

/**
 * Reads the names that a server is known by.
 *
 * @param names Each `example.org`, `.example.org` for every name below it, or `*` for any name at all.
 * @returns The same in lower case.
 * @throws TypeError Where one of them is none of these.
 */
export function readHostNames(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const lower = name.toLowerCase();
    if (lower.length <= 253 && NAME.test(lower)) return lower;
    throw new TypeError(
      `The host names of HTTP must be like "app.example", ".example" for all below it, or "*", got ${describe(name)}`,
    );
  });
}

/**
 * Whether the header names this server: an IP address, `localhost`, or one of `names`, whatever the port. HTTP/1.0 has no such
 * header, and no browser speaks that.
 *
 * @param header The header `Host` of a request.
 * @param names As {@linkcode readHostNames} returns them.
 *
 * @example
 * ```ts
 * import { isKnownHost } from "./host_check.ts";
 *
 * console.log(isKnownHost("10.0.0.7:4040", []), isKnownHost("evil.example:4040", [])); // true false
 * console.log(isKnownHost("app-0.app.default.svc:4040", [".svc"])); // true
 * ```
 */
export function isKnownHost(header: string | null | undefined, names: readonly string[]): boolean {
  if (header === null || header === undefined || header === "") return true;
  const [, ipv6, name] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{0,5})?$/iu.exec(header) ?? [];
  if (ipv6 !== undefined) return canonicalHost(ipv6) !== undefined;
  if (name === undefined) return false;
  if (canonicalHost(name) !== undefined) return true;
  const host = name.toLowerCase().replace(/\.$/u, "");
  return host === "localhost" || host.endsWith(".localhost") ||
    names.some((known) => known === "*" || known === host || (known.startsWith(".") && host.endsWith(known)));
}
