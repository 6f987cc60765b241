/**
 * Plays scenes in a cluster, one after the other. Run as a program in the namespace of the control plane: its argument is a file that
 * says what to start; it prints a line of JSON for the start and for each scene.
 *
 * @module
 */

import { sleep } from "../../../scripts/harness/waiting.ts";
import { Application } from "./application.ts";
import { Cluster, type ClusterOptions } from "./cluster.ts";
import { judge, type Verdict } from "./judge.ts";
import { ClusterNetwork } from "./network.ts";
import { type Scene, SCENES } from "./scenes.ts";

/** What is to be played. */
export interface Task {
  readonly cluster: ClusterOptions;
  /** Names of scenes. */
  readonly scenes: readonly string[];
}

/** What is printed. */
export interface Line {
  /** The name of a scene; undefined for the start of the cluster. */
  readonly scene?: string;
  /** ms that it took. */
  readonly took: number;
  readonly verdict?: Verdict;
  /** Why it could not be played. */
  readonly failure?: string;
}

/** Before a scene somebody leads in peace, so that what is seen is the scene's. */
const PEACE = 3000;

async function playScene(scene: Scene, cluster: Cluster, number: number): Promise<Verdict> {
  const { admin } = cluster.control;
  const app = new Application(admin, cluster.logs, `scene${number}`, scene.runtime, scene.values);
  const begun = Date.now();
  await app.makeNamespace();
  try {
    await app.apply();
    await app.settled();
    await app.led(begun);
    await sleep(PEACE);
    const from = Date.now();
    await scene.play(app, cluster);
    await sleep(PEACE);
    return judge(cluster.logs.of(app.namespace), from, scene.expected);
  } finally {
    await app.remove();
    await keepEvents(cluster, app.namespace);
  }
}

/** For who has to find out why. */
async function keepEvents(cluster: Cluster, namespace: string): Promise<void> {
  const folder = Deno.env.get("DEMOCRACY_CLUSTER_EVENTS");
  if (folder === undefined) return;
  await Deno.mkdir(folder, { recursive: true });
  const lines = cluster.logs.of(namespace).map((event) => JSON.stringify(event));
  await Deno.writeTextFile(`${folder}/${namespace}.jsonl`, [...lines, ...cluster.logs.plain(namespace)].join("\n"));
}

async function main(): Promise<void> {
  const task: Task = JSON.parse(await Deno.readTextFile(Deno.args[0] ?? ""));
  const print = (line: Line): void => console.log(JSON.stringify(line));
  const timed = async (work: () => Promise<Omit<Line, "took">>): Promise<void> => {
    const begun = performance.now();
    const line = await work();
    print({ ...line, took: Math.round(performance.now() - begun) });
  };
  let cluster: Cluster | undefined;
  const { name, nodes } = task.cluster;
  await timed(async () => {
    cluster = await Cluster.start(task.cluster, new ClusterNetwork(name, nodes));
    return {};
  });
  for (const [number, scene] of SCENES.entries()) {
    if (cluster === undefined || !task.scenes.includes(scene.name)) continue;
    const running = cluster;
    await timed(async () => {
      try {
        return { scene: scene.name, verdict: await playScene(scene, running, number) };
      } catch (error) {
        return { scene: scene.name, failure: error instanceof Error ? error.stack ?? error.message : String(error) };
      }
    });
  }
  // What it has started is ended with its namespaces.
  Deno.exit(0);
}

if (import.meta.main) await main();
