/**
 * Kubernetes manifests for an application with an election.
 *
 * Built from the classes of `kubernetes-models`, which are made from Kubernetes' own OpenAPI description, one for each kind,
 * and check every object against its schema. Nothing but `democracy manifests` loads this: the npm package only names
 * `kubernetes-models` as an optional peer, because it and what it needs are 31 packages and 32 MB, where all that the library and
 * its other programs need are 8 packages and 9 MB.
 *
 * @module
 */

export { kustomization, nameReferences } from "./kustomization.ts";
export type { ManifestOptions } from "./manifest_options.ts";
export { type Manifest, manifests } from "./manifests.ts";
