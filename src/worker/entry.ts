/**
 * Where the module is that runs in the worker. The npm package has another module in place of this one: there the
 * library is one file for each thread, see scripts/npm/bundle.ts.
 *
 * @module
 */

/**
 * The URL of the worker's entry, beside this file; source and a registry's copy differ in its extension.
 *
 * @throws {Error} Where a bundler has made CommonJS of this module, which then does not know where it is.
 */
export function workerEntry(): string {
  const { url }: { readonly url?: string } = import.meta;
  if (url === undefined) throw new Error("CommonJS does not know where it is");
  return new URL(`./main${url.slice(url.lastIndexOf("."))}`, url).href;
}

/**
 * Nobody calls this. It puts the worker's entry, which is otherwise named by a URL only, into the module graph, so
 * that whoever caches, vendors or compiles this library does not miss it.
 */
export const workerModule = (): Promise<unknown> => import("./main.ts");
