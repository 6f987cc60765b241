/**
 * What a system's own files say of names: `hosts`, and which names are tried for a short one.
 *
 * @module
 */

import { canonicalHost } from "../base/address.ts";

/** As resolv.conf(5) has them. */
export interface SearchRules {
  /** Domains that are put behind a name. */
  readonly search: readonly string[];
  /** A name with as many dots is tried as it is before these. */
  readonly ndots: number;
}

/** More than anybody has; each is a question to the name server. */
const MOST_DOMAINS = 16;
const MOST_DOTS = 15;

/**
 * The addresses of a name in the text of a file like `/etc/hosts`, in their order.
 *
 * @example
 * ```ts
 * import { addressesIn } from "./name_files.ts";
 *
 * console.log(addressesIn("127.0.0.1 localhost\n10.0.0.8 beta beta.example # a peer", "Beta")); // ["10.0.0.8"]
 * ```
 */
export function addressesIn(hosts: string, name: string): string[] {
  const wanted = bare(name);
  const found = new Set<string>();
  for (const line of hosts.split("\n")) {
    const [address = "", ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/u);
    if (!names.some((each) => bare(each) === wanted)) continue;
    const host = canonicalHost(address);
    if (host !== undefined) found.add(host.host);
  }
  return [...found];
}

/** Reads `search`, `domain` and `ndots` of a file like `/etc/resolv.conf`; the last word counts. */
export function searchRulesIn(text: string): SearchRules {
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.replace(/[#;].*/u, "").trim().split(/\s+/u);
    if (keyword === "search") search = values.slice(0, MOST_DOMAINS);
    if (keyword === "domain") search = values.slice(0, 1);
    if (keyword !== "options") continue;
    const [, dots] = /^ndots:(\d{1,4})$/u.exec(values.findLast((value) => value.startsWith("ndots:")) ?? "") ?? [];
    if (dots !== undefined) ndots = Math.min(Number(dots), MOST_DOTS);
  }
  return { search: search.filter((domain) => domain !== "."), ndots };
}

/** The names to ask for, in their order. One that ends with a dot is complete. */
export function candidatesOf(name: string, { search, ndots }: SearchRules): string[] {
  if (name.endsWith(".")) return [name.slice(0, -1)];
  const longer = search.map((domain) => `${name}.${bare(domain)}`);
  const dots = name.split(".").length - 1;
  return dots >= ndots ? [name, ...longer] : [...longer, name];
}

/** Whether the name is this machine's by RFC 6761, whatever a name server says. */
export function isLocalhost(name: string): boolean {
  return /^(?:.*\.)?localhost$/u.test(bare(name));
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/u, "");
}
