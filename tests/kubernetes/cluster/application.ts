/**
 * The application as a person runs it: the printed manifests, applied in a namespace of its own, and what kubectl would do then.
 *
 * @module
 */

import { parseAllDocuments } from "yaml";
import { sleep } from "../../../scripts/harness/waiting.ts";
import type { AdminClient, Json } from "../../../scripts/kubernetes/admin_client.ts";
import { manifestOptions, manifestYaml } from "../../../src/cli/manifests.ts";
import { appImage, type Runtime } from "./images.ts";
import type { PodLogs } from "./pod_logs.ts";
import { spansOf } from "./judge.ts";

/** Where objects of a kind are. */
const PATHS: Readonly<Record<string, string>> = {
  ServiceAccount: "/api/v1/namespaces/NAMESPACE/serviceaccounts",
  Service: "/api/v1/namespaces/NAMESPACE/services",
  Role: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
  RoleBinding: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings",
  StatefulSet: "/apis/apps/v1/namespaces/NAMESPACE/statefulsets",
  Deployment: "/apis/apps/v1/namespaces/NAMESPACE/deployments",
  PodDisruptionBudget: "/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets",
  NetworkPolicy: "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
  Lease: "/apis/coordination.k8s.io/v1/namespaces/NAMESPACE/leases",
};

/** ms that a change of all pods may take on a busy machine. */
const PATIENCE = 180_000;

/** A pod, as far as it matters here. */
export interface PodState {
  readonly name: string;
  readonly node: string;
  readonly containerId: string;
}

/** An application in a namespace. */
export class Application {
  readonly namespace: string;
  readonly #admin: AdminClient;
  readonly #logs: PodLogs;
  readonly #values: Json;

  /** Nothing is made yet. `values` are those of `democracy manifests`. */
  constructor(admin: AdminClient, logs: PodLogs, namespace: string, runtime: Runtime, values: Json) {
    this.#admin = admin;
    this.#logs = logs;
    this.namespace = namespace;
    this.#values = { name: "app", image: appImage(runtime), ...values };
  }

  /** Makes the namespace; all pods in it must be as restricted as can be. */
  async makeNamespace(): Promise<void> {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace, labels } };
    await this.#admin.call("POST", "/api/v1/namespaces", body);
    // Its service account's rights come a moment later.
    await sleep(500);
  }

  /** `democracy manifests ... | kubectl apply --server-side -f -`. */
  async apply(changes: Json = {}): Promise<void> {
    const yaml = await manifestYaml(manifestOptions({ ...this.#values, ...changes }));
    for (const document of parseAllDocuments(yaml)) await this.put(document.toJSON());
  }

  /** Creates an object, or makes it what is given. */
  async put(object: Json): Promise<void> {
    const path = PATHS[String(object.kind)];
    if (path === undefined) throw new Error(`Where are objects of kind ${object.kind}?`);
    const { name } = object.metadata as Json;
    const url = `${path.replace("NAMESPACE", this.namespace)}/${name}?fieldManager=test&force=true`;
    await this.#admin.call("PATCH", url, object, "application/apply-patch+yaml");
  }

  /** `kubectl rollout restart`. */
  async restart(): Promise<void> {
    const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
    await this.#patch({ spec: { template: { metadata: { annotations } } } });
  }

  /** `kubectl scale`. */
  async scale(replicas: number): Promise<void> {
    await this.#patch({ spec: { replicas } });
  }

  /** `kubectl delete pod`. */
  async deletePod(name: string): Promise<void> {
    await this.#admin.call("DELETE", `/api/v1/namespaces/${this.namespace}/pods/${name}`);
  }

  /** What `kubectl drain` asks for each pod; resolves to the API server's status. */
  async evict(name: string): Promise<number> {
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: this.namespace } };
    return (await this.#admin.request("POST", `/api/v1/namespaces/${this.namespace}/pods/${name}/eviction`, body))
      .status;
  }

  /** `kubectl delete namespace`, and the end of all pods. */
  async remove(): Promise<void> {
    await this.#admin.call("DELETE", `/api/v1/namespaces/${this.namespace}`);
    await this.#until("all pods are gone", async () => (await this.pods()).length === 0);
  }

  /** The pods of the application. */
  async pods(): Promise<readonly PodState[]> {
    const { items } = await this.#admin.call("GET", `/api/v1/namespaces/${this.namespace}/pods`) as { items?: Json[] };
    return (items ?? []).map(podState);
  }

  /** Waits until the workload is what was asked for, as `kubectl rollout status` does, and its pods are as many. */
  async settled(): Promise<void> {
    await this.#until("the workload is as asked for", async () => {
      const { metadata, spec, status } = await this.#admin.call("GET", this.#workload) as Record<string, Json>;
      const wanted = spec?.replicas;
      const counts = [status?.replicas, status?.readyReplicas, status?.updatedReplicas, status?.availableReplicas];
      return metadata?.generation === status?.observedGeneration && counts.every((count) => count === wanted) &&
        (status?.updateRevision === undefined || status.currentRevision === status.updateRevision) &&
        (await this.pods()).length === wanted;
    });
  }

  /** Waits until a pod has led since then. */
  async led(since: number): Promise<void> {
    await this.#until("a pod has led", () => {
      return Promise.resolve(spansOf(this.#logs.of(this.namespace)).some(({ to }) => to >= since));
    });
  }

  /** Who leads: the one that said so last. */
  leader(): string {
    const pod = spansOf(this.#logs.of(this.namespace)).sort((one, other) => one.to - other.to).at(-1)?.pod;
    if (pod === undefined) throw new Error("Nobody has led yet");
    return pod;
  }

  /** The pod of that name. */
  async pod(name: string): Promise<PodState> {
    const found = (await this.pods()).find((pod) => pod.name === name);
    if (found === undefined) throw new Error(`There is no pod ${name}`);
    return found;
  }

  get #workload(): string {
    const kind = this.#values.workload === "deployment" ? "Deployment" : "StatefulSet";
    return `${PATHS[kind]?.replace("NAMESPACE", this.namespace)}/app`;
  }

  async #patch(body: Json): Promise<void> {
    await this.#admin.call("PATCH", this.#workload, body);
  }

  async #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!await condition()) {
      if (performance.now() > end) {
        const pods = JSON.stringify(await this.pods());
        const plain = this.#logs.plain(this.namespace).join("\n");
        throw new Error(
          `Waited ${PATIENCE} ms in vain until ${what}; the pods are ${pods}, and their last lines:\n${plain}`,
        );
      }
      await sleep(250);
    }
  }
}

function podState(pod: Json): PodState {
  const { metadata, spec, status } = pod as Record<string, Json>;
  const [container] = (status?.containerStatuses ?? []) as Json[];
  return {
    name: String(metadata?.name),
    node: String(spec?.nodeName),
    containerId: String(container?.containerID ?? "").replace("containerd://", ""),
  };
}
