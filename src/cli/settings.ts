/**
 * Everything that can be set: by flag, by environment variable, and in a configuration file, in this order.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { Option } from "commander";
import { parse as parseYaml, YAMLError } from "yaml";
import { closestTo } from "../base/closest.ts";
import { describe } from "../errors.ts";
import type { Options } from "../options.ts";
import { checkKnown } from "../options/checks.ts";
import { UsageError } from "./usage_error.ts";
import {
  parseAddress,
  parseBoolean,
  parseBroadcast,
  parseDuration,
  parseLease,
  parseList,
  parseNumber,
  parsePreempt,
  parseQuarantine,
  parseQuorum,
  parseSecret,
  parseSecrets,
  parseText,
} from "./values.ts";

interface Setting<Name extends string = string> {
  /** The key in a configuration file; the flag and the variable follow from it. */
  readonly name: Name;
  /** How its value is shown in the help; in brackets where the flag alone means `true`. */
  readonly value: string;
  readonly help: string;
  /** All that it can be, where those are few words. */
  readonly choices?: readonly string[];
  /** Reads text, or what a file has; what it stands for is left to the library's own checks. Default: text. */
  readonly parse?: (value: unknown, label: string) => unknown;
}

/** The options that no text can say, and those about a process that is the application's own. */
type Unspoken = "fencing" | "handOverOnExit" | "logger" | "signal" | "signals" | "workerUrl";

/** An option that text can say; each has a setting of its name, or the program does not compile. */
type Spoken = Exclude<keyof Options, Unspoken>;

/** What sets an option under another name, or finds it out. */
export type Indirect = "election" | "secretFile" | "service" | "port" | "discovery" | "lease";

/** What makes a member. */
export const MEMBER_SETTINGS = [
  { name: "source", value: "<address>", help: "address to bind and to be known by, ip:port" },
  {
    name: "peers",
    value: "<list>",
    help: "addresses of all members, host:port, with commas between; or dns:<host>:<port>, a name of all of them",
    parse: parseList,
  },
  {
    name: "voters",
    value: "<list>",
    help: "addresses of those that vote; default: all of up to 9 members, 7 of more",
    parse: parseList,
  },
  { name: "advertise", value: "<address>", help: "address told to others when the source is a wildcard" },
  { name: "id", value: "<name>", help: "name of this member; random unless set" },
  { name: "weight", value: "<number>", help: "the heaviest is elected; random unless set", parse: parseNumber },
  { name: "interval", value: "<duration>", help: "between heartbeats; default 200ms", parse: parseDuration },
  { name: "timeout", value: "<duration>", help: "length of a lease; default 1s", parse: parseDuration },
  { name: "quorum", value: "<quorum>", help: "majority (default), none, or a number", parse: parseQuorum },
  { name: "clusterSize", value: "<number>", help: "number of voters; default: the peers", parse: parseNumber },
  { name: "cluster", value: "<name>", help: "name of the election; default democracy" },
  { name: "election", value: "<name>", help: "the same, as the leader-elector sidecar has it" },
  {
    name: "secret",
    value: "<secret>",
    help: "seals datagrams; several, for rotation, one a line. Others can see flags: prefer the variable or a file",
    parse: parseSecrets,
  },
  {
    name: "secretFile",
    value: "<file>",
    help: "file with the secret; several, for rotation, one a line",
  },
  { name: "eligible", value: "[boolean]", help: "false: votes, but never leads", parse: parseBoolean },
  {
    name: "preempt",
    value: "[duration]",
    help: "hands the lead to a heavier member, once that was healthy for a timeout, or for so long",
    parse: parsePreempt,
  },
  {
    name: "quarantine",
    value: "<duration>",
    help: "how long a member that started withholds its vote, or until-idle; default: the timeout",
    parse: parseQuarantine,
  },
  {
    name: "stallTimeout",
    value: "<duration>",
    help: "how long the program may hang before it gives the lead away; default 10s",
    parse: parseDuration,
  },
  { name: "channels", value: "<list>", help: "channels to subscribe to", parse: parseList },
  { name: "maxPacketSize", value: "<bytes>", help: "largest datagram; default 1200", parse: parseNumber },
  { name: "broadcast", value: "<name>", help: "name of the BroadcastChannel, or false", parse: parseBroadcast },
  {
    name: "settle",
    value: "<duration>",
    help: "how long a new leader waits before its work begins; default 0",
    parse: parseDuration,
  },
  { name: "isolation", value: "<where>", help: "where the election runs; default worker", choices: ["worker", "none"] },
  { name: "service", value: "<name>", help: "in a pod: the headless Service to find the peers by; sets source and id" },
  { name: "port", value: "<port>", help: "in a pod: the UDP port of every member; default 12345", parse: parseNumber },
  {
    name: "discovery",
    value: "<way>",
    help: "in a pod: EndpointSlices (default), Endpoints, or DNS, which needs no permission",
    choices: ["api", "endpoints", "dns"],
  },
  { name: "lease", value: "<name>", help: "in a pod: the Lease by which the API server mints the tokens" },
] as const satisfies readonly Setting<Spoken | Indirect>[];

