/**
 * A real Kubernetes control plane on the loopback interface: etcd and kube-apiserver, with RBAC and TLS. No kubelet, no
 * controllers: nobody starts pods, and who wants EndpointSlices writes them.
 *
 * Run as a program it makes the programs that are missing, starts the control plane to see that it works, and stops it.
 *
 * @module
 */

import { connect } from "node:net";
import { type Binaries, ensureBinaries } from "./binaries.ts";
import { AdminClient } from "./admin_client.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { Daemon } from "./daemon.ts";
import { apiServerFlags, etcdFlags } from "./server_flags.ts";

const START_TIMEOUT = 120_000;

/** A control plane that runs. */
export class ControlPlane {
  /** May do everything. */
  readonly admin: AdminClient;
  /** The port of the API server. */
  readonly port: number;
  readonly certificates: Certificates;
  readonly #folder: string;
  readonly #binaries: Binaries;
  readonly #etcdPort: number;
  readonly #etcd: Daemon;
  #apiserver: Daemon | undefined;

  private constructor(folder: string, binaries: Binaries, ports: readonly number[], certificates: Certificates) {
    this.#folder = folder;
    this.#binaries = binaries;
    this.#etcdPort = ports[0] ?? 0;
    this.port = ports[2] ?? 0;
    this.certificates = certificates;
    this.admin = new AdminClient(this.port, certificates);
    const peer = `http://127.0.0.1:${ports[1] ?? 0}`;
    this.#etcd = new Daemon(folder, "etcd", [binaries.etcd, ...etcdFlags(folder, this.#store, peer)]);
  }

  /** Starts etcd and kube-apiserver on free ports, and waits until they answer. Throws with their log where they do not. */
  static async start(binaries: Binaries): Promise<ControlPlane> {
    const folder = await Deno.makeTempDir({ prefix: "democracy_control_plane_" });
    const plane = new ControlPlane(folder, binaries, freePorts(3), await makeCertificates(folder));
    try {
      await plane.startApiServer();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** The URL of the API server. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Starts the API server, for the first time or again, and waits until it answers. */
  async startApiServer(): Promise<void> {
    await this.#etcd.until("it answers", () => answers(this.#etcdPort), START_TIMEOUT);
    this.#apiserver = new Daemon(this.#folder, "kube-apiserver", [
      this.#binaries.apiserver,
      ...apiServerFlags({
        ...{ etcd: this.#store, port: this.port, folder: this.#folder, services: "10.96.0.0/16,fd00:96::/112" },
        certificates: this.certificates,
      }),
      "--bind-address=127.0.0.1",
      "--advertise-address=10.96.0.1",
      // The API server would keep its own Endpoints by writing to the store every 10 s.
      "--endpoint-reconciler-type=none",
      // So would its own Lease: here every write is somebody's who is watched.
      "--feature-gates=APIServerIdentity=false",
      "--authorization-mode=RBAC",
    ]);
    await this.#apiserver.until("it is ready", () => this.admin.isReady(), START_TIMEOUT);
  }

  /** Kills the API server, as a crash of its machine would. The store stays. */
  async stopApiServer(): Promise<void> {
    await this.#apiserver?.kill();
    this.#apiserver = undefined;
  }

  /** Makes the store forget all versions but the newest: a watch from an older one gets 410. */
  async compact(): Promise<void> {
    const call = async (path: string, body: object): Promise<string> => {
      const response = await fetch(`${this.#store}/v3/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`etcd refuses ${path}: ${text}`);
      return text;
    };
    const { header } = JSON.parse(await call("kv/range", { key: btoa("/") }));
    await call("kv/compaction", { revision: header.revision, physical: true });
  }

  /** Ends both, and removes what they wrote. */
  async stop(): Promise<void> {
    await this.#apiserver?.kill();
    await this.#etcd.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** The URL of etcd. */
  get #store(): string {
    return `http://127.0.0.1:${this.#etcdPort}`;
  }
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => settle(true));
    socket.on("error", () => settle(false));
  });
}

async function main(): Promise<void> {
  const binaries = await ensureBinaries(console.log);
  console.log(`etcd: ${binaries.etcd}\nkube-apiserver: ${binaries.apiserver}`);
  const plane = await ControlPlane.start(binaries);
  try {
    console.log(`kube-apiserver ${await plane.admin.version()} answers at ${plane.url}`);
  } finally {
    await plane.stop();
  }
}

if (import.meta.main) await main();
