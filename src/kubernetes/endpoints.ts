/**
 * The pods behind a Service, as EndpointSlices and Endpoints tell.
 *
 * @module
 */

import { canonicalHost, formatAddress } from "../base/address.ts";
import { at, listAt, textAt } from "./json.ts";
import { CLUSTER_SIZE } from "./labels.ts";

/** Which pods are voters: all that run, those that serve, or those that are ready. */
export type Including = "running" | "serving" | "ready";

/** What to read out of the objects. */
export interface EndpointRules {
  readonly port: number;
  readonly including: Including;
}

/** The pods that were found. */
export interface Found {
  /** Canonical `ip:port`, distinct, by family: a pod of a dual-stack Service is in both. */
  readonly ipv4: ReadonlySet<string>;
  readonly ipv6: ReadonlySet<string>;
  /** The pods' names by address. */
  readonly names: ReadonlyMap<string, string>;
  /** How many replicas there are to be, where the Service has the label that says so. */
  readonly size: number | undefined;
}

interface Collector {
  readonly ipv4: Set<string>;
  readonly ipv6: Set<string>;
  readonly names: Map<string, string>;
  size: number | undefined;
}

function collector(): Collector {
  return { ipv4: new Set(), ipv6: new Set(), names: new Map(), size: undefined };
}

function collect(found: Collector, ip: unknown, name: string | undefined, port: number): void {
  const host = typeof ip === "string" ? canonicalHost(ip) : undefined;
  if (host === undefined) return;
  const address = formatAddress({ ...host, port });
  found[host.kind].add(address);
  if (name !== undefined) found.names.set(address, name);
}

/**
 * Whether an endpoint with these conditions counts. As the API documents them: an unknown `ready` means true, an unknown
 * `serving` means what `ready` says, and `ready` is `serving` without `terminating`.
 *
 * @example
 * ```ts
 * import { includes } from "./endpoints.ts";
 *
 * const leaving = { ready: false, serving: true, terminating: true };
 * console.log(includes("serving", leaving), includes("ready", leaving)); // true false
 * ```
 */
export function includes(including: Including, conditions: unknown): boolean {
  if (including === "running") return true;
  const ready = at(conditions, "ready") !== false;
  if (including === "ready") return ready;
  const serving = at(conditions, "serving");
  return typeof serving === "boolean" ? serving : ready;
}

/** What an object tells of the number of replicas. While it changes not all slices say the same: the greater number is the safe one. */
function readSize(found: Collector, object: unknown): void {
  const text = textAt(object, "metadata", "labels", CLUSTER_SIZE);
  if (text === undefined || !/^[1-9]\d{0,3}$/u.test(text)) return;
  found.size = Math.max(found.size ?? 0, Number(text));
}

/** Reads EndpointSlices (discovery.k8s.io/v1): a Service has one or more for each family. */
export function readSlices(slices: Iterable<unknown>, rules: EndpointRules): Found {
  const found = collector();
  for (const slice of slices) {
    if (textAt(slice, "addressType") === "FQDN") continue;
    readSize(found, slice);
    for (const endpoint of listAt(slice, "endpoints")) {
      if (!includes(rules.including, at(endpoint, "conditions"))) continue;
      const name = textAt(endpoint, "targetRef", "name");
      // All addresses of one endpoint are the same pod, and the API says to use the first.
      collect(found, listAt(endpoint, "addresses")[0], name, rules.port);
    }
  }
  return found;
}

/** Reads Endpoints (v1), which say ready or not ready and no more. */
export function readEndpoints(objects: Iterable<unknown>, rules: EndpointRules): Found {
  const found = collector();
  const lists = rules.including === "running" ? ["addresses", "notReadyAddresses"] : ["addresses"];
  for (const object of objects) {
    readSize(found, object);
    for (const subset of listAt(object, "subsets")) {
      for (const address of lists.flatMap((list) => listAt(subset, list))) {
        collect(found, textAt(address, "ip"), textAt(address, "targetRef", "name"), rules.port);
      }
    }
  }
  return found;
}
