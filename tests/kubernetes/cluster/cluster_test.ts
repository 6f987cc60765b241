import { assertEquals } from "@std/assert";
import { NPM_IMPORTS, ROOT } from "../../../scripts/harness/process.ts";
import { table } from "../../../scripts/harness/table.ts";
import { UnavailableError } from "../../../scripts/kubernetes/unavailable_error.ts";
import { CLUSTER_SCENES } from "../../../scripts/kubernetes/cluster_scenes.ts";
import { Ground } from "./ground.ts";
import { makeImages } from "./images.ts";
import type { Line, Task } from "./play.ts";
import { ensurePrograms, type Programs } from "./programs.ts";
import { chosenScenes, type Scene } from "./scenes.ts";

const TITLE = "a cluster with kubelets";
const NODES = [1, 2, 3];
const SCENES = chosenScenes(Deno.env.get(CLUSTER_SCENES));

async function availability() {
  if (SCENES.length === 0) {
    const why = `${CLUSTER_SCENES} chooses no scene: set it to "short", "all", or a part of a scene's name`;
    console.log(`cluster: tests are skipped: ${why}`);
    return { programs: undefined, why };
  }
  try {
    return { programs: await ensurePrograms((line) => console.log(`cluster: ${line}`)), why: "" };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    console.log(`cluster: tests are skipped: ${error.message}`);
    return { programs: undefined, why: error.message.split("\n")[0] };
  }
}

/** The lines that the program prints in the control plane's namespace. */
async function* play(ground: Ground, task: Task): AsyncGenerator<Line> {
  const file = `${ground.folder}/task.json`;
  await Deno.writeTextFile(file, JSON.stringify(task));
  const child = new Deno.Command("nsenter", {
    args: [
      `--net=/run/netns/${ground.network.control}`,
      ...[
        Deno.execPath(),
        "run",
        "-A",
        "--no-check",
        "--quiet",
        NPM_IMPORTS,
        `${ROOT}/tests/kubernetes/cluster/play.ts`,
        file,
      ],
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
  await child.status;
}

async function nextLine(lines: AsyncGenerator<Line>): Promise<Line> {
  const { value, done } = await lines.next();
  if (done) throw new Error("The program that plays the scenes has ended");
  return value;
}

async function playAll(ground: Ground, programs: Programs, { step }: Deno.TestContext): Promise<void> {
  const folder = `${ground.folder}/images`;
  const told: Line[] = [];
  let images: readonly string[] = [];
  const runtimes = [...new Set(SCENES.map(({ runtime }) => runtime))];
  await step("images", async () => {
    await Deno.mkdir(folder);
    images = await makeImages(folder, programs.pause, runtimes);
  });
  const cluster = { name: ground.name, folder: ground.folder, nodes: NODES, programs, images };
  const lines = play(ground, { cluster, scenes: SCENES.map(({ name }) => name) });
  await step("all nodes are ready", async () => void await nextLine(lines));
  for (const scene of SCENES) {
    await step(scene.name, async () => {
      const line = await nextLine(lines);
      told.push(line);
      check(scene, line);
    });
  }
  const head = ["scene", "gaps in ms", "moves", "s"];
  const rows = told.map(({ scene = "", verdict, took }) => [
    scene,
    verdict?.gaps.join(", ") || "none",
    String(verdict?.moves),
    String(Math.round(took / 1000)),
  ]);
  console.log(["", ...table(head, rows), ""].join("\n"));
}

function check({ name }: Scene, { scene, verdict, failure }: Line): void {
  assertEquals(scene, name, "the scenes are played in order");
  if (failure !== undefined) throw new Error(failure);
  assertEquals(verdict?.problems, [], `${name}: ${JSON.stringify(verdict)}`);
}

const { programs, why } = await availability();
Deno.test({
  name: programs === undefined ? `${TITLE} (skipped: ${why})` : TITLE,
  ignore: programs === undefined,
  async fn(t) {
    if (programs === undefined) return;
    const ground = await Ground.take(NODES);
    try {
      await playAll(ground, programs, t);
    } finally {
      await ground.giveBack();
    }
  },
});
