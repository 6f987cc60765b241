/**
 * Peers from the API server: what stands behind a Service.
 *
 * @module
 */

import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "../discovery/discovery.ts";
import { describe, DiscoveryError } from "../errors.ts";
import { ApiClient, type ApiOptions } from "./api_client.ts";
import { type EndpointRules, type Found, type Including, readEndpoints, readSlices } from "./endpoints.ts";
import { checkName, checkPort, ordinalOf } from "./environment.ts";
import { listWatch, type ListWatchOptions } from "./list_watch.ts";

/** Which Service, and how to read it. */
export interface ServicePeersOptions extends ApiOptions {
  /** The name of the Service that selects the members' pods. */
  readonly service: string;
  /** Default: the namespace of this pod. */
  readonly namespace?: string;
  /** The UDP port that every member listens on. */
  readonly port: number;
  /**
   * Which pods are voters. `"running"` (default): all that the Service selects, ready or not, terminating ones included,
   * because each of them may vote, and even lead, as long as it runs. `"serving"`: whose readiness probe succeeds, terminating ones
   * included. `"ready"`: serving and not terminating. Leave the default with quorum `"majority"`: a voter that is
   * struck off while it runs may still have promised its vote.
   */
  readonly including?: Including;
  /**
   * How many pods of a StatefulSet vote: those of the lowest ordinals, `app-0` and on. Default: all pods. A StatefulSet never
   * runs two pods of one name at a time, so that all members read the same voters; pods without an ordinal are refused.
   */
  readonly voters?: number;
  /** ms before the second attempt to reach the API server; doubles up to 5 s, and is spread at random; default 500. */
  readonly retry?: number;
}

const SERVICE_OPTIONS = ["service", "namespace", "port", "including", "voters", "retry", "server", "serviceAccount"];

/**
 * Peers from the EndpointSlices (discovery.k8s.io/v1) of a Service: one list, then a watch. The pods' service account needs `list`
 * and `watch` of `endpointslices`. Where the Service has the label `democracy.polis/cluster-size`, as that of the manifests does, its
 * number is the `clusterSize` of each update, unless `voters` is given. While the API server is away the peers known so far stay, and so they do when the
 * Service suddenly selects nobody: this pod runs, so that cannot be.
 *
 * Throws a TypeError or RangeError for a wrong option, and outside of a pod where `server` is not given. The iteration
 * throws a DiscoveryError when the API server forbids it.
 *
 * @example Inside a pod `server` and `namespace` may be left out
 * ```ts
 * import type { Options } from "../options.ts";
 * import { kubernetesPeers, podAddress, podIdentity } from "./mod.ts";
 *
 * const pod = podIdentity({ POD_NAME: "app-0", POD_IP: "10.0.0.7", POD_NAMESPACE: "shop" });
 * const { namespace } = pod;
 * const options: Options = {
 *   source: podAddress(pod, 12345),
 *   id: pod.name,
 *   peers: kubernetesPeers({ service: "app", port: 12345, namespace, server: "https://10.96.0.1:443" }),
 *   clusterSize: 3,
 * };
 * ```
 */
export function kubernetesPeers(options: ServicePeersOptions): Discovery {
  return new ServicePeers(options, {
    what: "EndpointSlices",
    rule: 'apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"]',
    path: (namespace) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    query: (service) => ({ labelSelector: `kubernetes.io/service-name=${service}` }),
    read: readSlices,
  });
}

/**
 * Peers from the Endpoints object (v1) of a Service, for clusters before 1.21: Kubernetes 1.33 deprecates it. It has at
 * most 1000 addresses, of one family. The pods' service account needs `list` and `watch` of `endpoints`.
 *
 * Throws as {@linkcode kubernetesPeers} does.
 *
 * @example Inside a pod `server` may be left out
 * ```ts
 * import { endpointsPeers } from "./mod.ts";
 *
 * const peers = endpointsPeers({ service: "app", port: 12345, server: "https://10.96.0.1:443" });
 * ```
 */
export function endpointsPeers(options: ServicePeersOptions): Discovery {
  return new ServicePeers(options, {
    what: "Endpoints",
    rule: 'apiGroups: [""], resources: ["endpoints"], verbs: ["list", "watch"]',
    path: (namespace) => `/api/v1/namespaces/${namespace}/endpoints`,
    query: (service) => ({ fieldSelector: `metadata.name=${service}` }),
    read: readEndpoints,
  });
}

