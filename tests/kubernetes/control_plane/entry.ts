/**
 * What a pod's program imports: the library as an application has it.
 *
 * @module
 */

export { Democracy } from "../../../mod.ts";
export * from "../../../src/kubernetes/mod.ts";
