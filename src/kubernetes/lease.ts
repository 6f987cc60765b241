/**
 * Fencing tokens minted by the API server, on a Lease.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { sleep } from "../base/sleep.ts";
import { describe, DiscoveryError, PermissionError } from "../errors.ts";
import type { Fencing, MintRequest } from "../leadership/fencing.ts";
import { ApiClient, type ApiOptions } from "./api_client.ts";
import { hasStatus } from "./api_error.ts";
import { Backoff } from "../base/backoff.ts";
import { checkName } from "./environment.ts";
import { ELECTION, TERM, TOKEN } from "./labels.ts";
import { at, isObject, type JsonObject, numberAt, textAt } from "./json.ts";

/** Which Lease. */
export interface KubernetesLeaseOptions extends ApiOptions {
  /** The name of the Lease of the default election: one for each cluster of members. Named elections add theirs, as `leaseNameOf` has it. */
  readonly name: string;
  /** Default: the namespace of this pod. */
  readonly namespace?: string;
  /**
   * ms that a new leader tries before it gives up, so that a member which reaches the API server may lead instead; default
   * 10 000.
   */
  readonly patience?: number;
}

const LEASE_OPTIONS = ["name", "namespace", "patience", "server", "serviceAccount"];
const MINTING_TIME = 10_000;
/** ms that an API server which has just started may forbid everything, because it has not read its roles yet. */
const START_UP = 2000;
/** leaseTransitions is a 32-bit integer. */
const MOST_TRANSITIONS = 2 ** 31 - 1;

/**
 * Tokens from a Lease (coordination.k8s.io/v1): one compare-and-swap for each leadership, by resource version, and nothing in
 * between. `kubectl get lease` shows who leads, `leaseTransitions` how often that changed. The pods' service
 * account needs `get` and `update` of the Lease; and `create` of leases, where nobody else makes it.
 *
 * The token is one more than the one before, or the term where that is greater: terms follow the wall clock, so
 * that the tokens grow even when somebody deletes the Lease.
 *
 * A leader in office needs no API server. A new one waits for it up to `patience`. Throws a TypeError or RangeError for a
 * wrong option, and outside of a pod where `server` is not given; `mint` rejects with a PermissionError when the
 * API server forbids it, and with an Error when a later leader has the Lease already, or nobody answers.
 *
 * @example Inside a pod `server` and `namespace` may be left out
 * ```ts
 * import type { Options } from "../options.ts";
 * import { kubernetesLease } from "./mod.ts";
 *
 * const fencing = kubernetesLease({ name: "app", namespace: "shop", server: "https://10.96.0.1:443" });
 * const options: Options = { source: "10.0.0.7:12345", peers: ["10.0.0.8:12345"], fencing };
 * ```
 */
export function kubernetesLease(options: KubernetesLeaseOptions): Fencing {
  return new LeaseFencing(options);
}

/** What the Lease says of the leadership before. */
interface Record {
  readonly holder: string | undefined;
  readonly token: number;
  readonly term: number;
  readonly transitions: number;
}

class LeaseFencing implements Fencing {
  readonly #name: string;
  readonly #namespace: string | undefined;
  readonly #patience: number;
  readonly #client: ApiClient;
  /** The greatest tokens this member knows of, by the names of Leases: they outlive these. */
  readonly #highest = new Map<string, number>();

  constructor(options: KubernetesLeaseOptions) {
    for (const name of Object.keys(options)) {
      if (!LEASE_OPTIONS.includes(name)) {
        throw new TypeError(`Unknown option ${describe(name)}; known are ${LEASE_OPTIONS.join(", ")}`);
      }
    }
    this.#name = checkName("name", options.name);
    this.#namespace = options.namespace === undefined ? undefined : checkName("namespace", options.namespace);
    const { patience = MINTING_TIME } = options;
    if (typeof patience !== "number" || !(patience >= 100 && patience <= 3_600_000)) {
      throw new RangeError(`"patience" must be from 100 to 3600000 ms, got ${describe(patience)}`);
    }
    this.#patience = patience;
    this.#client = new ApiClient(options);
  }

