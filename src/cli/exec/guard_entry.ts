/**
 * Where the module is that runs in the guard's process. The npm package has another module in place of this one, see
 * scripts/npm/bundle.ts.
 *
 * @module
 */

/** The URL of the guard's entry, beside this file; source and a registry's copy differ in its extension. */
export function guardEntry(): string {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return new URL(`./guard${extension}`, import.meta.url).href;
}

/** Nobody calls this. It puts the guard, which is otherwise named by a URL only, into the module graph. */
export const guardModule = (): Promise<unknown> => import("./guard.ts");
