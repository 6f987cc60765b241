/**
 * The objects that an application with an election needs in a cluster, built from the classes of `kubernetes-models` and
 * validated by them.
 *
 * @module
 */

import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import type { ManifestOptions } from "./manifest_options.ts";
import { podTemplate } from "./pod_template.ts";

/** An object that checks itself. */
export interface Manifest {
  readonly kind: string;
  /** Throws where the object does not fit its schema. */
  validate(): void;
  toJSON(): unknown;
}

/** What a rule of a Role says. */
interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** All objects, in the order in which to apply them. Throws where one does not fit its schema. */
export function manifests(options: ManifestOptions): readonly Manifest[] {
  const rules = rulesFor(options);
  const objects: readonly Manifest[] = [
    new ServiceAccount({ metadata: metadataOf(options), automountServiceAccountToken: rules.length > 0 }),
    ...(rules.length === 0 ? [] : roleAndBinding(options, rules)),
    headlessService(options),
    workload(options),
    new PodDisruptionBudget({
      metadata: metadataOf(options),
      // A voluntary disruption takes one voter at a time: the majority stays.
      spec: { maxUnavailable: 1, selector: selectorOf(options) },
    }),
    networkPolicy(options),
  ];
  for (const object of objects) object.validate();
  return objects;
}

function labelsOf({ name }: ManifestOptions): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}

function selectorOf(options: ManifestOptions): { matchLabels: Record<string, string> } {
  return { matchLabels: labelsOf(options) };
}

function metadataOf(options: ManifestOptions): { name: string; namespace: string; labels: Record<string, string> } {
  return { name: options.name, namespace: options.namespace, labels: labelsOf(options) };
}

/** The least that will do. */
function rulesFor({ discovery, lease, name }: ManifestOptions): readonly Rule[] {
  const follow = ["list", "watch"];
  const rules: Rule[] = [];
  if (discovery === "api") {
    rules.push({ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: follow });
  }
  if (discovery === "endpoints") {
    rules.push({ apiGroups: [""], resources: ["endpoints"], resourceNames: [name], verbs: follow });
  }
  if (lease !== undefined) {
    const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
    // An object that is not there yet has no name to be allowed by.
    rules.push({ ...leases, resourceNames: [lease], verbs: ["get", "update"] }, { ...leases, verbs: ["create"] });
  }
  return rules;
}

function roleAndBinding(options: ManifestOptions, rules: readonly Rule[]): readonly Manifest[] {
  const { name, namespace } = options;
  return [
    new Role({ metadata: metadataOf(options), rules: [...rules] }),
    new RoleBinding({
      metadata: metadataOf(options),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    }),
  ];
}

function headlessService(options: ManifestOptions): Manifest {
  return new Service({
    metadata: metadataOf(options),
    spec: {
      clusterIP: "None",
      // A pod that is not ready yet, or no more, votes all the same.
      publishNotReadyAddresses: true,
      selector: labelsOf(options),
      ports: [{ name: "election", port: options.port, protocol: "UDP", targetPort: "election" }],
    },
  });
}

function workload(options: ManifestOptions): Manifest {
  const template = podTemplate(options, labelsOf(options));
  const { replicas, name } = options;
  if (options.workload === "deployment") {
    return new Deployment({
      metadata: metadataOf(options),
      spec: {
        replicas,
        selector: selectorOf(options),
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template,
      },
    });
  }
  return new StatefulSet({
    metadata: metadataOf(options),
    spec: {
      replicas,
      serviceName: name,
      selector: selectorOf(options),
      // In order, one pod that does not start would keep all that follow from starting.
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "RollingUpdate" },
      template,
    },
  });
}

/** The election is between the pods alone; what else they serve, by TCP, stays open to all. */
function networkPolicy(options: ManifestOptions): Manifest {
  return new NetworkPolicy({
    metadata: metadataOf(options),
    spec: {
      podSelector: selectorOf(options),
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ podSelector: selectorOf(options) }], ports: [{ protocol: "UDP", port: options.port }] },
        { ports: [{ protocol: "TCP" }] },
      ],
    },
  });
}
