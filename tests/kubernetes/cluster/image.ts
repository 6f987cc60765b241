/**
 * Images for containerd, made without a registry: one layer, in the form that `docker save` writes.
 *
 * @module
 */

import { capture, mustRun } from "../../../scripts/harness/process.ts";

/** What an image says beside its files. */
export interface ImageOptions {
  readonly tag: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
}

async function sha256(file: string): Promise<string> {
  const { ok, stdout, stderr } = await capture("sha256sum", [file]);
  if (!ok) throw new Error(`Cannot read ${file}: ${stderr}`);
  return stdout.split(" ")[0] ?? "";
}

/** Packs a folder, which becomes the root, into `output`. */
export async function packImage(root: string, output: string, options: ImageOptions): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "democracy_image_" });
  try {
    await mustRun("tar", [
      "--sort=name",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "-C",
      root,
      "-cf",
      `${folder}/layer.tar`,
      ".",
    ]);
    const config = {
      architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
      os: "linux",
      config: {
        Entrypoint: options.entrypoint,
        Cmd: options.command ?? [],
        Env: ["PATH=/usr/bin:/bin", ...(options.environment ?? [])],
        User: "10001:10001",
        WorkingDir: "/",
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${await sha256(`${folder}/layer.tar`)}`] },
    };
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
    const manifest = [{ Config: "config.json", RepoTags: [options.tag], Layers: ["layer.tar"] }];
    await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
    await mustRun("tar", ["-C", folder, "-cf", output, "manifest.json", "config.json", "layer.tar"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies a program and the libraries that it is linked with to the same paths below the root. */
export async function copyProgram(program: string, root: string): Promise<void> {
  const { stdout } = await capture("ldd", [program]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? "");
  for (const path of [program, ...libraries]) {
    await mustRun("install", ["-D", await Deno.realPath(path), `${root}${path}`]);
  }
}
