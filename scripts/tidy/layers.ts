/**
 * Which module may import which. The library is a flow, and imports follow it:
 * options -> discovery -> worker -> transport -> wire -> core -> leadership -> stats. Who is given something may name its type
 * where that is defined: types vanish, and the rule against cycles holds for them all the same.
 *
 * @module
 */

import type { Facts, Import } from "./facts.ts";

/** From first to last; a module imports from its own layer and those after it. */
const LAYERS = ["entry", "options", "discovery", "worker", "transport", "wire", "core", "leadership", "stats", "base"];

/** What every layer may use; these import only each other. */
const BASE = /^src\/(base\/|(errors|limits|logger)\.ts$)/;

/** What published code may import beside itself and `node:` modules. */
const DEPENDENCIES = ["@logtape/logtape", "devalue"];

/**
 * Entry points of their own, with what else they may import. They stand on the library, which never loads them; they
 * run a process, so they may know its environment.
 */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  kubernetes: [],
  metrics: ["@opentelemetry/api"],
  sidecar: ["hono", "@hono/node-server"],
  cli: ["commander", "@bomb.sh/tab", "yaml"],
  manifests: ["kubernetes-models"],
  ui: [],
};

function layerOf(path: string): number {
  if (BASE.test(path)) return LAYERS.indexOf("base");
  if (/^src\/options(\.ts$|\/)/.test(path)) return LAYERS.indexOf("options");
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  const layer = LAYERS.indexOf(folder ?? "entry");
  return layer === -1 ? LAYERS.indexOf("entry") : layer;
}

/** The companion that a file belongs to, if any. */
export function companionOf(path: string): string | undefined {
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && Object.hasOwn(COMPANIONS, folder) ? folder : undefined;
}

/** Whether the file ships to users. */
export function isPublished(path: string): boolean {
  return path === "mod.ts" || path.startsWith("src/");
}

/** The floors of the core, from the top: a file imports from its own floor and those below. */
const CORE_FLOORS = [
  /^src\/core\/[^/]+\.ts$/,
  /^src\/core\/election\//,
  /^src\/core\/membership\//,
  /^src\/core\/message\//,
];

/** Files of the core that stand on the ground, though they lie beside those at the top. */
const CORE_GROUND = ["bucket", "drop", "effect", "ground", "input", "nonce", "random", "siphash", "small_set"]
  .map((name) => `src/core/${name}.ts`);

function coreProblem(path: string, target: string): string | undefined {
  if (!path.startsWith("src/core/") || CORE_GROUND.includes(target)) return undefined;
  const floorOf = (file: string): number =>
    CORE_GROUND.includes(file) ? CORE_FLOORS.length : CORE_FLOORS.findIndex((floor) => floor.test(file));
  const [from, to] = [floorOf(path), floorOf(target)];
  // What a step wants done is made of messages.
  const isGround = from === CORE_FLOORS.length && target.startsWith("src/core/message/");
  return to >= from || isGround ? undefined : `imports ${target}: that lies on a floor above`;
}

/** What the scripts and the tests are made of. What two of them need is in `scripts/harness/`, or beside the tests' rooms. */
const ROOM = /^(?:scripts\/(?:bench|demo|kubernetes|simulate|test|tidy)(?=\/|\.ts$)|tests\/[^/]+(?=\/))/;

/** Which rooms of scripts another one, or a room of tests beside `tests/scripts/`, is about. */
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  "scripts/test": ["scripts/kubernetes"],
  "tests/kubernetes": ["scripts/kubernetes"],
  "tests/simulation": ["scripts/simulate"],
  "tests/ui": ["scripts/demo", "scripts/simulate"],
};

function roomOf(path: string): string | undefined {
  return ROOM.exec(path)?.[0];
}

function roomProblem(path: string, target: string): string | undefined {
  const room = roomOf(target);
  const own = roomOf(path) ?? (path.startsWith("scripts/harness/") ? "scripts/harness" : undefined);
  if (room === undefined || own === undefined || room === own) return undefined;
  if (own === "tests/scripts" && room.startsWith("scripts/")) return undefined;
  if (ABOUT[own]?.includes(room)) return undefined;
  return `imports ${target}: what ${own} shares with ${room} belongs to scripts/harness`;
}

