/**
 * The pod of an application with an election.
 *
 * @module
 */

import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { IIoK8sApiCoreV1EnvVar as Variable } from "kubernetes-models/v1/EnvVar";
import type { IIoK8sApiCoreV1PodSpec as PodSpec } from "kubernetes-models/v1/PodSpec";
import type { IIoK8sApiCoreV1PodTemplateSpec as PodTemplate } from "kubernetes-models/v1/PodTemplateSpec";
import { ALL_VOTE } from "../options/chosen_voters.ts";
import type { ManifestOptions } from "./manifest_options.ts";

/** s that a pod has to hand the lead over and end; a member that ends may stay for two timeouts because the others want its vote. */
const LEAST_GRACE = 30;
const GRACE_TIMEOUTS = 4;
/** Nobody on a machine has this number by chance. */
const USER = 10_001;

const SECRET_FOLDER = "/etc/democracy";

const SECURITY: Container["securityContext"] = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
/** An election takes little. A quota of the namespace may refuse pods that do not say how much. */
const RESOURCES: Container["resources"] = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/** Whether members learn from their Service how many they are to be, so that another number restarts none of them. */
export function isToldByService({ discovery, replicas, voters }: ManifestOptions): boolean {
  return discovery !== "dns" && voters === undefined && replicas <= ALL_VOTE;
}

/** The template of the workload. */
export function podTemplate(options: ManifestOptions, labels: Record<string, string>): PodTemplate {
  return {
    metadata: { labels },
    spec: {
      serviceAccountName: options.name,
      // Said here as well: what reads pods alone does not know of the account.
      ...(options.discovery === "dns" && options.lease === undefined ? { automountServiceAccountToken: false } : {}),
      terminationGracePeriodSeconds: graceOf(options),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      // A machine that fails must not take the majority with it.
      topologySpreadConstraints: [{
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: labels },
      }],
      ...containersOf(options),
      ...(options.secretName === undefined ? {} : { volumes: [secretVolume(options.secretName)] }),
    },
  };
}

function graceOf({ timeout = 0 }: ManifestOptions): number {
  return Math.max(LEAST_GRACE, Math.ceil(GRACE_TIMEOUTS * timeout / 1000));
}

/** A file, not a variable, which more people and programs get to see. */
function secretVolume(secretName: string): NonNullable<PodSpec["volumes"]>[number] {
  return { name: "secret", secret: { secretName, defaultMode: 0o440, items: [{ key: "secret", path: "secret" }] } };
}

function containersOf(options: ManifestOptions): Pick<PodSpec, "containers" | "initContainers"> {
  const { name, image, sidecar, probePort } = options;
  if (sidecar === undefined) return { containers: [{ name, image, ...memberOf(options) }] };
  const url = `127.0.0.1:${probePort}`;
  return {
    // Of this kind Kubernetes starts it before the application, and ends it after: the lead is handed over when the work is done.
    initContainers: [{
      name: "democracy",
      image: sidecar,
      restartPolicy: "Always",
      args: ["sidecar", `--http=0.0.0.0:${probePort}`],
      ...memberOf(options),
    }],
    containers: [{
      name,
      image,
      env: [
        { name: "ELECTOR_PATH", value: url },
        { name: "ELECTOR_GET_URL", value: `http://${url}/` },
        { name: "ELECTOR_SSE_URL", value: `http://${url}/sse` },
      ],
      resources: RESOURCES,
      securityContext: SECURITY,
    }],
  };
}

/** What makes a container a member. */
function memberOf(options: ManifestOptions): Omit<Container, "name"> {
  const { port, probePort, probePath, readyPath, secretName } = options;
  const isWell = { httpGet: { path: probePath, port: "http" } };
  return {
    env: variables(options),
    ports: [
      { name: "election", containerPort: port, protocol: "UDP" },
      { name: "http", containerPort: probePort, protocol: "TCP" },
    ],
    resources: RESOURCES,
    // No probe asks who leads: a rollout that waits for the lead would wait for ever.
    startupProbe: { ...isWell, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: readyPath, port: "http" }, periodSeconds: 1 },
    livenessProbe: { ...isWell, periodSeconds: 10, failureThreshold: 3 },
    securityContext: SECURITY,
    ...(secretName === undefined
      ? {}
      : { volumeMounts: [{ name: "secret", mountPath: SECRET_FOLDER, readOnly: true }] }),
  };
}

function variables(options: ManifestOptions): Variable[] {
  const { name, port, replicas, voters, discovery, lease, secretName, interval, timeout } = options;
  const field = (variable: string, fieldPath: string): Variable => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const given: readonly [string, string | number | undefined][] = [
    ["CLUSTER_SIZE", isToldByService(options) ? undefined : replicas],
    ["DEMOCRACY_VOTERS", voters],
    ["DEMOCRACY_SERVICE", name],
    ["DEMOCRACY_PORT", port],
    ["DEMOCRACY_DISCOVERY", discovery],
    ["DEMOCRACY_LEASE", lease],
    ["DEMOCRACY_INTERVAL", interval],
    ["DEMOCRACY_TIMEOUT", timeout],
    ["DEMOCRACY_SECRET_FILE", secretName === undefined ? undefined : `${SECRET_FOLDER}/secret`],
  ];
  return [
    field("POD_NAME", "metadata.name"),
    field("POD_IP", "status.podIP"),
    field("POD_NAMESPACE", "metadata.namespace"),
    ...given.flatMap(([variable, value]) => value === undefined ? [] : [{ name: variable, value: String(value) }]),
  ];
}
