/**
 * A member out of settings.
 *
 * @module
 */

import { Democracy } from "../democracy.ts";
import type { Discovery } from "../discovery/discovery.ts";
import { DEFAULTS } from "../limits.ts";
import type { Logger } from "../logger.ts";
import type { Options } from "../options.ts";
import { secretsOfFile } from "../options/secret_text.ts";
import { type Environment, type Indirect, MEMBER_SETTINGS, type Values } from "./settings.ts";
import { complain, complainOf } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** A member, and what of its options its surroundings want to know. */
export interface Member {
  readonly democracy: Democracy;
  readonly cluster: string;
  /** ms. */
  readonly interval: number;
  /** ms. */
  readonly timeout: number;
}

/** The settings that are no options of the library as they stand. */
const READ_HERE: Readonly<Record<Indirect | "peers" | "secret", true>> = {
  peers: true,
  secret: true,
  secretFile: true,
  election: true,
  service: true,
  port: true,
  discovery: true,
  lease: true,
};

/** What the library wants people to know goes to standard error. */
const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: tell,
  error: tell,
};

function tell(message: string, ...[cause]: unknown[]): void {
  if (cause === undefined) complain(message);
  else complainOf(cause, message);
}

/**
 * Joins the election that the settings describe.
 *
 * Throws a UsageError, TypeError or RangeError that says which setting is missing or wrong.
 */
export async function startMember(values: Values, environment: Environment): Promise<Member> {
  const given = Object.fromEntries(
    MEMBER_SETTINGS.filter(({ name }) => values[name] !== undefined && !Object.hasOwn(READ_HERE, name))
      .map(({ name }) => [name, values[name]]),
  );
  const pace = readPace(values);
  const found = await readPeers(values, environment);
  const cluster = values.cluster ?? values.election ?? found.cluster ?? DEFAULTS.cluster;
  // In a pod that is how many of them vote, which was read with the rest of its environment.
  if (isPodsVoters(values)) delete given.voters;
  const options = {
    ...found,
    ...given,
    ...readSecrets(values),
    ...pace,
    cluster,
    logger,
  };
  if (!isComplete(options)) {
    const name = "source" in options ? "peers" : "source";
    const example = name === "peers" ? "10.0.0.7:12345,10.0.0.8:12345,10.0.0.9:12345" : "10.0.0.7:12345";
    throw new UsageError(
      `Cannot join without ${name}: set --${name} ${example}, DEMOCRACY_${name.toUpperCase()}, or "${name}" in the ` +
        "configuration; in Kubernetes, --service is enough",
    );
  }
  const democracy = new Democracy(options);
  const { interval = DEFAULTS.interval, timeout = DEFAULTS.timeout } = options;
  return { democracy, cluster: String(cluster), interval, timeout };
}

/** Whether the library has all that it needs to say what is wrong with the rest. */
function isComplete(options: object): options is Options {
  return "source" in options && "peers" in options;
}

/** `ttl` is what the leader-elector sidecar calls the length of a lease. */
function readPace({ interval, timeout, ttl }: Values): Values {
  if (typeof ttl !== "number") return {};
  return { timeout: timeout ?? ttl, interval: interval ?? Math.max(10, Math.floor(ttl / 5)) };
}

function readSecrets({ secret, secretFile }: Values): Values {
  if (secretFile === undefined) return secret === undefined ? {} : { secret };
  if (secret !== undefined) {
    throw new UsageError("Cannot join with both secret and secretFile: put all secrets into the file, one a line");
  }
  return { secret: secretsOfFile(String(secretFile)) };
}

async function readPeers(values: Values, environment: Environment): Promise<Values> {
  const { peers, service, lease } = values;
  const inPod = service === undefined && lease === undefined ? {} : await readPod(values, environment);
  if (peers === undefined) return inPod;
  const [first, ...others] = Array.isArray(peers) ? peers : [peers];
  if (typeof first !== "string" || !first.startsWith("dns:")) return { ...inPod, peers };
  if (others.length > 0) throw new UsageError('A name of all peers, "dns:...", must stand alone among the peers');
  return { ...inPod, peers: await dnsDiscovery(first) };
}

async function dnsDiscovery(text: string): Promise<Discovery> {
  const [, host, digits] = /^dns:([^:]+)(?::(\d{1,5}))?$/u.exec(text) ?? [];
  if (host === undefined) {
    throw new UsageError(`A name of all peers must be like dns:app.default.svc:12345, got ${JSON.stringify(text)}`);
  }
  const { dnsPeers } = await import("../discovery/dns_peers.ts");
  return dnsPeers({ host, ...(digits === undefined ? {} : { port: Number(digits) }) });
}

function isPodsVoters({ service, voters }: Values): boolean {
  return service !== undefined && Array.isArray(voters) && voters.length === 1 && /^\d+$/u.test(String(voters[0]));
}

/** What a pod knows of itself; what is set here comes before what its environment says. */
async function readPod(values: Values, environment: Environment): Promise<Values> {
  const { kubernetes, kubernetesLease } = await import("../kubernetes/mod.ts");
  const { service, port, discovery, clusterSize, quorum, lease } = values;
  const set = {
    DEMOCRACY_SERVICE: service,
    DEMOCRACY_PORT: port,
    DEMOCRACY_DISCOVERY: discovery,
    CLUSTER_SIZE: clusterSize,
    DEMOCRACY_VOTERS: isPodsVoters(values) ? String(values.voters) : undefined,
  };
  const variables: Record<string, string | undefined> = { ...environment };
  for (const [name, value] of Object.entries(set)) if (value !== undefined) variables[name] = String(value);
  const pod = service === undefined
    ? {}
    : kubernetes({ environment: variables, ...(quorum === "none" ? { quorum } : {}) });
  return lease === undefined ? pod : { ...pod, fencing: kubernetesLease({ name: String(lease) }) };
}
