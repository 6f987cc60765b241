/**
 * The objects that an application with an election needs in a cluster, built from the classes of `kubernetes-models` and
 * validated by them.
 *
 * @module
 */

import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { Lease } from "kubernetes-models/coordination.k8s.io/v1/Lease";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { CLUSTER_SIZE } from "../kubernetes/labels.ts";
import type { ManifestOptions } from "./manifest_options.ts";
import { isToldByService, podTemplate } from "./pod_template.ts";

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
    ...(options.lease === undefined ? [] : [lease(options, options.lease)]),
    headlessService(options),
    workload(options),
    new PodDisruptionBudget({
      metadata: metadataOf(options),
      // A voluntary disruption takes one voter at a time: the majority stays.
      // One that is not ready does not vote: it shall not keep its machine from being emptied.
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: selectorOf(options) },
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

/** What every object has; `name` unless it is the application's. */
interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Record<string, string>;
}

function metadataOf(options: ManifestOptions, name = options.name): Metadata {
  const { namespace } = options;
  return { name, ...(namespace === undefined ? {} : { namespace }), labels: labelsOf(options) };
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
    rules.push({ ...leases, resourceNames: [lease], verbs: ["get", "update"] });
  }
  return rules;
}

function roleAndBinding(options: ManifestOptions, rules: readonly Rule[]): readonly Manifest[] {
  const { name, namespace } = options;
  // Without a namespace the one of the RoleBinding is meant.
  const account = { kind: "ServiceAccount", name, ...(namespace === undefined ? {} : { namespace }) };
  return [
    new Role({ metadata: metadataOf(options), rules: [...rules] }),
    new RoleBinding({
      metadata: metadataOf(options),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [account],
    }),
  ];
}

/** Empty: the first leader fills it in. Made here, no pod needs the right to make any. */
function lease(options: ManifestOptions, name: string): Manifest {
  return new Lease({ metadata: metadataOf(options, name) });
}

function headlessService(options: ManifestOptions): Manifest {
  const metadata = metadataOf(options);
  const size = isToldByService(options) ? { [CLUSTER_SIZE]: String(options.replicas) } : {};
  return new Service({
    metadata: { ...metadata, labels: { ...metadata.labels, ...size } },
    spec: {
      clusterIP: "None",
      // A pod that is not ready yet, or no more, votes all the same.
      publishNotReadyAddresses: true,
      selector: labelsOf(options),
      ports: [{ name: "election", port: options.port, protocol: "UDP", targetPort: "election" }],
    },
  });
}

/**
 * s that a pod is ready before the next one is taken away. It is ready once the leader and a quorum count it in; others may hear of it
 * a little later, and by DNS later than by the API.
 */
function settlingOf({ discovery }: ManifestOptions): number {
  return discovery === "dns" ? 10 : 2;
}

function workload(options: ManifestOptions): Manifest {
  const template = podTemplate(options, labelsOf(options));
  const { replicas, name } = options;
  if (options.workload === "deployment") {
    return new Deployment({
      metadata: metadataOf(options),
      spec: {
        replicas,
        minReadySeconds: settlingOf(options),
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
      minReadySeconds: settlingOf(options),
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