/** The kind of object that tells who stands behind a Service. */
interface Kind {
  readonly what: string;
  /** The rule of a Role that allows to follow them. */
  readonly rule: string;
  readonly path: (namespace: string) => string;
  readonly query: (service: string) => Readonly<Record<string, string>>;
  readonly read: (objects: Iterable<unknown>, rules: EndpointRules) => Found;
}

class ServicePeers implements Discovery {
  readonly #options: ServicePeersOptions;
  readonly #rules: EndpointRules;
  readonly #client: ApiClient;
  readonly #kind: Kind;

  constructor(options: ServicePeersOptions, kind: Kind) {
    for (const name of Object.keys(options)) {
      if (!SERVICE_OPTIONS.includes(name)) {
        throw new TypeError(`Unknown option ${describe(name)}; known are ${SERVICE_OPTIONS.join(", ")}`);
      }
    }
    checkName("service", options.service);
    if (options.namespace !== undefined) checkName("namespace", options.namespace);
    const { including = "running" } = options;
    if (!["running", "serving", "ready"].includes(including)) {
      throw new TypeError(`"including" must be "running", "serving" or "ready", got ${describe(including)}`);
    }
    const { voters } = options;
    if (voters !== undefined && !(Number.isInteger(voters) && voters >= 1)) {
      throw new RangeError(`"voters" must be a whole number of at least 1, got ${describe(voters)}`);
    }
    this.#options = options;
    this.#rules = { port: checkPort("port", options.port), including };
    this.#client = new ApiClient(options);
    this.#kind = kind;
  }

  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    const { signal, logger } = context;
    const namespace = this.#options.namespace ?? await this.#client.namespace();
    const what = `${this.#kind.what} of Service "${this.#options.service}" in namespace "${namespace}"`;
    let before: string | undefined;
    for await (const objects of listWatch(this.#listWatchOptions(context, namespace, what))) {
      if (signal.aborted) return;
      const found = this.#kind.read(objects.values(), this.#rules);
      const peers = choose(found, context, what);
      if (peers.length === 0 && before !== undefined && before !== "") {
        logger.warn(`The ${what} name nobody, though this pod runs: keeping the peers known so far`);
        continue;
      }
      const { voters } = this.#options;
      const names = peers.map((peer) => `${peer} ${voters === undefined ? "" : found.names.get(peer)}`);
      const after = peers.length === 0 ? "" : [found.size, ...names].join();
      if (after === before) continue;
      before = after;
      logger.debug(`Peers: ${peers.map((peer) => `${found.names.get(peer) ?? "?"} at ${peer}`).join(", ")}`);
      if (voters !== undefined) yield { peers, voters: votersOf(peers, found, voters), clusterSize: voters };
      else yield found.size === undefined ? { peers } : { peers, clusterSize: found.size };
    }
  }

  #listWatchOptions({ signal, logger, onStale }: DiscoveryContext, namespace: string, what: string): ListWatchOptions {
    const { service, retry } = this.#options;
    return {
      client: this.#client,
      path: this.#kind.path(namespace),
      query: this.#kind.query(service),
      signal,
      logger,
      onStale,
      what,
      remedy:
        `bind the pods' service account to a Role in namespace "${namespace}" with the rule { ${this.#kind.rule} }`,
      ...(retry === undefined ? {} : { retry }),
    };
  }
}

/** The pods of the lowest ordinals. */
function votersOf(peers: readonly string[], { names }: Found, count: number): readonly string[] {
  return peers.filter((peer) => {
    const name = names.get(peer);
    const ordinal = name === undefined ? undefined : ordinalOf(name);
    if (ordinal === undefined) {
      throw new DiscoveryError(
        `Cannot tell the voters: "voters" needs the pods of a StatefulSet, whose names end in an ordinal, got ${
          describe(name)
        } at ${peer}`,
      );
    }
    return ordinal < count;
  });
}

/** The addresses of the family of the own one: a socket has one family. */
function choose(found: Found, { source, logger }: DiscoveryContext, what: string): readonly string[] {
  const [own, other] = source.startsWith("[") ? ["ipv6", "ipv4"] as const : ["ipv4", "ipv6"] as const;
  if (found[own].size === 0 && found[other].size > 0) {
    logger.warn(`The ${what} have addresses of ${other} only, and the own address is ${source}`);
  }
  return [...found[own]].sort();
}
