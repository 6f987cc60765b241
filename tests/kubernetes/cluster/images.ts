/**
 * The images of the cluster: the pause program, and an application in Node and in Deno that is the README's program with the packed
 * package.
 *
 * @module
 */

import { buildNpm } from "../../../scripts/build_npm.ts";
import { capture, mustRun, ROOT } from "../../../scripts/harness/process.ts";
import { INSTALL, NPM } from "../../../scripts/npm/runtimes.ts";
import { readmeBlock } from "../../readme.ts";
import { copyProgram, packImage } from "./image.ts";
import { PAUSE } from "./node.ts";

/** Where a pod's program runs. */
export type Runtime = "node" | "deno";

/** The image of the application. */
export function appImage(runtime: Runtime): string {
  return `registry.example/app-${runtime}:1`;
}

/** Makes them in the folder; resolves to their paths. */
export async function makeImages(
  folder: string,
  pause: string,
  runtimes: readonly Runtime[],
): Promise<readonly string[]> {
  const app = `${folder}/app`;
  await Deno.mkdir(app);
  await installApplication(app);
  const images = [`${folder}/pause.tar`];
  await mustRun("install", ["-D", pause, `${folder}/pause/pause`]);
  await packImage(`${folder}/pause`, `${folder}/pause.tar`, { tag: PAUSE, entrypoint: ["/pause"] });
  for (const runtime of runtimes) {
    const root = `${folder}/${runtime}`;
    const program = runtime === "deno" ? Deno.execPath() : await pathOf("node");
    await copyProgram(program, root);
    await mustRun("cp", ["-r", app, `${root}/app`]);
    const flags = runtime === "deno" ? ["run", "-A", "--no-lock", "--node-modules-dir=manual", "--quiet"] : [];
    const output = `${folder}/${runtime}.tar`;
    await packImage(root, output, {
      tag: appImage(runtime),
      entrypoint: [program, ...flags],
      command: ["/app/main.mjs"],
      environment: ["NODE_ENV=production", "DENO_NO_UPDATE_CHECK=1"],
    });
    images.push(output);
  }
  return images;
}

async function pathOf(program: string): Promise<string> {
  const { stdout } = await capture(program, ["-p", "process.execPath"]);
  return stdout.trim();
}

/** The packed package, the README's program, and who watches it. */
async function installApplication(folder: string): Promise<void> {
  const tarball = await buildNpm();
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "app", private: true, type: "module" }));
  await mustRun(NPM, [...INSTALL, "--omit=peer", tarball], { cwd: folder });
  await Deno.copyFile(`${ROOT}/tests/kubernetes/cluster/sample.mjs`, `${folder}/sample.mjs`);
  const program = await readmeBlock("js", 'import { createServer } from "node:http";\nimport { Democracy }');
  const made = "const democracy = new Democracy(kubernetes());\n";
  if (!program.includes(made)) throw new Error(`The README's program does not have ${made}`);
  const watched = program.replace(made, `${made}(await import("./sample.mjs")).sample(democracy);\n`);
  await Deno.writeTextFile(`${folder}/main.mjs`, watched);
}
