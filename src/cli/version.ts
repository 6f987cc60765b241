/**
 * Which version this is. It stands in `deno.json`, too, which published code cannot read; a test compares them.
 *
 * @module
 */

/** The version of the package. */
export const VERSION = "0.1.0";
