/**
 * `democracy manifests`: what an application with an election needs in Kubernetes, as YAML for `kubectl apply -f -`.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { stringify } from "yaml";
import { describe } from "../errors.ts";
import { BOUNDS, DEFAULTS } from "../limits.ts";
import type { ManifestOptions } from "../manifests/mod.ts";
import { ALL_VOTE, CHOSEN } from "../options/chosen_voters.ts";
import { flagOf, type Values } from "./settings.ts";
import { complain, say } from "./terminal.ts";
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

/** Prints the manifests that the settings describe, or writes them into files; resolves with the exit code. */
export async function printManifests(values: Values): Promise<number> {
  const options = manifestOptions(values);
  for (const advice of adviceOn(options)) complain(advice);
  const { output, format = "yaml" } = values;
  if ((format === "kustomize") !== (output !== undefined)) {
    throw new UsageError(
      "--format kustomize and --output go together: it is several files, and they are written into that folder",
    );
  }
  if (typeof output === "string") await writeKustomization(options, output);
  else say(...(await manifestYaml(options)).trimEnd().split("\n"));
  return 0;
}

/** What is allowed, and yet not what somebody wants that asks for a leader which survives. */
function adviceOn({ replicas }: ManifestOptions): readonly string[] {
  if (replicas > 2) return [];
  const what = replicas === 1 ? "With 1 replica nobody takes over" : "With 2 replicas both are needed for a leader";
  return [`${what}: 3 survive the loss of one`];
}

/** The YAML of all objects. Throws a UsageError where the package that describes them is not there. */
export async function manifestYaml(options: ManifestOptions): Promise<string> {
  const { manifests } = await load();
  return manifests(options).map((object) => stringify(object.toJSON(), { lineWidth: 0 })).join("---\n");
}

/** A base for kustomize. Whoever renames the objects has the names in the pods' environment renamed, too. */
async function writeKustomization(options: ManifestOptions, folder: string): Promise<void> {
  const { kustomization, nameReferences } = await load();
  const files = {
    "kustomization.yaml": stringify(kustomization(["resources.yaml"], ["references.yaml"])),
    "references.yaml": stringify(nameReferences(options)),
    "resources.yaml": await manifestYaml(options),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(`${folder}/${name}`, text);
}

/** What the settings say. Throws a UsageError that names the one that will not do. */
export function manifestOptions(values: Values): ManifestOptions {
  const name = named("name", values.name, OBJECT);
  const { image, sidecar, namespace, lease, secretName } = values;
  if (typeof image !== "string" || image === "") {
    throw new UsageError(`--image must be the container's image, like registry.example/app:1, got ${told(image)}`);
  }
  if (sidecar !== undefined && (typeof sidecar !== "string" || sidecar === "")) {
    throw new UsageError(
      `--sidecar must be the sidecar's image, like registry.example/democracy:1, got ${told(sidecar)}`,
    );
  }
  const workload = choice("workload", values.workload ?? "statefulset", ["statefulset", "deployment"]);
  const replicas = wholeNumber("replicas", values.replicas ?? 3, MOST_REPLICAS);
  return {
    name,
    image,
    sidecar,
    namespace: namespace === undefined ? undefined : named("namespace", namespace, NAMESPACE),
    replicas,
    voters: votersOf(values.voters, replicas, workload),
    ...paceOf(values),
    port: wholeNumber("port", values.port ?? 12_345, 65_535),
    workload,
    discovery: choice("discovery", values.discovery ?? "api", ["api", "endpoints", "dns"]),
    lease: lease === undefined || lease === false
      ? undefined
      : named("lease", lease === true ? name : lease, SUBDOMAIN),
    secretName: secretName === undefined ? undefined : named("secretName", secretName, SUBDOMAIN),
    probePort: wholeNumber("probePort", values.probePort ?? 4040, 65_535),
    probePath: path("probePath", values.probePath ?? "/healthz"),
    readyPath: path("readyPath", values.readyPath ?? "/readyz"),
  };
}

/** Pods of a Deployment have no ordinals, by which all read the same voters: such a one would end at once, again and again. */
function votersOf(given: unknown, replicas: number, workload: string): number | undefined {
  const voters = given === undefined ? undefined : wholeNumber("voters", given, replicas);
  if (workload !== "deployment" || voters === replicas || (voters === undefined && replicas <= ALL_VOTE)) return voters;
  throw new UsageError(
    `A Deployment could never start: of ${replicas} replicas ${
      voters ?? CHOSEN
    } would vote, those of the lowest ordinals, and ` +
      `its pods have none; take --workload statefulset, or --voters ${replicas}, so that all vote`,
  );
}

/** Two members whose timings do not fit would not start. */
function paceOf({ interval, timeout }: Values): Pick<ManifestOptions, "interval" | "timeout"> {
  const pace = { interval: ms("interval", interval), timeout: ms("timeout", timeout) };
  const least = BOUNDS.minIntervalsPerTimeout * (pace.interval ?? DEFAULTS.interval);
  if ((pace.timeout ?? DEFAULTS.timeout) >= least) return pace;
  throw new UsageError(
    `--timeout must be at least ${BOUNDS.minIntervalsPerTimeout} times --interval (${
      pace.interval ?? DEFAULTS.interval
    } ms), ` +
      `got ${pace.timeout ?? DEFAULTS.timeout} ms`,
  );
}

function ms(setting: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= BOUNDS.minInterval && value <= BOUNDS.maxTimeout) return value;
  throw new UsageError(
    `${flagOf(setting)} must be from ${BOUNDS.minInterval} to ${BOUNDS.maxTimeout} ms, got ${told(value)}`,
  );
}

function path(setting: string, value: unknown): string {
  if (typeof value === "string" && value.startsWith("/")) return value;
  throw new UsageError(`${flagOf(setting)} must start with "/", got ${told(value)}`);
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
