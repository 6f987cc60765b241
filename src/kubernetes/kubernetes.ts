/**
 * A pod's options, out of its environment.
 *
 * @module
 */

import type { Discovery } from "../discovery/discovery.ts";
import { SizedByService } from "./sized_by_service.ts";
import { BOUNDS } from "../limits.ts";
import { dnsPeers } from "../discovery/dns_peers.ts";
import { describe } from "../errors.ts";
import type { Fencing } from "../leadership/fencing.ts";
import { ALL_VOTE, CHOSEN, CHOSEN_QUORUM } from "../options/chosen_voters.ts";
import { secretsIn, secretsOfFile } from "../options/secret_text.ts";
import type { ApiOptions } from "./api_client.ts";
import {
  checkName,
  checkPort,
  durationOf,
  type Environment,
  environment,
  numberOf,
  ordinalOf,
  podAddress,
  type PodIdentity,
  podIdentity,
} from "./environment.ts";
import { kubernetesLease } from "./lease.ts";
import { endpointsPeers, kubernetesPeers } from "./service_peers.ts";

/** How a pod takes part. Everything may come from the environment. */
export interface KubernetesOptions extends ApiOptions {
  /** The headless Service that selects the members' pods; default: `DEMOCRACY_SERVICE`. */
  readonly service?: string;
  /** The UDP port of every member; default: `DEMOCRACY_PORT`, or 12345. */
  readonly port?: number;
  /**
   * How to find the peers: `"api"` (EndpointSlices), `"endpoints"` (for clusters before 1.21), or `"dns"`, which needs no
   * permission; default: `DEMOCRACY_DISCOVERY`, or `"api"`.
   */
  readonly discovery?: "api" | "endpoints" | "dns";
  /**
   * The number of replicas; default: `CLUSTER_SIZE`, or what the Service's label `democracy.polis/cluster-size` says, which
   * `"api"` and `"endpoints"` read, and which comes first. Nobody is elected without one unless `quorum` is `"none"`.
   */
  readonly clusterSize?: number;
  /**
   * How many of a StatefulSet's pods vote, those of the lowest ordinals; default: `DEMOCRACY_VOTERS`, or all of up to nine
   * replicas, and seven of more, of which five must agree. A larger cluster of pods without ordinals must say how many vote:
   * all of them.
   */
  readonly voters?: number;
  /** The Lease that tokens are minted on, see {@linkcode kubernetesLease}; default: `DEMOCRACY_LEASE`, or none. */
  readonly lease?: string;
  /** The name of the election; default: `DEMOCRACY_CLUSTER`, or the namespace and the Service's name, `shop/app`. */
  readonly cluster?: string;
  /** As in the options of Democracy. */
  readonly quorum?: "majority" | "none" | number;
  /** Default: the variables of this process. */
  readonly environment?: Environment;
}

/** What {@linkcode kubernetes} knows: to be spread into the options of Democracy. */
export interface KubernetesMember {
  /** The pod's IP address and the port. */
  readonly source: string;
  /** The pod's name. */
  readonly id: string;
  /** The name of the election: another application's pod that got the address of one of these is no member. */
  readonly cluster: string;
  /**
   * `DEMOCRACY_WEIGHT`, or the greater, the lower the ordinal of a StatefulSet's pod is: a rolling restart begins with the highest
   * one, and so moves the lead twice at most. Undefined for other pods, where nobody says so: then it is random.
   */
  readonly weight?: number;
  /** `DEMOCRACY_INTERVAL`. */
  readonly interval?: number;
  /** `DEMOCRACY_TIMEOUT`. */
  readonly timeout?: number;
  /** Who stands behind the Service. */
  readonly peers: Discovery;
  /** The number of voters; undefined only with quorum `"none"`. */
  readonly clusterSize?: number;
  /** The voters' names in the DNS, where it is the discovery and not all vote. */
  readonly voters?: readonly string[];
  /** As it was given; five where seven of more than nine replicas vote because nobody said how many. */
  readonly quorum?: "majority" | "none" | number;
  /** Seals the datagrams: the first seals, all open. */
  readonly secret?: string | readonly string[];
  /** Mints the tokens. */
  readonly fencing?: Fencing;
}

const KUBERNETES_OPTIONS = [
  "service",
  "port",
  "discovery",
  "clusterSize",
  "voters",
  "lease",
  "cluster",
  "quorum",
  "environment",
  "server",
  "serviceAccount",
];
const PORT = 12345;
/** Until the Service has told how many replicas there are to be, no number of votes is enough. */
const UNTOLD = BOUNDS.maxClusterSize;
/** In plain democracy the number does not matter. */
const ANY = 1;

