/**
 * A base for kustomize.
 *
 * @module
 */

import type { ManifestOptions } from "./manifest_options.ts";

/** The kustomization of these files: objects, and what kustomize is to know of them. */
export function kustomization(resources: readonly string[], configurations: readonly string[]): object {
  return { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources, configurations };
}

/**
 * Where the names of the Service and the Lease stand, beside where kustomize looks for them: in the environment of the pods, and
 * in the Role. Otherwise a prefix of names would leave the pods with the name of a Service that is not there.
 */
export function nameReferences({ workload, sidecar, lease }: ManifestOptions): object {
  const kind = workload === "deployment" ? "Deployment" : "StatefulSet";
  const containers = sidecar === undefined ? "containers" : "initContainers";
  const variables = { kind, path: `spec/template/spec/${containers}/env/value` };
  return {
    nameReference: [
      { kind: "Service", version: "v1", fieldSpecs: [variables] },
      ...(lease === undefined ? [] : [{
        ...{ kind: "Lease", group: "coordination.k8s.io", version: "v1" },
        fieldSpecs: [variables, { kind: "Role", path: "rules/resourceNames" }],
      }]),
    ],
  };
}
