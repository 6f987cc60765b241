/**
 * The control plane: etcd, kube-apiserver, kube-controller-manager and kube-scheduler. It runs in the namespace of its maker.
 *
 * @module
 */

import { AdminClient, type Json } from "../../../scripts/kubernetes/admin_client.ts";
import { type Certificates, issue, makeCertificates } from "../../../scripts/kubernetes/certificates.ts";
import { API_PORT, API_SERVICE, CONTROL, nodeName, SERVICES } from "./addresses.ts";
import { Daemon } from "../../../scripts/kubernetes/daemon.ts";
import { apiServerFlags, etcdFlags } from "../../../scripts/kubernetes/server_flags.ts";
import type { Programs } from "./programs.ts";

const ETCD = "http://127.0.0.1:2379";
const ETCD_PEERS = "http://127.0.0.1:2380";

/** A control plane that runs. */
export class Control {
  /** May do everything. */
  readonly admin: AdminClient;
  readonly #folder: string;
  readonly #programs: Programs;
  readonly #certificates: Certificates;
  #apiserver: Daemon | undefined;

  private constructor(folder: string, programs: Programs, certificates: Certificates) {
    this.#folder = folder;
    this.#programs = programs;
    this.#certificates = certificates;
    this.admin = new AdminClient(API_PORT, certificates);
  }

  /** Starts it for these nodes, and waits until the API server answers. */
  static async start(folder: string, programs: Programs, nodes: readonly number[]): Promise<Control> {
    const certificates = await makeCertificates(folder, [CONTROL, API_SERVICE]);
    const control = new Control(folder, programs, certificates);
    new Daemon(folder, "etcd", [programs.etcd, ...etcdFlags(folder, ETCD, ETCD_PEERS)]);
    await control.startApiServer();
    await control.#startControllers();
    for (const node of nodes) {
      const subject = `/O=system:nodes/CN=system:node:${nodeName(node)}`;
      await issue(folder, { name: nodeName(node), subject, extensions: ["extendedKeyUsage=clientAuth"] });
      await control.#kubeconfig(nodeName(node));
    }
    return control;
  }

  /** Starts the API server, for the first time or again, and waits until it answers. */
  async startApiServer(): Promise<void> {
    const { adminCertificate, adminKey } = this.#certificates;
    this.#apiserver = new Daemon(this.#folder, "kube-apiserver", [
      this.#programs["kube-apiserver"],
      ...apiServerFlags({
        ...{ etcd: ETCD, port: API_PORT, folder: this.#folder, services: SERVICES },
        certificates: this.#certificates,
      }),
      "--bind-address=0.0.0.0",
      `--advertise-address=${CONTROL}`,
      "--authorization-mode=Node,RBAC",
      `--kubelet-client-certificate=${adminCertificate}`,
      `--kubelet-client-key=${adminKey}`,
      "--kubelet-preferred-address-types=InternalIP",
    ]);
    await this.#apiserver.until("it is ready", () => this.admin.isReady(), 120_000);
  }

  /** Kills the API server, as a crash of its machine would. */
  async stopApiServer(): Promise<void> {
    await this.#apiserver?.kill();
  }

  async #startControllers(): Promise<void> {
    const subject = {
      "kube-controller-manager": "system:kube-controller-manager",
      "kube-scheduler": "system:kube-scheduler",
    };
    for (const [name, user] of Object.entries(subject)) {
      await issue(this.#folder, { name, subject: `/CN=${user}`, extensions: ["extendedKeyUsage=clientAuth"] });
      await this.#kubeconfig(name);
    }
    new Daemon(this.#folder, "kube-controller-manager", [
      this.#programs["kube-controller-manager"],
      ...this.#controllerFlags("kube-controller-manager"),
      `--root-ca-file=${this.#certificates.ca}`,
      `--service-account-private-key-file=${this.#certificates.tokenKey}`,
      "--use-service-account-credentials=true",
      "--node-monitor-grace-period=16s",
      "--node-monitor-period=2s",
    ]);
    new Daemon(this.#folder, "kube-scheduler", [
      this.#programs["kube-scheduler"],
      ...this.#controllerFlags("kube-scheduler"),
    ]);
  }

  #controllerFlags(name: string): readonly string[] {
    const kubeconfig = `${this.#folder}/${name}.kubeconfig`;
    return [
      ...["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map((flag) =>
        `--${flag}=${kubeconfig}`
      ),
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      `--cert-dir=${this.#folder}`,
    ];
  }

  /** For who has the certificate of that name, `name.kubeconfig`; JSON is YAML. */
  async #kubeconfig(name: string): Promise<void> {
    const files = { "client-certificate": `${this.#folder}/${name}.crt`, "client-key": `${this.#folder}/${name}.key` };
    const cluster = { server: `https://${CONTROL}:${API_PORT}`, "certificate-authority": this.#certificates.ca };
    const text: Json = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster }],
      users: [{ name, user: files }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: name } }],
      "current-context": "context",
    };
    await Deno.writeTextFile(`${this.#folder}/${name}.kubeconfig`, JSON.stringify(text));
  }
}