/** The path of an imported file of this repository; undefined for anything else. */
export function targetOf(path: string, specifier: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function layerProblem(path: string, imported: Import, target: string): string | undefined {
  if (!isPublished(target)) return `published code imports ${target}, which is not published`;
  if (path.startsWith("src/core/") && !target.startsWith("src/core/") && target !== "src/limits.ts") {
    return `the core imports ${target}: it may know nothing but itself and src/limits.ts`;
  }
  const core = target === "src/limits.ts" ? undefined : coreProblem(path, target);
  if (core !== undefined) return core;
  if (companionOf(target) !== undefined && companionOf(path) === undefined) {
    return `imports ${target}: the library never loads what stands on it`;
  }
  const from = layerOf(path);
  const to = layerOf(target);
  if (imported.kind === "type" && LAYERS[from] !== "base" && LAYERS[to] !== "entry") return undefined;
  return to >= from ? undefined : `imports ${target}: ${LAYERS[from]} comes after ${LAYERS[to]}`;
}

function packageProblem(path: string, specifier: string): string | undefined {
  if (path.startsWith("src/core/")) return `the core imports "${specifier}": it may know nothing but itself`;
  if (specifier.startsWith("node:")) return undefined;
  const allowed = [...DEPENDENCIES, ...COMPANIONS[companionOf(path) ?? ""] ?? []];
  if (allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return `imports "${specifier}": this code depends on ${allowed.join(", ")} and node: modules only`;
}

/** Says what is wrong with one import; undefined when it is in order. */
export function importProblem(path: string, imported: Import): string | undefined {
  const target = targetOf(path, imported.specifier);
  if (!isPublished(path)) return target === undefined ? undefined : roomProblem(path, target);
  return target === undefined ? packageProblem(path, imported.specifier) : layerProblem(path, imported, target);
}

/** What the rules here allow, or name, that no file does or is any more. */
export function staleRules(files: readonly Facts[]): string[] {
  const imports = files.flatMap(({ path, imports }) => imports.map(({ specifier }) => ({ path, specifier })));
  const imported = (name: string, inside: (path: string) => boolean): boolean =>
    imports.some(({ path, specifier }) =>
      inside(path) && isPublished(path) && (specifier === name || specifier.startsWith(`${name}/`))
    );
  const reaches = (own: string, room: string): boolean =>
    imports.some(({ path, specifier }) => roomOf(path) === own && roomOf(targetOf(path, specifier) ?? "") === room);
  const packages = Object.entries(COMPANIONS).flatMap(([companion, names]) =>
    names.filter((name) => !imported(name, (path) => companionOf(path) === companion))
      .map((name) => `"${name}" of ${companion}`)
  );
  const rooms = Object.entries(ABOUT).flatMap(([own, others]) =>
    others.filter((room) => !reaches(own, room)).map((room) => `${room} of ${own}`)
  );
  return [
    ...DEPENDENCIES.filter((name) => !imported(name, (path) => companionOf(path) === undefined)).map((name) =>
      `"${name}"`
    ),
    ...packages,
    ...rooms,
    ...LAYERS.filter((_, layer) => !files.some(({ path }) => isPublished(path) && layerOf(path) === layer)),
    ...CORE_GROUND.filter((name) => !files.some(({ path }) => path === name)),
  ];
}

/** Finds the circles among the imports, each once, as the paths along it. */
export function cycles(files: readonly Facts[]): string[][] {
  const edges = new Map(files.map((file) => [
    file.path,
    file.imports.filter(({ kind }) => kind !== "dynamic").map(({ specifier }) => targetOf(file.path, specifier))
      .filter((target): target is string => target !== undefined),
  ]));
  const done = new Set<string>();
  const found: string[][] = [];
  const walk = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      found.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return found;
}
