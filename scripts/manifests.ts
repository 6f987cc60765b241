/**
 * `deno task manifests --name app --image registry.example/app:1`: prints the YAML of everything that an application
 * with an election needs in Kubernetes, for `kubectl apply -f -`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { stringify } from "yaml";
import type { ManifestOptions } from "./kubernetes/manifest_options.ts";
import { manifests } from "./kubernetes/manifests.ts";

const USAGE = `Prints the manifests of an application with an election, for "kubectl apply -f -".

  --name NAME             of every object; required
  --image IMAGE           of the container; required
  --namespace NAMESPACE   default "default"
  --replicas N            also the number of voters; default 3
  --port PORT             UDP, of the election; default 12345
  --workload KIND         "statefulset" (default) or "deployment"
  --discovery HOW         "api" (EndpointSlices; default), "endpoints" (before 1.21), or "dns" (no permissions)
  --lease                 allow to mint tokens on the Lease NAME
  --secret NAME           of a Secret whose key "secret" seals the datagrams; make it before:
                          kubectl create secret generic NAME --from-literal=secret="$(openssl rand -base64 32)"
  --probe-port PORT       TCP, answers probes with 200 while the process is well, whoever leads; default 4040
  --probe-path PATH       default "/"
  --help`;

/** An argument that will not do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (!(value >= 1 && value <= max)) {
    throw new UsageError(`--${name} must be a whole number from 1 to ${max}, got "${text}"`);
  }
  return value;
}

function choice<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((each) => each === text);
  if (found === undefined) throw new UsageError(`--${name} must be one of ${choices.join(", ")}, got "${text}"`);
  return found;
}

function label(name: string, text: string | undefined, longest: number): string {
  if (text === undefined || !/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(text) || text.length > longest) {
    throw new UsageError(
      `--${name} must start with a letter and have up to ${longest} lower-case letters, digits and "-", got ${
        text === undefined ? "nothing" : `"${text}"`
      }`,
    );
  }
  return text;
}

const text = { type: "string" } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        name: text,
        image: text,
        namespace: { ...text, default: "default" },
        replicas: { ...text, default: "3" },
        port: { ...text, default: "12345" },
        workload: { ...text, default: "statefulset" },
        discovery: { ...text, default: "api" },
        lease: { type: "boolean", default: false },
        secret: text,
        "probe-port": { ...text, default: "4040" },
        "probe-path": { ...text, default: "/" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What the arguments say, or undefined where they ask for help. Throws a UsageError where they will not do. */
export function readArguments(args: readonly string[]): ManifestOptions | undefined {
  const given = parse(args);
  if (given.help) return undefined;
  if (!given.image) throw new UsageError("--image must be set");
  const path = given["probe-path"];
  if (!path.startsWith("/")) throw new UsageError(`--probe-path must start with "/", got "${path}"`);
  return {
    // A StatefulSet's pods carry its name, a hyphen and a hash in a label of 63 characters.
    name: label("name", given.name, 52),
    image: given.image,
    namespace: label("namespace", given.namespace, 63),
    replicas: wholeNumber("replicas", given.replicas, 1025),
    port: wholeNumber("port", given.port, 65_535),
    workload: choice("workload", given.workload, ["statefulset", "deployment"]),
    discovery: choice("discovery", given.discovery, ["api", "endpoints", "dns"]),
    lease: given.lease,
    secret: given.secret === undefined ? undefined : label("secret", given.secret, 63),
    probePort: wholeNumber("probe-port", given["probe-port"], 65_535),
    probePath: path,
  };
}

/** The YAML of all objects. */
export function manifestYaml(options: ManifestOptions): string {
  return manifests(options).map((object) => stringify(object.toJSON(), { lineWidth: 0 })).join("---\n");
}

function main(args: readonly string[]): number {
  try {
    const options = readArguments(args);
    console.log(options === undefined ? USAGE : manifestYaml(options));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

if (import.meta.main) Deno.exit(main(Deno.args));