  async mint(request: MintRequest): Promise<number> {
    const { signal } = request;
    const started = performance.now();
    const backoff = new Backoff(100, 2000);
    // Of a leadership that met a conflict only the latest may go on: the one before may be a paused process that wakes up.
    let contested = false;
    while (true) {
      signal.throwIfAborted();
      const left = this.#patience - (performance.now() - started);
      if (left <= 0) throw new Error(`Cannot mint a token: the API server did not answer for ${this.#patience} ms`);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(left))]);
      try {
        return await this.#attempt(request, contested, limit);
      } catch (error) {
        signal.throwIfAborted();
        if (!mayPass(error, performance.now() - started)) {
          throw explain(error, leaseNameOf(this.#name, request.election));
        }
        contested ||= hasStatus(error, 409);
        const wait = hasStatus(error, 409) ? 10 * Math.random() : backoff.next();
        if (performance.now() - started + wait >= this.#patience) {
          throw new Error(`Cannot mint a token: gave up after ${this.#patience} ms`, { cause: error });
        }
        await sleep(wait, signal);
      }
    }
  }

  async #attempt({ id, term, election, signal }: MintRequest, contested: boolean, limit: AbortSignal): Promise<number> {
    const folder = await this.#folder();
    const name = leaseNameOf(this.#name, election);
    const path = `${folder}/${name}`;
    const lease = await this.#read(path, limit);
    const before = lease === undefined ? undefined : recordOf(lease);
    // A write whose answer was lost has succeeded all the same.
    if (before !== undefined && before.term === term && before.holder === id) return this.#keep(name, before.token);
    if (contested && before !== undefined && before.term > term) {
      throw new SupersededError(
        `Cannot mint a token for term ${term}: ${
          describe(before.holder)
        } has the Lease "${name}" for term ${before.term}`,
      );
    }
    const token = Math.max((before?.token ?? 0) + 1, (this.#highest.get(name) ?? 0) + 1, term);
    if (!Number.isSafeInteger(token)) throw new SupersededError(`Cannot mint a token greater than ${before?.token}`);
    const body = leaseOf({ lease, name, election, id, term, token, before });
    signal.throwIfAborted();
    await this.#client.request(
      lease === undefined
        ? { method: "POST", path: folder, body, signal: limit }
        : { method: "PUT", path, body, signal: limit },
    );
    return this.#keep(name, token);
  }

  #keep(name: string, token: number): number {
    this.#highest.set(name, Math.max(this.#highest.get(name) ?? 0, token));
    return token;
  }

  async #folder(): Promise<string> {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#namespace ?? await this.#client.namespace()}/leases`;
  }

  async #read(path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    try {
      return await this.#client.request({ path, signal });
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

/** A label as DNS has it (RFC 1123). */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;

/**
 * The name of the Lease of an election: that of the default one, with the election's behind a dot where it is a DNS label; else with
 * the first 128 bits of its SHA-256, as 32 hex digits.
 *
 * @param name Of the Lease of the default election.
 * @param election The name of the election; undefined for the default one.
 * @returns The name of the Lease.
 */
export function leaseNameOf(name: string, election: string | undefined): string {
  if (election === undefined) return name;
  if (LABEL.test(election)) return `${name}.${election}`;
  return `${name}.${createHash("sha256").update(election).digest("hex").slice(0, 32)}`;
}

/** Waiting does not help: somebody else leads. */
class SupersededError extends Error {}

/** Whether another attempt may succeed: conflicts, a Lease that vanished (404), overload, trouble of the network or of a token. */
function mayPass(error: unknown, elapsed: number): boolean {
  if (error instanceof DiscoveryError || error instanceof SupersededError) return false;
  if (hasStatus(error, 403)) return elapsed < START_UP;
  return !hasStatus(error, 400, 405, 415, 422);
}

function explain(error: unknown, name: string): unknown {
  if (!hasStatus(error, 403)) return error;
  return new PermissionError(
    `Cannot mint a token: the API server forbids it (${error.message}); bind the pods' service account to a Role with the ` +
      `rule { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["${name}"], verbs: ["get", "update"] }, ` +
      `and make the Lease "${name}", as "democracy manifests" does, or allow "create" of leases, too`,
    { cause: error },
  );
}

function recordOf(lease: JsonObject): Record {
  return {
    holder: textAt(lease, "spec", "holderIdentity"),
    token: wholeNumber(textAt(lease, "metadata", "annotations", TOKEN)),
    term: wholeNumber(textAt(lease, "metadata", "annotations", TERM)),
    transitions: numberAt(lease, "spec", "leaseTransitions") ?? 0,
  };
}

/** 0 where somebody has written something else. */
function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/u.test(text) ? Number(text) : 0;
}

interface NextLease {
  readonly lease: JsonObject | undefined;
  readonly name: string;
  readonly election: string | undefined;
  readonly id: string;
  readonly term: number;
  readonly token: number;
  readonly before: Record | undefined;
}

/** The Lease as it is to be. What others have written into it stays; the resource version makes it a compare-and-swap. */
function leaseOf({ lease, name, election, id, term, token, before }: NextLease): JsonObject {
  const now = microTime();
  const metadata = at(lease, "metadata");
  const annotations = at(metadata, "annotations");
  const spec = at(lease, "spec");
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      ...(isObject(metadata) ? metadata : { name }),
      annotations: {
        ...(isObject(annotations) ? annotations : {}),
        [TOKEN]: String(token),
        [TERM]: String(term),
        ...(election === undefined ? {} : { [ELECTION]: election }),
      },
    },
    spec: {
      ...(isObject(spec) ? spec : {}),
      holderIdentity: id,
      leaseTransitions: before === undefined ? 0 : Math.min(before.transitions + 1, MOST_TRANSITIONS),
      acquireTime: now,
      renewTime: now,
    },
  };
}

/** Kubernetes' MicroTime: RFC 3339 with microseconds. */
function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
}
