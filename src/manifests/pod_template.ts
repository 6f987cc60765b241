/**
 * The pod of an application with an election.
 *
 * @module
 */

import type { IIoK8sApiCoreV1PodTemplateSpec as PodTemplate } from "kubernetes-models/v1/PodTemplateSpec";
import type { IIoK8sApiCoreV1EnvVar as Variable } from "kubernetes-models/v1/EnvVar";
import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { ManifestOptions } from "./manifest_options.ts";

/** s that a pod has to hand the lead over and end. */
const TERMINATION_GRACE = 30;

/** The template of the workload. */
export function podTemplate(options: ManifestOptions, labels: Record<string, string>): PodTemplate {
  return {
    metadata: { labels },
    spec: {
      serviceAccountName: options.name,
      terminationGracePeriodSeconds: TERMINATION_GRACE,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      // A machine that fails must not take the majority with it.
      topologySpreadConstraints: [{
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
      }],
      containers: [container(options)],
    },
  };
}

function container({ name, image, port, probePort, probePath, ...options }: ManifestOptions): Container {
  const probe = { httpGet: { path: probePath, port: "http" } };
  return {
    name,
    image,
    env: variables({ name, port, ...options }),
    ports: [
      { name: "election", containerPort: port, protocol: "UDP" },
      { name: "http", containerPort: probePort, protocol: "TCP" },
    ],
    // Neither probe asks who leads: a rollout that waits for the lead would wait for ever.
    readinessProbe: { ...probe, periodSeconds: 2 },
    livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  };
}

function variables(
  { name, port, replicas, discovery, lease, secretName }: Pick<
    ManifestOptions,
    "name" | "port" | "replicas" | "discovery" | "lease" | "secretName"
  >,
): Variable[] {
  const field = (variable: string, fieldPath: string): Variable => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    field("POD_NAME", "metadata.name"),
    field("POD_IP", "status.podIP"),
    field("POD_NAMESPACE", "metadata.namespace"),
    { name: "CLUSTER_SIZE", value: String(replicas) },
    { name: "DEMOCRACY_SERVICE", value: name },
    { name: "DEMOCRACY_PORT", value: String(port) },
    { name: "DEMOCRACY_DISCOVERY", value: discovery },
    ...(lease === undefined ? [] : [{ name: "DEMOCRACY_LEASE", value: lease }]),
    ...(secretName === undefined
      ? []
      : [{ name: "DEMOCRACY_SECRET", valueFrom: { secretKeyRef: { name: secretName, key: "secret" } } }]),
  ];
}
