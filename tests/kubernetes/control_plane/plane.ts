/**
 * A real control plane for a test file, or the reason why there is none.
 *
 * @module
 */

import { ensureBinaries } from "../../../scripts/kubernetes/binaries.ts";
import { ControlPlane } from "../../../scripts/kubernetes/control_plane.ts";
import type { Json } from "../../../scripts/kubernetes/admin_client.ts";
import { UnavailableError } from "../../../scripts/kubernetes/unavailable_error.ts";

async function availability() {
  try {
    return { binaries: await ensureBinaries((line) => console.log(`control plane: ${line}`)), why: "" };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    console.log(`control plane: tests are skipped: ${error.message}`);
    return { binaries: undefined, why: error.message.split("\n")[0] };
  }
}

const { binaries, why } = await availability();

/** A test with a control plane of its own, stopped afterwards; skipped, with the reason in its name, where there can be none. */
export function planeTest(name: string, body: (plane: ControlPlane, t: Deno.TestContext) => Promise<void>): void {
  const title = `control plane: ${name}`;
  if (binaries === undefined) {
    Deno.test({ name: `${title} (skipped: ${why})`, ignore: true, fn: () => {} });
    return;
  }
  Deno.test(title, async (t) => {
    const plane = await ControlPlane.start(binaries);
    try {
      await body(plane, t);
    } finally {
      await plane.stop();
    }
  });
}

/** What the service account of a test may do. */
export type Rule = { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] };

/** Follows EndpointSlices. */
export const SLICES: Rule = {
  apiGroups: ["discovery.k8s.io"],
  resources: ["endpointslices"],
  verbs: ["list", "watch"],
};
/** Follows Endpoints. */
export const ENDPOINTS: Rule = { apiGroups: [""], resources: ["endpoints"], verbs: ["list", "watch"] };
/** Mints tokens. */
export const LEASES: Rule = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["get", "create", "update"],
};

/** Makes a namespace. */
export async function makeNamespace(plane: ControlPlane, name: string): Promise<void> {
  await plane.admin.call("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

/** Makes the service account `app`. */
export async function makeServiceAccount(plane: ControlPlane, namespace: string): Promise<void> {
  await plane.admin.call("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "app" },
  });
}

/** Allows the service account `app` what the rules say. */
export async function allow(plane: ControlPlane, namespace: string, rules: readonly Rule[]): Promise<void> {
  const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const apiVersion = "rbac.authorization.k8s.io/v1";
  await plane.admin.call("POST", `${api}/roles`, { apiVersion, kind: "Role", metadata: { name: "app" }, rules });
  await plane.admin.call("POST", `${api}/rolebindings`, {
    apiVersion,
    kind: "RoleBinding",
    metadata: { name: "app" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "app" },
    subjects: [{ kind: "ServiceAccount", name: "app", namespace }],
  });
}

/** What kubelet would mount into a pod: `token`, `ca.crt`, `namespace`. */
export class Mount {
  /** The folder. */
  readonly folder: string;
  readonly #plane: ControlPlane;
  readonly #namespace: string;

  private constructor(plane: ControlPlane, namespace: string, folder: string) {
    this.#plane = plane;
    this.#namespace = namespace;
    this.folder = folder;
  }

  /** Writes the folder, with a fresh token. */
  static async make(plane: ControlPlane, namespace: string): Promise<Mount> {
    const mount = new Mount(plane, namespace, await Deno.makeTempDir({ prefix: "democracy_mount_" }));
    await Deno.copyFile(plane.certificates.ca, `${mount.folder}/ca.crt`);
    await Deno.writeTextFile(`${mount.folder}/namespace`, namespace);
    await mount.rotate();
    return mount;
  }

  /** Replaces the token, as kubelet does, in one step. */
  async rotate(): Promise<void> {
    await Deno.writeTextFile(`${this.folder}/token.new`, await this.#plane.admin.token(this.#namespace, "app"));
    await Deno.rename(`${this.folder}/token.new`, `${this.folder}/token`);
  }

  /** Removes the folder. */
  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A namespace with the service account `app`, that may do this, and its mounted token. */
export async function makePodAccess(plane: ControlPlane, namespace: string, rules: readonly Rule[]): Promise<Mount> {
  await makeNamespace(plane, namespace);
  await makeServiceAccount(plane, namespace);
  if (rules.length > 0) await allow(plane, namespace, rules);
  return await Mount.make(plane, namespace);
}

/** A pod as a slice lists it. */
export interface Listed {
  readonly name: string;
  readonly ip: string;
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
}

/** An EndpointSlice of the Service `app`, as the endpoint slice controller writes it. */
export function sliceOf(name: string, pods: readonly Listed[], addressType = "IPv4"): Json {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, labels: { "kubernetes.io/service-name": "app" } },
    addressType,
    ports: [{ name: "election", port: 12345, protocol: "UDP" }],
    endpoints: pods.map(({ name, ip, conditions = { ready: true } }) => ({
      addresses: [ip],
      conditions,
      targetRef: { kind: "Pod", name },
    })),
  };
}

/** Creates the slice, or replaces it. */
export async function putSlice(plane: ControlPlane, namespace: string, slice: Json): Promise<void> {
  const folder = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const path = `${folder}/${(slice.metadata as Json).name}`;
  const { status } = await plane.admin.request("GET", path);
  if (status === 404) await plane.admin.call("POST", folder, slice);
  else await plane.admin.call("PUT", path, slice);
}

/** Deletes the slice. */
export async function deleteSlice(plane: ControlPlane, namespace: string, name: string): Promise<void> {
  await plane.admin.call("DELETE", `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}`);
}
