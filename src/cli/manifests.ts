/**
 * `democracy manifests`: what an application with an election needs in Kubernetes, as YAML for `kubectl apply -f -`.
 *
 * @module
 */

import { stringify } from "yaml";
import { describe } from "../errors.ts";
import type { ManifestOptions } from "../manifests/mod.ts";
import { flagOf, type Values } from "./settings.ts";
import { say } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** A rule of Kubernetes for names. */
interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly words: string;
}

const LETTERS = 'lower-case letters, digits and "-"';
/** Of a Service; a StatefulSet's pods carry its name, a hyphen and a hash in a label of 63 characters. */
const OBJECT: NameRule = {
  pattern: /^[a-z]([a-z0-9-]*[a-z0-9])?$/u,
  longest: 52,
  words: `a letter and then ${LETTERS}`,
};
const NAMESPACE: NameRule = { pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/u, longest: 63, words: LETTERS };
const SUBDOMAIN: NameRule = {
  pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/u,
  longest: 253,
  words: `${LETTERS}, with dots between`,
};

/** As many as the library takes. */
const MOST_REPLICAS = 1025;

/** Prints the manifests that the settings describe; resolves with the exit code. */
export async function printManifests(values: Values): Promise<number> {
  say(...(await manifestYaml(manifestOptions(values))).trimEnd().split("\n"));
  return 0;
}

/** The YAML of all objects. Throws a UsageError where the package that describes them is not there. */
export async function manifestYaml(options: ManifestOptions): Promise<string> {
  const { manifests } = await load();
  return manifests(options).map((object) => stringify(object.toJSON(), { lineWidth: 0 })).join("---\n");
}

/** What the settings say. Throws a UsageError that names the one that will not do. */
export function manifestOptions(values: Values): ManifestOptions {
  const name = named("name", values.name, OBJECT);
  const { image, namespace, lease, secretName, probePath = "/" } = values;
  if (typeof image !== "string" || image === "") {
    throw new UsageError(`--image must be the container's image, like registry.example/app:1, got ${told(image)}`);
  }
  if (typeof probePath !== "string" || !probePath.startsWith("/")) {
    throw new UsageError(`--probe-path must start with "/", got ${told(probePath)}`);
  }
  return {
    name,
    image,
    namespace: named("namespace", namespace ?? "default", NAMESPACE),
    replicas: wholeNumber("replicas", values.replicas ?? 3, MOST_REPLICAS),
    port: wholeNumber("port", values.port ?? 12_345, 65_535),
    workload: choice("workload", values.workload ?? "statefulset", ["statefulset", "deployment"]),
    discovery: choice("discovery", values.discovery ?? "api", ["api", "endpoints", "dns"]),
    lease: lease === undefined || lease === false
      ? undefined
      : named("lease", lease === true ? name : lease, SUBDOMAIN),
    secretName: secretName === undefined ? undefined : named("secretName", secretName, SUBDOMAIN),
    probePort: wholeNumber("probePort", values.probePort ?? 4040, 65_535),
    probePath,
  };
}

function named(setting: string, value: unknown, { pattern, longest, words }: NameRule): string {
  if (typeof value === "string" && value.length <= longest && pattern.test(value)) return value;
  throw new UsageError(`${flagOf(setting)} must be ${words}, at most ${longest} characters, got ${told(value)}`);
}

function wholeNumber(setting: string, value: unknown, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`${flagOf(setting)} must be a whole number from 1 to ${most}, got ${told(value)}`);
}

function choice<Choice extends string>(setting: string, value: unknown, choices: readonly Choice[]): Choice {
  const found = choices.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UsageError(`${flagOf(setting)} must be one of ${choices.join(", ")}, got ${told(value)}`);
}

function told(value: unknown): string {
  return value === undefined ? "nothing" : describe(value);
}

async function load(): Promise<typeof import("../manifests/mod.ts")> {
  try {
    return await import("../manifests/mod.ts");
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UsageError(
      'Cannot write manifests without the npm package "kubernetes-models", which only this command needs and which does ' +
        "not come with it, being four times as large: npm install kubernetes-models, or\n" +
        "  npx -p @polis/democracy -p kubernetes-models@4 democracy manifests ...",
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.includes("kubernetes-models");
}
