/**
 * Where programs are looked for, and where those that were made here are kept between runs.
 *
 * @module
 */

/** The pinned version of Kubernetes, and the version that its libraries carry. */
export const KUBERNETES = { version: "v1.34.4", libraries: "v0.34.4" } as const;

/** The folder of the pinned version, outside of the repository. */
export function cacheFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${cache}/democracy-control-plane/${KUBERNETES.version}`;
}

/** Whether there is a file at the path. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The path of a program of the system, or undefined. */
export async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder !== "" && await isFile(`${folder}/${program}`)) return `${folder}/${program}`;
  }
  return undefined;
}

/** Copies a file; whoever looks sees no file or the whole file. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  const partial = `${to}.${crypto.randomUUID()}`;
  await Deno.copyFile(from, partial);
  await Deno.rename(partial, to);
}
