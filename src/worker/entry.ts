/**
 * Where the module is that runs in the worker. The npm package has another module in place of this one: there the
 * library is one file for each thread, see scripts/npm/bundle.ts.
 *
 * @module
 */

/** The URL of the worker's entry, beside this file; source and a registry's copy differ in its extension. */
export function workerEntry(): string {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return new URL(`./main${extension}`, import.meta.url).href;
}

/**
 * Nobody calls this. It puts the worker's entry, which is otherwise named by a URL only, into the module graph, so
 * that whoever caches, vendors or compiles this library does not miss it.
 */
export const workerModule = (): Promise<unknown> => import("./main.ts");
