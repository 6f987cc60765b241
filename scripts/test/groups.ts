/**
 * Which file of tests runs when: what every change is tried on, and what takes long or needs more than Deno and npm.
 *
 * @module
 */

import { ROOT } from "../harness/process.ts";
import { CLUSTER, CONTROL_PLANE, NAMESPACES, type Need } from "./needs.ts";
import { PATIENCE, type Patience } from "./watched.ts";

/** A file or folder of tests that `deno task test` leaves to `deno task test:all`. */
interface Rest {
  readonly path: string;
  /** Why it is not among those that every change is tried on. */
  readonly why: string;
  readonly need?: Need;
  /** How long it is waited for, where that is longer than usual. */
  readonly patience?: Patience;
}

/** Whoever runs these tests by hand may have a program built first, which takes 10 to 20 minutes on two quiet cores. */
const BUILDING: Patience = { test: 3_600_000, start: 3_600_000 };

/** What `deno task test:all` runs. */
export const REST: readonly Rest[] = [
  {
    path: "tests/simulation/mutants_test.ts",
    why: "seeds, walks, or the core's tests for each of the bugs that are planted",
  },
  { path: "tests/simulation/long_sweep_test.ts", why: "800 more seeds" },
  { path: "tests/simulation/scale_targets_test.ts", why: "clusters of 100 members" },
  { path: "tests/simulation/scale_test.ts", why: "clusters of 100 members" },
  { path: "tests/end_to_end/long_flood_test.ts", why: "half a minute of forged datagrams, six times" },
  { path: "tests/end_to_end/fuzz_test.ts", why: "400 000 datagrams over real sockets" },
  { path: "tests/scripts/bench_peers_test.ts", why: "processes that are killed and stopped" },
  { path: "tests/scripts/bench_scale_test.ts", why: "measures what datagrams cost" },
  { path: "tests/netns", why: "a minute and a half of real faults", need: NAMESPACES },
  {
    path: "tests/kubernetes/control_plane",
    why: "a real API server, which may have to be built first",
    need: CONTROL_PLANE,
    patience: BUILDING,
  },
  {
    path: "tests/kubernetes/cluster",
    why: "scenes of ten minutes on kubelets, each with its own containerd, by request",
    need: CLUSTER,
    patience: BUILDING,
  },
];

/**
 * Files whose members run by the real clock, in threads and processes of their own. All of them stand a busy machine, but each would
 * make the others wait.
 */
export const TIMED: readonly string[] = [
  "tests/cli/",
  "tests/democracy_test.ts",
  "tests/end_to_end/",
  "tests/fencing_test.ts",
  "tests/kubernetes/cluster/",
  "tests/kubernetes/control_plane/",
  "tests/logger_test.ts",
  "tests/metrics/",
  "tests/netns/",
  "tests/scripts/bench_peers_test.ts",
  "tests/scripts/bench_scale_test.ts",
  "tests/scripts/demo_test.ts",
  "tests/sidecar/",
  "tests/ui/browser/",
  "tests/ui/member_page_test.ts",
  "tests/worker/",
];

/** What takes longest begins first, so that the lanes end together. */
const FIRST_FILES: readonly string[] = [
  "tests/simulation/",
  "tests/registry/",
  "tests/wire/",
  "tests/core/scale_election_test.ts",
];

/** Whether `path` is that file, or in that folder. */
export function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(place.endsWith("/") ? place : `${place}/`);
}

/** The TypeScript modules in these folders, relative to the root. */
export async function* modulesIn(...folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
      if (isDirectory) yield* modulesIn(`${folder}/${name}`);
      else if (name.endsWith(".ts")) yield `${folder}/${name}`;
    }
  }
}

/** All files of tests, relative to the root, in the order in which they are best begun. */
export async function testFiles(): Promise<string[]> {
  const rank = (path: string): number => {
    const found = FIRST_FILES.findIndex((place) => isIn(path, place));
    return found === -1 ? FIRST_FILES.length : found;
  };
  const files = (await Array.fromAsync(modulesIn("tests"))).filter((path) => path.endsWith("_test.ts")).sort();
  return files.sort((one, other) => rank(one) - rank(other));
}

/** Whether a file is left to `deno task test:all`. */
export function isRest(path: string): boolean {
  return REST.some((rest) => isIn(path, rest.path));
}

/** How long a run of these files and folders is waited for. */
export function patienceFor(places: readonly string[]): Patience {
  const longer = REST.find(({ path, patience }) =>
    patience !== undefined && places.some((place) => isIn(place, path) || isIn(path, place))
  );
  return longer?.patience ?? PATIENCE;
}

/** Whether a file runs by the real clock. */
export function isTimed(path: string): boolean {
  return TIMED.some((place) => isIn(path, place));
}