/**
 * The options of a member in a pod that has nothing but its environment: `POD_NAME`, `POD_IP` and `POD_NAMESPACE` by
 * the downward API, `CLUSTER_SIZE`, `DEMOCRACY_SERVICE`, `DEMOCRACY_CLUSTER`, `DEMOCRACY_VOTERS`, `DEMOCRACY_PORT`, `DEMOCRACY_DISCOVERY`,
 * `DEMOCRACY_LEASE`, `DEMOCRACY_WEIGHT`, `DEMOCRACY_INTERVAL` and `DEMOCRACY_TIMEOUT` (a number of ms, or `500ms`, `10s`, `1m30s`), and
 * `DEMOCRACY_SECRET` or `DEMOCRACY_SECRET_FILE` (one a line; the first seals, all open). The pod's name is the id.
 *
 * Throws a TypeError or RangeError that says what is missing or wrong, and how to set it.
 *
 * @example Variables as the manifests set them
 * ```ts
 * import { kubernetes } from "./mod.ts";
 *
 * const pod = { POD_NAME: "app-0", POD_IP: "10.0.0.7", POD_NAMESPACE: "shop" };
 * const environment = { ...pod, CLUSTER_SIZE: "3", DEMOCRACY_SERVICE: "app", DEMOCRACY_DISCOVERY: "dns" };
 * const options = kubernetes({ environment });
 * console.log(options.source, options.id, options.cluster, options.clusterSize); // 10.0.0.7:12345 app-0 shop/app 3
 * ```
 */
export function kubernetes(options: KubernetesOptions = {}): KubernetesMember {
  for (const name of Object.keys(options)) {
    if (!KUBERNETES_OPTIONS.includes(name)) {
      throw new TypeError(`Unknown option ${describe(name)}; known are ${KUBERNETES_OPTIONS.join(", ")}`);
    }
  }
  const variables = options.environment ?? environment();
  const pod = podIdentity(variables);
  const port = checkPort("port", options.port ?? numberOf(variables, "DEMOCRACY_PORT") ?? PORT);
  const secret = readSecret(variables);
  const lease = options.lease ?? variables["DEMOCRACY_LEASE"];
  const { quorum, server, serviceAccount } = options;
  const service = readService(options, variables);
  const replicas = readClusterSize(options, variables);
  const given = options.voters ?? numberOf(variables, "DEMOCRACY_VOTERS");
  const voters = readVoters(options, given, pod, replicas);
  const size = voters ?? replicas;
  const isChosen = voters !== undefined && given === undefined;
  const agreeing = isChosen && (quorum === undefined || quorum === "majority") ? CHOSEN_QUORUM : quorum;
  return {
    source: podAddress(pod, port),
    id: pod.name,
    cluster: options.cluster ?? (variables["DEMOCRACY_CLUSTER"] || clusterOf(pod.namespace, service)),
    ...paceOf(variables),
    ...weightOf(variables, pod),
    ...electorateOf(options, variables, { pod, service, port, voters, size: quorum === "none" ? ANY : size }),
    clusterSize: size ?? (quorum === "none" ? undefined : UNTOLD),
    ...(agreeing === undefined ? {} : { quorum: agreeing }),
    ...(secret === undefined ? {} : { secret }),
    ...(lease ? { fencing: kubernetesLease({ name: lease, namespace: pod.namespace, server, serviceAccount }) } : {}),
  };
}

function readService(options: KubernetesOptions, variables: Environment): string {
  const service = options.service ?? variables["DEMOCRACY_SERVICE"];
  if (service) return checkName("service", service);
  throw new TypeError(
    'Cannot find the peers: set "service", or DEMOCRACY_SERVICE, to the headless Service that selects the pods',
  );
}

/** One a line, in a variable or in a file. */
function readSecret(variables: Environment): string | readonly string[] | undefined {
  const { DEMOCRACY_SECRET: text, DEMOCRACY_SECRET_FILE: path } = variables;
  if (text && path) {
    throw new TypeError("Cannot join: of DEMOCRACY_SECRET and DEMOCRACY_SECRET_FILE only one may be set");
  }
  if (!text && !path) return undefined;
  const secrets = path ? secretsOfFile(path) : secretsIn(text ?? "");
  const [first, ...others] = secrets;
  if (first === undefined) throw new TypeError("Cannot join: DEMOCRACY_SECRET must have a secret, one a line");
  return others.length === 0 ? first : secrets;
}

/** Names of both kinds have 63 characters at most, so that the two fit. */
function clusterOf(namespace: string, service: string): string {
  return `${namespace}/${service}`;
}