/** The options without a setting: none, which only an empty object shows. */
({}) satisfies Record<Exclude<Spoken, (typeof MEMBER_SETTINGS)[number]["name"]>, Setting>;

/** What makes a sidecar, beside its member. */
export const SIDECAR_SETTINGS: readonly Setting[] = [
  {
    name: "format",
    value: "<format>",
    help: "of what happens; default: text on a terminal, json in a pipe",
    choices: ["text", "json"],
  },
  {
    name: "http",
    value: "<address>",
    help: "where to serve; default 127.0.0.1:4040, :4040 for all interfaces",
    parse: parseAddress,
  },
  {
    name: "httpHosts",
    value: "<list>",
    help: "host names that HTTP is asked by, beside IP addresses and localhost; .example for all below it, or *",
    parse: parseList,
  },
  {
    name: "resignToken",
    value: "<token>",
    help: "bearer token for POST /resign, which is off without one",
    parse: parseSecret,
  },
  {
    name: "elections",
    value: "<list>",
    help: "named elections to stand in, beside the default one; at /elections",
    parse: parseList,
  },
  { name: "ui", value: "[boolean]", help: "serves a page to watch the election, at /ui/", parse: parseBoolean },
  { name: "ttl", value: "<duration>", help: "sets timeout, and interval to a fifth of it", parse: parseDuration },
  { name: "electionNamespace", value: "<name>", help: "understood for leader-elector's sake; means nothing here" },
  {
    name: "useClusterCredentials",
    value: "[boolean]",
    help: "understood for leader-elector's sake; means nothing here",
    parse: parseBoolean,
  },
];

/** How a command is run. */
export const EXEC_SETTINGS: readonly Setting[] = [
  { name: "grace", value: "<duration>", help: "between SIGTERM and SIGKILL on loss of the lead", parse: parseDuration },
  { name: "once", value: "[boolean]", help: "end with 75 when the lead is lost", parse: parseBoolean },
];

/** How a member is asked. */
export const STATUS_SETTINGS: readonly Setting[] = [
  { name: "http", value: "<address>", help: "where the member serves; the same as the argument", parse: parseAddress },
  { name: "json", value: "[boolean]", help: "prints what the member answers", parse: parseBoolean },
];

/** What Kubernetes is to be told of an application. */
export const MANIFEST_SETTINGS: readonly Setting[] = [
  { name: "name", value: "<name>", help: "of every object; required" },
  { name: "image", value: "<image>", help: "of the application; required" },
  {
    name: "sidecar",
    value: "<image>",
    help: "of a sidecar that takes part in the election, where the application itself does not",
  },
  { name: "namespace", value: "<name>", help: "of every object; default: left to whoever applies them" },
  { name: "replicas", value: "<number>", help: "how many pods there are; default 3", parse: parseNumber },
  {
    name: "voters",
    value: "<number>",
    help: "how many of them vote; default: all of up to 9, 7 of more",
    parse: parseNumber,
  },
  { name: "interval", value: "<duration>", help: "between heartbeats; default 200ms", parse: parseDuration },
  { name: "timeout", value: "<duration>", help: "length of a lease; default 1s", parse: parseDuration },
  { name: "port", value: "<port>", help: "UDP, of the election; default 12345", parse: parseNumber },
  { name: "workload", value: "<kind>", help: "default statefulset", choices: ["statefulset", "deployment"] },
  {
    name: "discovery",
    value: "<way>",
    help: "how pods find each other: EndpointSlices (default), Endpoints (before 1.21), or DNS (no permissions)",
    choices: ["api", "endpoints", "dns"],
  },
  {
    name: "lease",
    value: "[name]",
    help: "lets the API server mint the tokens, on a Lease of this name; without one, of the application's",
    parse: parseLease,
  },
  {
    name: "secretName",
    value: "<name>",
    help: 'of a Secret that is there already, and whose key "secret" seals the datagrams; several, one a line',
  },
  {
    name: "probePort",
    value: "<port>",
    help: "TCP, answers probes, whoever leads; default 4040",
    parse: parseNumber,
  },
  { name: "probePath", value: "<path>", help: "answers with 200 while the process is well; default /healthz" },
  {
    name: "readyPath",
    value: "<path>",
    help: "answers with 200 while the member has joined and may vote; default /readyz",
  },
  {
    name: "format",
    value: "<format>",
    help: "default yaml; kustomize writes a base into the folder that --output names",
    choices: ["yaml", "kustomize"],
  },
  { name: "output", value: "<folder>", help: "where to write files, with --format kustomize" },
];

