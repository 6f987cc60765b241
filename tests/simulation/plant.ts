/**
 * The core with a bug in it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Core } from "../../scripts/simulate/core.ts";
import type { Mutant } from "./mutants.ts";

/** The files of a folder and of those in it, by their paths from there. */
async function filesOf(folder: URL, path = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, folder))) {
    if (isDirectory) found.push(...await filesOf(folder, `${path}${name}/`));
    else found.push(`${path}${name}`);
  }
  return found;
}

/** Copies the core to a folder of its own with the bug planted, and imports it. */
export async function plant({ patches }: Pick<Mutant, "patches">, folder: string): Promise<Core<unknown>> {
  const source = new URL("../../src/", import.meta.url);
  await Deno.copyFile(new URL("limits.ts", source), `${folder}/limits.ts`);
  for (const name of await filesOf(new URL("core/", source))) {
    let text = await Deno.readTextFile(new URL(`core/${name}`, source));
    await Deno.mkdir(new URL(".", `file://${folder}/core/${name}`), { recursive: true });
    for (const { file, find, replace } of patches) {
      if (file !== name) continue;
      assertEquals(text.split(find).length - 1, 1, `${file} holds exactly once: ${find}`);
      text = text.replace(find, () => replace);
    }
    await Deno.writeTextFile(`${folder}/core/${name}`, text);
  }
  return await import(new URL(`file://${folder}/core/citizen.ts`).href) as Core<unknown>;
}
