/**
 * What a pod knows of itself.
 *
 * @module
 */

import { env } from "node:process";
import { type Address, canonicalHost, formatAddress } from "../base/address.ts";
import { describe } from "../errors.ts";
import { DURATION, millisecondsIn } from "../options/duration_text.ts";

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Who this pod is. */
export interface PodIdentity {
  /** The pod's name: unique in its namespace at any time, and the same after a restart in a StatefulSet. */
  readonly name: string;
  /** The pod's IP address, canonical. */
  readonly ip: string;
  /** The namespace of the pod. */
  readonly namespace: string;
}

/** The fields of the pod that its manifest must hand on, by variable. */
const DOWNWARD_FIELDS = {
  POD_NAME: "metadata.name",
  POD_IP: "status.podIP",
  POD_NAMESPACE: "metadata.namespace",
} as const;

/** The variables of this process. A variable that is empty counts as missing, as it does in a manifest. */
export function environment(): Environment {
  return env;
}

/**
 * Reads who this pod is from the variables that the downward API sets.
 *
 * Throws a TypeError that names what is missing, with the YAML that adds it.
 *
 * @example
 * ```ts
 * import { podIdentity } from "./environment.ts";
 *
 * const pod = podIdentity({ POD_NAME: "app-0", POD_IP: "10.0.0.7", POD_NAMESPACE: "default" });
 * console.log(pod.name); // "app-0"
 * ```
 */
export function podIdentity(variables: Environment = environment()): PodIdentity {
  const missing = Object.keys(DOWNWARD_FIELDS).filter((name) => !variables[name]) as (keyof typeof DOWNWARD_FIELDS)[];
  if (missing.length > 0) {
    const [is, it] = missing.length === 1 ? ["is", "it"] : ["are", "them"];
    throw new TypeError(
      `Cannot tell which pod this is: ${missing.join(" and ")} ${is} not set. The downward API sets ${it}; ` +
        `add to the container:\n${downwardApi(missing)}`,
    );
  }
  const { POD_NAME: name = "", POD_IP: ip = "", POD_NAMESPACE: namespace = "" } = variables;
  const host = canonicalHost(ip);
  if (host === undefined) throw new TypeError(`Cannot join: POD_IP must be an IP address, got ${describe(ip)}`);
  checkName("POD_NAMESPACE", namespace);
  return { name, ip: host.host, namespace };
}

/** The YAML of a container that sets these variables. */
function downwardApi(names: readonly (keyof typeof DOWNWARD_FIELDS)[]): string {
  const entries = names.map((name) =>
    `  - name: ${name}\n    valueFrom:\n      fieldRef:\n        fieldPath: ${DOWNWARD_FIELDS[name]}`
  );
  return ["env:", ...entries].join("\n");
}

/** `ip:port` of this pod. */
export function podAddress(pod: Pick<PodIdentity, "ip">, port: number): string {
  const host = canonicalHost(pod.ip);
  const address: Address = host === undefined ? { host: pod.ip, kind: "name", port } : { ...host, port };
  return formatAddress(address);
}

/**
 * The ordinal of a StatefulSet's pod, which its name ends in, or undefined. The random ends of other pods' names have five
 * characters.
 */
export function ordinalOf(name: string): number | undefined {
  const [, ordinal] = /-(0|[1-9]\d{0,3})$/u.exec(name) ?? [];
  return ordinal === undefined ? undefined : Number(ordinal);
}

/** A name of Kubernetes, good to stand in a path. Throws a TypeError for anything else. */
export function checkName(label: string, value: unknown): string {
  if (typeof value !== "string" || value.length > 253 || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/u.test(value)) {
    throw new TypeError(
      `"${label}" must be a name of Kubernetes, lower-case letters, digits, "-" and ".", got ${describe(value)}`,
    );
  }
  return value;
}

/** A UDP port. Throws a TypeError or RangeError for anything else. */
export function checkPort(label: string, value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`"${label}" must be a port number, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new RangeError(`"${label}" must be a port from 1 to 65535, got ${value}`);
  }
  return value;
}

/** A whole number from a variable, or undefined where it is not set. Throws a RangeError for anything else. */
export function numberOf(variables: Environment, name: string): number | undefined {
  const text = variables[name];
  if (!text) return undefined;
  if (!/^\d{1,9}$/u.test(text)) throw new RangeError(`${name} must be a whole number, got ${describe(text)}`);
  return Number(text);
}

/** ms from a variable, or undefined where it is not set. Throws a RangeError for anything else. */
export function durationOf(variables: Environment, name: string): number | undefined {
  const text = variables[name];
  if (!text) return undefined;
  const ms = millisecondsIn(text);
  if (ms === undefined) throw new RangeError(`${name} must be ${DURATION}, got ${describe(text)}`);
  return ms;
}