const ALL_SETTINGS: readonly Setting[] = [
  ...MEMBER_SETTINGS,
  ...SIDECAR_SETTINGS,
  ...EXEC_SETTINGS,
  ...STATUS_SETTINGS,
  ...MANIFEST_SETTINGS,
];

/**
 * The variables that nobody but this program needs to know, and that a command which it runs must not find in its
 * environment.
 */
export const SECRET_VARIABLES: readonly string[] = ALL_SETTINGS
  .filter(({ name, parse }) => parse === parseSecret || parse === parseSecrets || name === "secretFile")
  .map(({ name }) => variableOf(name));

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What was set, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** The variable that sets it. */
export function variableOf(name: string): string {
  return `DEMOCRACY_${name.replace(/[A-Z]/gu, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The flag that sets it. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The flags of these settings, for the command line's parser. */
export function optionsOf(settings: readonly Setting[]): Option[] {
  const config = new Option("--config <file>", `YAML or JSON file with any of these (env DEMOCRACY_CONFIG)`);
  return [
    config,
    ...settings.map(({ name, value, help, choices, parse }) => {
      const option = new Option(`${flagOf(name)} ${value}`, `${help} (env ${variableOf(name)})`);
      if (choices !== undefined) option.choices(choices);
      const isList = parse === parseList || parse === parseSecrets;
      return isList
        ? option.argParser((text, before?: string) => before === undefined ? text : join(before, text))
        : option;

      function join(before: string, text: string): string {
        return before + (parse === parseSecrets ? "\n" : ",") + text;
      }
    }),
  ];
}

/** What to say of variables that look like settings and are none. Those of a Service of that name, which every pod has, do not. */
export function misspeltVariables(environment: Environment): readonly string[] {
  const known = ["DEMOCRACY_CONFIG", ...ALL_SETTINGS.map(({ name }) => variableOf(name))];
  const others = Object.keys(environment).filter((name) => name.startsWith("DEMOCRACY_") && !known.includes(name));
  return others.flatMap((name) => {
    const parts = known.map((each) => each.slice("DEMOCRACY_".length));
    const meant = closestTo(name.slice("DEMOCRACY_".length), parts);
    return meant === undefined ? [] : [`${name} is no setting; did you mean DEMOCRACY_${meant}?`];
  });
}

/**
 * Puts together what flags, variables and the configuration file say of these settings. The file may have all others, too,
 * so that one file serves every command.
 *
 * Throws a UsageError that says what is wrong and where.
 */
export async function readSettings(
  settings: readonly Setting[],
  flags: Values,
  environment: Environment,
): Promise<Values> {
  const path = flags.config ?? environment.DEMOCRACY_CONFIG;
  const file = typeof path === "string" && path !== "" ? await readConfig(path) : {};
  const values: Record<string, unknown> = {};
  for (const { name, choices, parse = parseText } of settings) {
    const sources = [
      { label: flagOf(name), value: flags[name] },
      { label: variableOf(name), value: environment[variableOf(name)] || undefined },
      { label: `${name} in ${path}`, value: file[name] ?? undefined },
    ];
    const source = sources.find(({ value }) => value !== undefined);
    if (source === undefined) continue;
    const { label, value } = source;
    const read = parse(value, label);
    if (choices?.some((choice) => choice === read) === false) {
      throw new UsageError(`${label} must be one of ${choices.join(", ")}, got ${describe(read)}`);
    }
    values[name] = read;
  }
  return values;
}

async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`Cannot read the configuration ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** No error of the parser is shown, nor a warning printed: they quote the line, and the file may have secrets. */
function parseConfig(text: string, path: string): unknown {
  try {
    return parseYaml(text, { logLevel: "error", prettyErrors: true });
  } catch (error) {
    const [start] = error instanceof YAMLError ? error.linePos ?? [] : [];
    const where = start === undefined ? "" : ` at line ${start.line}, column ${start.col}`;
    const what = error instanceof YAMLError ? ` (${error.code})` : "";
    throw new UsageError(`Cannot read the configuration ${path}: it is no YAML or JSON${where}${what}`);
  }
}

async function readConfig(path: string): Promise<Values> {
  const content = parseConfig(await readConfigText(path), path);
  if (content === null) return {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new UsageError(`The configuration ${path} must be a mapping, like "source: 10.0.0.7:12345"`);
  }
  try {
    checkKnown(content, ALL_SETTINGS.map(({ name }) => name));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : error}`);
  }
  return { ...content };
}