function paceOf(variables: Environment): Pick<KubernetesMember, "interval" | "timeout"> {
  const interval = durationOf(variables, "DEMOCRACY_INTERVAL");
  const timeout = durationOf(variables, "DEMOCRACY_TIMEOUT");
  return { ...(interval === undefined ? {} : { interval }), ...(timeout === undefined ? {} : { timeout }) };
}

function weightOf(variables: Environment, pod: PodIdentity): Pick<KubernetesMember, "weight"> {
  const text = variables["DEMOCRACY_WEIGHT"];
  if (text) {
    if (/^-?\d{1,15}(\.\d{1,15})?$/u.test(text)) return { weight: Number(text) };
    throw new RangeError(`DEMOCRACY_WEIGHT must be a number, got ${describe(text)}`);
  }
  const ordinal = ordinalOf(pod.name);
  return ordinal === undefined ? {} : { weight: 1 / (1 + ordinal) };
}

/** Where this pod is, and how many of its like vote; all when undefined. */
interface Place {
  readonly pod: PodIdentity;
  readonly service: string;
  readonly port: number;
  readonly voters: number | undefined;
  /** How many vote; undefined where only the Service tells, or nobody needs to know. */
  readonly size: number | undefined;
}

function electorateOf(
  options: KubernetesOptions,
  variables: Environment,
  { pod, service, port, voters, size }: Place,
): Pick<KubernetesMember, "peers" | "voters"> {
  const discovery = options.discovery ?? (variables["DEMOCRACY_DISCOVERY"] || "api");
  const { server, serviceAccount } = options;
  const sized = (peers: Discovery): Discovery => size === undefined ? new SizedByService(peers, service) : peers;
  const api = { service, port, namespace: pod.namespace, voters, server, serviceAccount };
  switch (discovery) {
    case "api":
      return { peers: sized(kubernetesPeers(api)) };
    case "endpoints":
      return { peers: sized(endpointsPeers(api)) };
    case "dns": {
      // The search list of a pod ends with the cluster's domain, whatever that is.
      const host = `${service}.${pod.namespace}.svc`;
      const peers = dnsPeers({ host, port });
      if (voters === undefined) return { peers };
      const set = pod.name.slice(0, pod.name.lastIndexOf("-"));
      return { peers, voters: Array.from({ length: voters }, (_, ordinal) => `${set}-${ordinal}.${host}:${port}`) };
    }
    default:
      throw new TypeError(`"discovery" must be "api", "endpoints" or "dns", got ${describe(discovery)}`);
  }
}

function readClusterSize(options: KubernetesOptions, variables: Environment): number | undefined {
  const { clusterSize, quorum, discovery } = options;
  const size = clusterSize ?? numberOf(variables, "CLUSTER_SIZE");
  if (size !== undefined || quorum === "none") return size;
  const given = options.voters ?? numberOf(variables, "DEMOCRACY_VOTERS");
  const tells = (discovery ?? (variables["DEMOCRACY_DISCOVERY"] || "api")) !== "dns";
  if (given !== undefined || (tells && typeof quorum !== "number")) return undefined;
  throw new TypeError(
    'Cannot join: "clusterSize", or CLUSTER_SIZE, must be set to the number of replicas, because the pods that are there right ' +
      "now are no measure of a majority: cut off from the others, each part would count itself, find itself complete and " +
      'elect a leader of its own; or set "quorum" to "none", which allows just that',
  );
}

/** How many vote, where not all do. */
function readVoters(
  options: KubernetesOptions,
  given: number | undefined,
  pod: PodIdentity,
  replicas: number | undefined,
): number | undefined {
  if (given !== undefined && !(Number.isInteger(given) && given >= 1)) {
    throw new RangeError(`"voters" must be a whole number of at least 1, got ${describe(given)}`);
  }
  // In plain democracy each member needs no vote but its own.
  const few = replicas === undefined || replicas <= ALL_VOTE || options.quorum === "none";
  if (given === undefined && few) return undefined;
  if (given !== undefined && replicas !== undefined && given > replicas) {
    throw new RangeError(`"voters" must be at most "clusterSize" (${replicas}), got ${given}`);
  }
  if (given === replicas) return undefined;
  if (ordinalOf(pod.name) === undefined) {
    const all = replicas === undefined ? "leave it out" : `set "voters", or DEMOCRACY_VOTERS, to ${replicas}`;
    throw new TypeError(
      `Cannot join: ${replicas === undefined ? "" : `of ${replicas} replicas `}${given ?? CHOSEN} vote, those of the ` +
        `lowest ordinals, and pod "${pod.name}" has none; run them as a StatefulSet, or ${all}, so that all vote`,
    );
  }
  return given ?? CHOSEN;
}
